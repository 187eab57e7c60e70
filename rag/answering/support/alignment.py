"""Lays a claim along its source, to see what was put in the place of what; knows no numbers."""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from rag.answering.support.lexicon import WEAK, WEAK_CHINESE
from rag.answering.support.words import Word

# From this likeness on (difflib's ratio) a claim is taken for a copy of the source with changes.
_COPY: Final = 0.68
# Of few words one makes a greater difference.
_SHORT: Final = 3.0
_SHORT_COPY: Final = 0.6
_CLOSE_COPY: Final = 0.93
# So many words, or Chinese characters, in a row that the source lacks say something of their own.
_LONGEST_STRANGE: Final = 4.0
_HAN: Final = re.compile(r"[\u3040-\u9fff]")
# Another verb or adverb may say the same; another noun seldom does.
_VERBAL: Final = re.compile(r"\w{2}(?:ed|ing|ly|ise|ize|ify)\Z")
_CLAUSE_ENDS: Final = frozenset(
    (".", "!", "?", ";", ",", "。", "！", "？", "；", "，", "、", ":", "：")
)
_JOINS: Final = frozenset(("and", "while", "whereas", "but", "和", "与", "而"))


def is_copy(claim: Sequence[Word], window: Sequence[Word]) -> bool:
    """Say whether a claim is a source's sentence with hardly a word changed."""
    return _matcher(claim, window).ratio() >= _CLOSE_COPY


def replaced(claim: Sequence[Word], window: Sequence[Word], held: Sequence[bool]) -> str:
    """Return the words of a near copy that took the place of others; "" if none did.

    Args:
        claim: What is examined.
        window: What it is nearly a copy of.
        held: Of each word of the claim, whether the source or its headings hold it.
    """
    matcher = _matcher(claim, window)
    ratio = matcher.ratio()
    own, other = _content(claim), _content(window)
    if ratio < (_SHORT_COPY if sum(word.weight for word in own) <= _SHORT else _COPY):
        return ""
    known = {id(word) for word, is_held in zip(claim, held, strict=True) if is_held}
    for operation, start, end, from_, to in matcher.get_opcodes():
        if operation != "replace":
            continue
        new = [word for word in own[start:end] if id(word) not in known]
        if _tells(new, other[from_:to], close=ratio >= _CLOSE_COPY):
            return "".join(word.raw if word.is_han else f" {word.raw}" for word in new).strip()
    return ""


def longest_strange(held: Sequence[bool], claim: Sequence[Word]) -> float:
    """Return the weight of the longest run of a claim's words that nothing holds."""
    longest = run = 0.0
    for word, is_held in zip(claim, held, strict=True):
        if word.weight:
            run = 0.0 if is_held else run + word.weight
            longest = max(longest, run)
    return longest


def says_too_much(held: Sequence[bool], claim: Sequence[Word]) -> bool:
    """Say whether a stretch of a claim is too long to be only another way of putting it."""
    return longest_strange(held, claim) >= _LONGEST_STRANGE


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


def _tells(new: Sequence[Word], old: Sequence[Word], *, close: bool) -> bool:
    """Say whether words that replace others change what is said."""
    telling = [
        word for word in new if word.form not in WEAK and not _VERBAL.search(word.raw.lower())
    ]
    if not telling or not old:
        return False
    if not telling[0].is_han:
        return True
    characters = WEAK_CHINESE.sub("", "".join(word.raw for word in telling))
    return len(characters) >= (1 if close else 2) and (len(old) >= 2 or close or not old[0].is_han)


def _content(text: Sequence[Word]) -> list[Word]:
    return [word for word in text if word.weight]


def _matcher(claim: Sequence[Word], window: Sequence[Word]) -> "SequenceMatcher[str]":
    own = [word.form for word in _content(claim)]
    other = [word.form for word in _content(window)]
    return SequenceMatcher(None, own, other, autojunk=False)
