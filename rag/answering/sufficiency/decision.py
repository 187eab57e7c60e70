"""Decides from signs whether passages answer a question; knows no passage and no index.

Log odds weigh the signs; what they are worth in *this* index is told by comparison with the log
odds that questions get there whose answer is missing. The decision is a conformal test (Vovk,
Gammerman & Shafer, "Algorithmic Learning in a Random World", 2005): a question is answered if no
more than the wanted share of unanswerable ones look as good.
"""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.sufficiency.signs import Signs


@dataclass(frozen=True, slots=True)
class Weights:
    """What a sign adds to the log odds that the passages answer."""

    constant: float
    nearness: float
    covered: float
    agreed: float
    blind: float
    words: float


WEIGHTS: Final = Weights(
    constant=-5.36, nearness=0.91, covered=3.83, agreed=1.16, blind=1.48, words=3.86
)
"""Fitted by `python -m evals.sufficiency_table --fit` on the public sets, each counting the same;
what they reach on sets they were not fitted on is in the README."""

USUAL: Final = (-3.1, -2.4, -2.0, -1.6, -1.2, -0.8, -0.3, 0.4, 1.3, 2.5)
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
    return math.fsum(
        (
            weights.constant,
            weights.nearness * signs.nearness,
            weights.covered * signs.covered,
            weights.agreed * signs.agreed,
            weights.blind * signs.blind,
            weights.words * signs.words,
        )
    )


def chance_of(odds: float, unanswerable: Sequence[float]) -> float:
    """Return the share of unanswerable questions that look at least as good, (n + 1) / (N + 1).

    Args:
        odds: Log odds of the question.
        unanswerable: Those of questions the index does not answer, ascending.
    """
    above = len(unanswerable) - bisect_left(unanswerable, odds)
    return (above + 1) / (len(unanswerable) + 1)
