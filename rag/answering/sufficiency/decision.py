"""Decides from signs whether passages answer a question; knows no passage and no index.

Log odds weigh the signs; what they are worth in *this* index is told by comparison with the log
odds that questions get there whose answer is missing. The decision is a conformal test (Vovk,
Gammerman & Shafer, "Algorithmic Learning in a Random World", 2005): a question is answered if no
more than the wanted share of unanswerable ones look as good.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

from rag.answering.sufficiency.signs import Signs


@dataclass(frozen=True, slots=True)
class Weights:
    """What a sign adds to the log odds that the passages answer."""

    constant: float
    nearness: float
    covered: float
    told: float
    held: float
    named: float
    agreed: float
    blind: float
    words: float


WEIGHTS: Final = Weights(
    constant=-7.02,
    nearness=0.84,
    covered=0.86,
    told=1.66,
    held=2.14,
    named=1.22,
    agreed=0.73,
    blind=1.16,
    words=2.05,
)
"""Fitted by `python -m evals.sufficiency_table --fit` on the public sets, each counting the same;
what they reach on sets they were not fitted on is in the README."""

USUAL: Final = (-3.5, -2.7, -2.3, -1.8, -1.4, -0.9, -0.2, 0.5, 1.5, 3.1)
"""Log odds of questions whose passage is missing, over all sets: every tenth of them. They stand in
for an index of which little is known."""


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Whether the passages found answer a question.

    Attributes:
        log_odds: What the signs add up to; higher is better.
        chance: Share of unanswerable questions that look at least as good here, above 0, at most 1.
        enough: Whether that is rare enough.
        missing: Words of the question that no passage holds.
    """

    log_odds: float
    chance: float
    enough: bool
    missing: tuple[str, ...] = ()


def log_odds(signs: Signs, weights: Weights = WEIGHTS) -> float:
    """Return the log odds that passages with these signs answer."""
    return weights.constant + math.fsum(
        getattr(weights, sign.name) * getattr(signs, sign.name) for sign in fields(Signs)
    )


def chance_of(odds: float, unanswerable: Sequence[float]) -> float:
    """Return the share of unanswerable questions that look at least as good.

    A question between the i-th best and the next of N has between i and i + 1 of N + 1 above it,
    by how far down it is: so a question like them gets each chance as often as that says.

    Args:
        odds: Log odds of the question.
        unanswerable: Those of questions the index does not answer, ascending.

    Returns:
        Above 0, at most 1.
    """
    count = len(unanswerable)
    at = bisect_left(unanswerable, odds)
    above = count - at
    if at == 0:
        return 1.0
    if above == 0:
        return 1 / (count + 1)
    low, high = unanswerable[at - 1], unanswerable[at]
    return (above + (high - odds) / (high - low)) / (count + 1)
