"""Finds numbers that follow from a source's without standing in it; knows no other words."""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Final

from rag.answering.support.likeness import has_kin
from rag.answering.support.quantities import Quantity, quantities
from rag.answering.support.words import words

_LEAST_YEAR: Final = 1000
# What is counted one by one, so that "more than three" is "four or more".
_COUNTED: Final = frozenset(("", "times", "people", "vote"))
_YEAR_BEFORE: Final = re.compile(
    r"\b(?:(?:previous|preceding|prior|last) year|year (?:before|earlier|ago))\b", re.IGNORECASE
)
_YEAR_AFTER: Final = re.compile(
    r"\b(?:(?:next|following) year|year (?:after|later))\b", re.IGNORECASE
)
_ABOVE: Final = re.compile(r"(?:more than|over|above|exceed\w*)\s+\Z", re.IGNORECASE)
_BELOW: Final = re.compile(r"(?:(?:less|fewer) than|under|below)\s+\Z", re.IGNORECASE)
_FROM: Final = re.compile(
    r"(?:at least|(?:no|not) (?:less|fewer) than|minimum of)\s+\Z", re.IGNORECASE
)
_TO: Final = re.compile(r"(?:at most|up to|(?:no|not) more than|maximum of)\s+\Z", re.IGNORECASE)
_OR_MORE: Final = re.compile(r"\s*(?:\w+\s+)?or (?:more|over)\b", re.IGNORECASE)
_OR_LESS: Final = re.compile(r"\s*(?:\w+\s+)?or (?:less|fewer|under)\b", re.IGNORECASE)
_DENIED: Final = re.compile(r"\b(?:not?|never)\b(?:\s\w+){0,3}\s+\Z", re.IGNORECASE)


def follows(one: Quantity, claim: str, source: str) -> bool:
    """Say whether a number of a claim is another form of what its source states.

    "The year before" 2023 is 2022, "more than three" is "four or more", from 8:05 to 8:20 it is a
    quarter of an hour, and who retries 12 times makes 12 retries.
    """
    stated = quantities(source)
    return (
        bool(one.values & set(_years_beside(source, stated)))
        or _bounds_alike(one, claim, source, stated)
        or _spans(one, stated)
        or _counts_doing(one, claim, source, stated)
    )


def _years_beside(source: str, stated: Sequence[Quantity]) -> Iterator[Fraction]:
    for pattern, step in ((_YEAR_BEFORE, -1), (_YEAR_AFTER, 1)):
        if pattern.search(source):
            yield from (year + step for year in _years(stated))


def _years(stated: Sequence[Quantity]) -> list[Fraction]:
    return [
        value
        for one in stated
        if one.kind in ("", "calendar")
        for value in one.values
        if _LEAST_YEAR <= value < 3 * _LEAST_YEAR and value.denominator == 1
    ]


def _bounds_alike(one: Quantity, claim: str, source: str, stated: Sequence[Quantity]) -> bool:
    """Say whether two whole numbers, one beside the other, bound the same."""
    if one.kind not in _COUNTED:
        return False
    first, mine = _bound(one, claim)
    return bool(mine) and any(
        other.kind in _COUNTED and (first, mine) == _bound(other, source) for other in stated
    )


def _bound(one: Quantity, text: str) -> tuple[Fraction, str]:
    """Return the least or the greatest number that is meant, with "least" or "most"; or ""."""
    before, behind = text[: one.start], text[one.end :]
    value = min(one.values)
    denied = _DENIED.search(before) is not None
    if _FROM.search(before) or _OR_MORE.match(behind):
        return value, "least"
    if _TO.search(before) or _OR_LESS.match(behind):
        return value, "most"
    if _ABOVE.search(before):
        return (value, "most") if denied else (value + 1, "least")
    if _BELOW.search(before):
        return (value, "least") if denied else (value - 1, "most")
    return value, ""


def _spans(one: Quantity, stated: Sequence[Quantity]) -> bool:
    """Say whether a span of time lies between two times of day, or two years, of a source."""
    if one.kind == "time":
        clocks = [min(other.values) * 60 for other in stated if other.kind == "clock"]
        return any(abs(a - b) in one.amounts for a, b in combinations(clocks, 2))
    if one.kind == "months":
        years = [year * 12 for year in _years(stated)]
        return any(abs(a - b) in one.amounts for a, b in combinations(years, 2))
    return False


def _counts_doing(one: Quantity, claim: str, source: str, stated: Sequence[Quantity]) -> bool:
    """Say whether what is counted is what its source does so many times."""
    if one.kind:
        return False
    counted = [word.form for word in words(claim[one.end :])[:2] if word.weight]
    return any(
        has_kin(word.form, counted) or word.form in counted
        for other in stated
        if other.kind == "times"
        and other.values & one.values
        and source[other.start : other.end].endswith("times")
        for word in words(source[: other.start])[-1:]
    )
