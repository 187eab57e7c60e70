"""Finds two things that were exchanged around a comparison; knows no numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.answering.support.negations import clauses, ideas

_UP: Final = (
    "more|greater|larger|bigger|higher|longer|later|older|stronger|faster|better|heavier|wider|deeper"
    "|warmer|cheaper|richer|farther|further|taller|brighter"
)
_DOWN: Final = (
    "less|fewer|smaller|lower|shorter|earlier|younger|weaker|slower|worse|lighter|narrower|colder"
    "|dearer|poorer|nearer|newer|sooner"
)
_HIGH: Final = "高|多|大|长|强|快|好|重|晚|深|宽|远|贵|老|久"
_LOW: Final = "低|少|小|短|弱|慢|差|轻|浅|窄|近|便宜|年轻"
# What stands before the relation and what behind it; `up` and `down` point opposite ways.
_RELATION: Final = re.compile(
    rf"(?:\b(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b[^,;]{{0,40}}?\bthan\b)"
    r"|\b(?:(?P<before>before|prior to|ahead of)|(?P<after>after|following))\b"
    r"|(?P<rather>\b(?:rather than|instead of)\b|，?而非|，?而不是)"
    r"|(?P<instead>代替|取代|替代|顶替)"
    r"|(?P<more_zh>高于|大于|多于|强于|长于|晚于|优于|超过)|(?P<less_zh>低于|小于|少于|弱于|短于|早于|不如)"
    r"|(?P<ratio>比)(?P<compared>[^，。；、]{1,30}?)"
    rf"(?P<degree>(?<![提增])(?:(?P<high>{_HIGH})|(?P<low>{_LOW}))(?!组|学|家|部|楼|众|数|型))",
    re.IGNORECASE,
)
_PREDICATE: Final = re.compile(r"\b(?:is|are|was|were|has|have|will)\b|是|为|[^\S\n]+as\b")
_KINDS: Final = {"before": "time", "after": "time", "rather": "rather", "instead": "rather"}
_BACKWARDS: Final = frozenset(("down", "after", "less_zh", "low"))


@dataclass(frozen=True, slots=True)
class _Order:
    kind: str
    first: frozenset[str]
    second: frozenset[str]


def turned_round(claim: str, source: str) -> bool:
    """Say whether a claim has before a "than", "before" or 比 what its source has behind it."""
    return any(
        _crosses(own, other)
        for own in _orders(claim)
        for other in _orders(source)
        if own.kind == other.kind
    )


def _crosses(own: _Order, other: _Order) -> bool:
    first, second = own.first - own.second, own.second - own.first
    first_there, second_there = other.first - other.second, other.second - other.first
    if second & second_there:
        return False
    return bool(second & first_there) and (
        bool(first & second_there) or (own.kind == "than" and not first & first_there)
    )


@lru_cache(maxsize=1024)
def _orders(text: str) -> tuple[_Order, ...]:
    joined = re.sub("[，,](?=而非|而不是)|, (?=rather than|instead of)", "", text)
    return tuple(order for clause in clauses(joined) for order in _in_clause(clause))


def _in_clause(clause: str) -> Iterator[_Order]:
    for match in _RELATION.finditer(clause):
        named = {name for name, value in match.groupdict().items() if value}
        before, behind = clause[: match.start()], clause[match.end() :]
        if "ratio" in named:
            behind = match["compared"]
        if "rather" in named:
            behind = _PREDICATE.split(behind)[0]
        kind = next((_KINDS[name] for name in named if name in _KINDS), "than")
        first, second = ideas(before), ideas(behind)
        yield _Order(kind, second, first) if named & _BACKWARDS else _Order(kind, first, second)
