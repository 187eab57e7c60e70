"""Tells bounds of numbers apart: at least, at most, more than, less than; knows no units."""

import re
from collections.abc import Sequence
from typing import Final

from rag.answering.support.amounts import says_same
from rag.answering.support.negations import clauses, is_denied
from rag.answering.support.quantities import Quantity, quantities

_LEAST: Final = (
    r"at least|no (?:less|fewer|later) than|not (?:less|fewer) than|minimum|or (?:more|longer|older)"  # noqa: E501
    r"|至少|不少于|不低于|最少|起码|不得少于|不得低于|不小于"
)
_MOST: Final = (
    r"at most|no (?:more|longer|higher) than|not (?:more|longer) than|up to|maximum|or (?:less|fewer)"  # noqa: E501
    r"|最多|至多|不超过|不高于|不得超过|不多于|不大于|上限"
)
_OVER: Final = r"more than|over|exceed\w*|above|larger than|higher than|超过|高于|多于|大于"
_UNDER: Final = r"(?:less|fewer|lower|shorter) than|under|below|低于|少于|小于|不足"
_BOUND: Final = re.compile(
    rf"(?P<least>{_LEAST})|(?P<most>{_MOST})|(?P<over>{_OVER})|(?P<under>{_UNDER})", re.IGNORECASE
)
_DENIED: Final = {"over": "most", "under": "least"}
_CONTRARY: Final = (
    {"least", "most"}, {"over", "most"}, {"under", "least"}, {"over", "under"},
)  # fmt: skip
_HAN: Final = re.compile("[\u4e00-\u9fff]")
# What holds beyond a bound is no bound itself: 如果超过…, 超过…的.
_CONDITION: Final = re.compile(
    "^\\s*(?:如果|如|若|假如|要是|一旦|当|凡)|(?:超过|超出|高于|多于|大于|低于|少于|不足|不满)[^，。；]{1,12}(?:的话|时|的)\\s*$"
)
_BEYOND: Final = re.compile("\\s*(?:的|者|时|就|才|后)")
# So far from its number a bound may stand.
_NEAR: Final = 14


def bounds_otherwise(claim: str, source: str) -> bool:
    """Say whether a number is the least in one text and the most in the other."""
    own, other = _bounds(claim), _bounds(source)
    return any(
        {bound, theirs} in _CONTRARY
        and says_same(number, stated)
        and not _bound_too(number, bound, other)
        for number, bound in own
        for stated, theirs in other
    )


def _bounds(text: str) -> list[tuple[Quantity, str]]:
    found = []
    for clause in clauses(text):
        if _CONDITION.search(clause):
            continue
        for match in _BOUND.finditer(clause):
            # In Chinese what follows the bound is denied of it, not the bound itself.
            denied = is_denied(clause[: match.start()] if _HAN.search(clause) else clause)
            near = [
                one
                for one in quantities(clause)
                if 0 <= one.start - match.end() <= _NEAR or 0 <= match.start() - one.end <= 2
            ]
            closest = min(near, key=lambda one: abs(one.start - match.end()), default=None)
            if closest is not None and not _BEYOND.match(clause, closest.end):
                name = match.lastgroup or ""
                found.append((closest, _DENIED.get(name, name) if denied else name))
    return found


def _bound_too(number: Quantity, bound: str, others: Sequence[tuple[Quantity, str]]) -> bool:
    return any(theirs == bound and says_same(number, stated) for stated, theirs in others)
