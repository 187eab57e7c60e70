"""Weighs what speaks for and against a source saying a claim in its words; knows no verdict."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Final

from rag.answering.language import detect_language
from rag.answering.support.alignment import exchanged
from rag.answering.support.likeness import Held, held, meaning
from rag.answering.support.swaps import swaps
from rag.answering.support.windows import held_share
from rag.answering.support.words import Word, words


@dataclass(frozen=True, slots=True)
class Signs:
    """How a claim and the sentences of a source that come nearest to it share their words.

    Attributes:
        held: Share of the claim's meaning that the source holds, 0 to 1.
        returned: Share of the sentences' meaning that the claim holds, 0 to 1: who says all of a
            sentence, and no more, seldom says something else.
        foreign: Weight of the claim's words that the source does not hold, 0 and up.
        copied: Share of the pairs of neighbouring words that the source has too, 0 to 1. Beside a
            foreign word it speaks against the claim: who tells a sentence in words of his own
            changes them all, who falsifies it changes one.
        exchanged: Whether words stand in each other's places, 0 or 1.
        replaced: Whether a noun stands where the source has another, 0 or 1.
    """

    held: float
    returned: float
    foreign: float
    copied: float
    exchanged: float
    replaced: float


@dataclass(frozen=True, slots=True)
class Weights:
    """What each sign adds to the log odds that the source says the claim."""

    constant: float
    held: float
    returned: float
    foreign: float
    copied: float
    exchanged: float
    replaced: float


ENGLISH: Final = Weights(
    constant=-1.86,
    held=2.56,
    returned=1.77,
    foreign=-1.59,
    copied=-1.35,
    exchanged=-0.22,
    replaced=-2.16,
)
"""Of English and any language that is written with letters."""

CHINESE: Final = Weights(
    constant=-1.11,
    held=2.34,
    returned=3.04,
    foreign=-4.46,
    copied=0.06,
    exchanged=-0.27,
    replaced=0.0,
)
"""Both fitted by `python -m evals.claims.fit`; what they reach on sentences they were not fitted on
is in evals/README.md."""


def is_said(signs: Signs, claim: str) -> bool:
    """Say whether a source says a claim."""
    return log_odds(signs, CHINESE if detect_language(claim) == "zh" else ENGLISH) > 0


def log_odds(signs: Signs, weights: Weights) -> float:
    """Return the log odds that a source says a claim."""
    return weights.constant + math.fsum(
        getattr(weights, sign.name) * getattr(signs, sign.name) for sign in fields(Signs)
    )


def by_words(
    claim: str, window: str, context: str, how: Sequence[Held], foreign: Sequence[Word]
) -> Signs:
    """Return the signs that words alone give.

    Args:
        claim: The sentence.
        window: The sentences of the source that come nearest to it.
        context: What every sentence of the source may be about.
        how: How the source holds each of the claim's words.
        foreign: Those it does not hold.
    """
    own, there = words(claim), words(window)
    back = held(window, meaning(claim) | meaning(context))
    return Signs(
        held=held_share(own, how),
        returned=held_share(there, back),
        foreign=sum(word.weight for word in foreign),
        copied=_copied(own, there),
        exchanged=float(exchanged(own, there)),
        replaced=float(bool(swaps(claim, window))),
    )


def _copied(own: Sequence[Word], there: Sequence[Word]) -> float:
    mine, its = _neighbours(own), _neighbours(there)
    return len(mine & its) / len(mine) if mine else 0.0


def _neighbours(cut: Sequence[Word]) -> set[tuple[str, str]]:
    return set(pairwise(word.form for word in cut if word.weight))
