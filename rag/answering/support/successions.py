"""Tells which of two numbers came in the other's place; knows no units."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from rag.answering.support.amounts import says_same
from rag.answering.support.quantities import Quantity, quantities

_FROM: Final = re.compile(r"(?:\bfrom|从|由)\s*\Z", re.IGNORECASE)
_TO: Final = re.compile(r"\s*(?:\w+\s+)?to\s*\Z|[^，。；]{0,6}(?:[到至为成])\s*\Z", re.IGNORECASE)
_FORMER: Final = re.compile(
    r"\b(?:instead of|rather than|(?:up|down) from|previously|formerly|before (?:it|that)(?: was)?)"
    r"\s*\Z|(?:而不是|而非|此前是|原来是|原为|此前为)\s*\Z",
    re.IGNORECASE,
)


def succeeds_otherwise(claim: str, window: str) -> bool:
    """Say whether a number gave way to another in a claim, and the other to it in the source.

    "From 15 to 50" is "50 instead of 15" and not "from 50 to 15".
    """
    own, there = list(_successions(claim)), list(_successions(window))
    return any(
        _same(mine, other[::-1]) and not any(_same(mine, said) for said in there)
        for mine in own
        for other in there
    )


def _successions(text: str) -> Iterator[tuple[Quantity, Quantity]]:
    """Yield a number and the one that came in its place."""
    folded = unicodedata.normalize("NFKC", text)
    for one, other in pairwise(sorted(quantities(text), key=lambda number: number.start)):
        between = folded[one.end : other.start]
        if _FROM.search(folded[: one.start]) and _TO.match(between):
            yield one, other
        elif _FORMER.search(between):
            yield other, one


def _same(pair: tuple[Quantity, ...], other: tuple[Quantity, ...]) -> bool:
    return all(says_same(a, b) for a, b in zip(pair, other, strict=True))
