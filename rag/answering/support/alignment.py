"""Lays a claim along its source, to see which words exchanged their places; knows no numbers."""

import re
from collections.abc import Sequence
from itertools import combinations
from typing import Final

from rag.answering.support.words import Word

_HAN: Final = re.compile(r"[\u3040-\u9fff]")
_CLAUSE_ENDS: Final = frozenset(
    (".", "!", "?", ";", ",", "。", "！", "？", "；", "，", "、", ":", "：")
)
_JOINS: Final = frozenset(("and", "while", "whereas", "but", "和", "与", "而"))


def exchanged(claim: Sequence[Word], window: Sequence[Word]) -> bool:
    """Say whether two words of a claim stand each among the words that the source has at the other.

    "90 days in Columbus and 60 in Porto" holds every word of "90 days in Porto and 60 in Columbus".
    """
    own, other = _neighbours(claim), _neighbours(window)
    both = [form for form in own if form in other]
    listed = _listed(claim) & _listed(window)
    return any(
        frozenset(pair) not in listed and _crossed(own, other, *pair)
        for pair in combinations(both, 2)
    )


def _listed(text: Sequence[Word]) -> set[frozenset[str]]:
    """Return the pairs of words so near to each other that they may be members of one list."""
    forms = [word.form for word in text if word.weight or word.is_number]
    return {
        frozenset((form, other))
        for at, form in enumerate(forms)
        for other in forms[at + 1 : at + (4 if _HAN.match(form) else 2)]
    }


def _crossed(
    own: dict[str, frozenset[str]], other: dict[str, frozenset[str]], a: str, b: str
) -> bool:
    if b in own[a] or b in other[a]:
        return False
    at_a, at_b = other[a] - other[b], other[b] - other[a]
    straight = len(own[a] & at_a) + len(own[b] & at_b)
    there, back = len(own[a] & at_b), len(own[b] & at_a)
    return min(there, back) > 0 and there + back > 2 * straight


def _neighbours(text: Sequence[Word]) -> dict[str, frozenset[str]]:
    """Return each word that a text holds once, with the other words of its clause."""
    clauses: list[list[str]] = [[]]
    before: Word | None = None
    for word in text:
        if word.raw in _CLAUSE_ENDS or word.raw.lower() in _JOINS:
            clauses.append([])
        elif word.is_number and before is not None and before.is_number:
            clauses[-1][-1] += word.form  # 三十 is another number than 三
        elif word.weight or word.is_number:
            clauses[-1].append(word.form)
        before = word
    counts: dict[str, int] = {}
    for clause in clauses:
        for form in clause:
            counts[form] = counts.get(form, 0) + 1
    return {
        form: frozenset(clause) - {form}
        for clause in clauses
        for form in clause
        if counts[form] == 1
    }
