"""Finds numbers that a Chinese claim states in other terms than its source; knows no words."""

import re
import unicodedata
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from rag.answering.support.quantities import Quantity, quantities

_UNROUNDED: Final = frozenset(("nth", "ratio", "clock", "weekday"))
_JUST_UNDER: Final = re.compile(r"(?:不到|不足|不满|将近|接近|近)\s*\Z")
_AND_MORE: Final = re.compile(r"[\d一二两三四五六七八九十百千万]个?[多余]")
_NEARLY: Final = Fraction(4, 5)
_DAY: Final = 86400
# Behind these a number of things that were named.
_COUNTS_LISTED: Final = re.compile("[个种项位名者人家座镇处地方类样点组款城县市省区校站]")
_LISTS: Final = re.compile("、|和|与|及|以及|跟|同(?=[^时样])")


def is_about(one: Quantity, other: Quantity, claim: str) -> bool:
    """Say whether a number rounds another in Chinese words: 不到一小时, 两个多月."""
    if not one.kind or one.kind != other.kind or one.kind in _UNROUNDED:
        return False
    text = unicodedata.normalize("NFKC", claim)
    near = text[max(0, one.start - 3) : one.end + 1]
    steps = [(a, b, one.size) for a in one.amounts for b in other.amounts]
    if _JUST_UNDER.search(text[: one.start]):
        return any(a * _NEARLY <= b < a for a, b, _ in steps)
    return _AND_MORE.search(near) is not None and any(a < b < a + size for a, b, size in steps)


def sums_up(one: Quantity, claim: str) -> bool:
    """Say whether a Chinese number only counts what is listed before it: 甲、乙和丙三项."""
    text = unicodedata.normalize("NFKC", claim)
    listed = re.split("[，,。；;：:]", text[: one.start])[-1]
    if one.kind not in ("", "people") or not _COUNTS_LISTED.match(text, one.end - (one.kind != "")):
        return False
    members = [part for part in _LISTS.split(listed) if part.strip()]
    return len(members) > 1 and Fraction(len(members)) in one.values


def in_known_months(
    own: Sequence[Quantity], stated: Sequence[Quantity], beyond: str
) -> list[Quantity]:
    """Return the dates of a claim of which sources state the day and the passage the month."""
    days = [one.values for one in stated if one.kind == "time" and one.size == _DAY]
    months = [one.values for one in quantities(beyond) if one.kind == "month"]
    dated = [
        one.start
        for one in own
        if one.kind == "monthday" and any(one.values & values for values in days)
    ]
    known = [one for one in own if one.kind == "month" and any(one.values & v for v in months)]
    starts = {one.start for one in known} & set(dated)
    return [one for one in own if one.start in starts and one.kind in ("month", "monthday")]
