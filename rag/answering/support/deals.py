"""Tells who gives and who takes in a sale or a loan, whichever side tells it; knows no numbers."""

import re
from typing import Final

from rag.answering.support.negations import ideas

_GIVES: Final = re.compile(r"\b(?:sells?|sold|selling|sale|len[dt]s?|lending)\b", re.IGNORECASE)
_TAKES: Final = re.compile(
    r"\b(?:buys?|bought|buying|purchas\w+|acquir\w+|borrow\w*)\b", re.IGNORECASE
)
_PASSIVE: Final = re.compile(r"\b(?:is|are|was|were|be|been|being)(?: \w+)?\s+\Z", re.IGNORECASE)
_ROLE: Final = re.compile(r"\b(from|to|by)\b", re.IGNORECASE)

Sides = tuple[frozenset[str], frozenset[str]]


def same_deal(claim: str, source: str) -> bool:
    """Say whether two clauses name the same giver or taker, and neither as the other.

    "Voss bought the jar from Reiss" is "Reiss sold it to Voss" and "it was sold to Voss".
    """
    own, other = _sides(claim), _sides(source)
    if own is None or other is None:
        return False
    (giver, taker), (gave, took) = own, other
    straight = len(giver & gave) + len(taker & took)
    return straight > len(giver & took) + len(taker & gave)


def _sides(clause: str) -> Sides | None:
    """Return what a clause says of who gives and of who takes; None if it tells of no deal."""
    verb = _GIVES.search(clause) or _TAKES.search(clause)
    if verb is None:
        return None
    before, behind = clause[: verb.start()], clause[verb.end() :]
    roles = _roles(behind)
    is_passive = _PASSIVE.search(before) is not None
    subject = roles.get("by", frozenset()) if is_passive else ideas(before)
    if _GIVES.search(clause):
        return subject, roles.get("to", frozenset())
    return roles.get("from", frozenset()), subject


def _roles(behind: str) -> dict[str, frozenset[str]]:
    """Return what stands behind "from", "to" and "by", each up to the next."""
    cut = _ROLE.split(behind)
    return {name.lower(): ideas(words) for name, words in zip(cut[1::2], cut[2::2], strict=True)}
