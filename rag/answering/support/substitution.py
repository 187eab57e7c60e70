"""Finds a word of a claim that stands where its source has another; knows no numbers."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rag.answering.support.common import COMMON_ZH
from rag.answering.support.common_zh import MANNERS_ZH, VERBS_ZH
from rag.answering.support.likeness import Held, groups_at, looked_up
from rag.answering.support.words import words

# So many characters around a word must be those around the other, before and behind.
_FRAME: Final = 3
# A word of so many characters at most took the other's place.
_LONGEST: Final = 5
_FAR: Final = 4
_BREAK: Final = "|"
_UNSAID: Final = frozenset((Held.COMMON, Held.STRANGE, Held.ALIKE))

Token = tuple[str, int]


def substituted(claim: str, window: str, how: Sequence[Held]) -> bool:
    """Say whether a Chinese word stands between the very words that the source has around another.

    The claim must hold nothing of the other, and it must be more than a word of everyday speech:
    another of those may say the same.

    Args:
        claim: The sentence.
        window: The sentences of the source that come nearest to it.
        how: How the source holds each of the claim's words.
    """
    own, there = _tokens(claim), _tokens(window)
    mine = {form for form, _ in own}
    telling = _telling(window)
    groups, known = groups_at(claim), groups_at(window)
    meant = frozenset[int]().union(*known)
    free = [how[at] in _UNSAID and not groups[at] & meant for at in range(len(how))]
    for start, end in _runs(own, free):
        new = frozenset[int]().union(*(groups[at] for _, at in own[start:end]))
        for from_, to in _places(own, start, end, there):
            old = there[from_:to]
            if (
                any(at in telling for _, at in old)
                and not any(form in mine for form, _ in old)
                and not any(known[at] & new for _, at in old)
            ):
                return True
    return False


@lru_cache(maxsize=1024)
def _tokens(text: str) -> tuple[Token, ...]:
    """Return what tells in a text, with its place among the words, and where clauses end."""
    found: list[Token] = [(_BREAK, -1)]
    for at, word in enumerate(words(text)):
        if word.is_stop:
            found += [(_BREAK, -1)] if found[-1][0] != _BREAK else []
        elif word.weight or word.is_number:
            found.append((word.form, at))
    return (*found, (_BREAK, -1)) if found[-1][0] != _BREAK else tuple(found)


def _runs(own: Sequence[Token], free: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield where words stand that the source does not hold."""
    strange = [at >= 0 and free[at] for _, at in own]
    start = 0
    while start < len(own):
        end = start
        while end < len(own) and strange[end]:
            end += 1
        if start < end <= start + _LONGEST:
            yield start, end
        start = max(end, start + 1)


def _places(
    own: Sequence[Token], start: int, end: int, there: Sequence[Token]
) -> Iterator[tuple[int, int]]:
    """Yield the stretches of the source that stand in the frame of a stretch of the claim."""
    for at in range(1, len(there)):
        left = _shared(own[:start][::-1], there[:at][::-1])
        if not left:
            continue
        for to in range(at + 1, min(at + _LONGEST, len(there) - 1) + 1):
            if there[to - 1][0] == _BREAK:
                break
            right = _shared(own[end:], there[to:])
            if right and abs((to - at) - (end - start)) <= 2 and _frames(left, right):
                yield at, to


def _frames(left: Sequence[str], right: Sequence[str]) -> bool:
    around = [form for form in (*left, *right) if form != _BREAK]
    at_end = _BREAK in (left[0], right[0])
    return len(around) >= _FRAME + at_end


def _shared(one: Sequence[Token], other: Sequence[Token]) -> list[str]:
    """Return with what both begin."""
    found: list[str] = []
    for (a, _), (b, _) in zip(one[:_FAR], other[:_FAR], strict=False):
        if a != b:
            break
        found.append(a)
    return found


@lru_cache(maxsize=1024)
def _telling(text: str) -> frozenset[int]:
    """Return the places of words that are no everyday words."""
    cut = words(text)
    return frozenset(
        at
        for at, found in enumerate(looked_up(cut, _everyday()))
        if not found and cut[at].is_han and cut[at].weight
    )


@lru_cache(maxsize=1)
def _everyday() -> dict[str, frozenset[bool]]:
    return {word: frozenset((True,)) for word in f"{COMMON_ZH} {VERBS_ZH} {MANNERS_ZH}".split()}
