"""Finds a word of a claim that stands where its source has another; knows no numbers."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rag.answering.support.common import COMMON_ZH
from rag.answering.support.common_zh import MANNERS_ZH, VERBS_ZH
from rag.answering.support.likeness import Held, common_at, groups_at, looked_up, meaning
from rag.answering.support.words import words

# So many characters around a word must be those around the other, before and behind: more if a
# clause begins or ends at it, and if the source holds the word beside others.
_FRAME: Final = 3
_SAID: Final = 2
# A word of so many characters at most took the other's place, about as long.
_LONGEST: Final = 5
_LONGER: Final = 2
_FAR: Final = 4
_BREAK: Final = "|"
_FREE: Final = frozenset((Held.COMMON, Held.STRANGE, Held.ALIKE))

Token = tuple[str, int]
Span = tuple[int, int]


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
    return any(
        _is_strange(claim, window, how, own[start:end], around)
        and _is_dropped(claim, window, own[start:end], there[from_:to])
        for (start, end), (from_, to), around in _places(own, there)
    )


def _is_strange(
    claim: str, window: str, how: Sequence[Held], new: Sequence[Token], around: int
) -> bool:
    """Say whether a stretch of a claim is strange to its source, or at least to the place.

    One character of everyday speech is too little, and numbers are compared elsewhere.
    """
    if around < _FRAME:
        return False
    cut, groups, common = words(claim), groups_at(claim), common_at(claim)
    meant = meaning(window).groups
    said = sum(how[at] not in _FREE or bool(groups[at] & meant) for _, at in new)
    if around < _FRAME + _SAID * (said > 0) or 0 < said < len(new) or said == 1:
        return False
    if len(new) == 1 and common[new[0][1]] == 1:
        return False
    return not any(cut[at].is_number for _, at in new)


def _is_dropped(claim: str, window: str, new: Sequence[Token], old: Sequence[Token]) -> bool:
    """Say whether a claim has nothing of what stood in the place, which was no everyday word."""
    mine = {word.form for word in words(claim)}
    groups, known, cut = groups_at(claim), groups_at(window), words(window)
    return (
        any(at in _telling(window) for _, at in old)
        and not any(form in mine or cut[at].is_number for form, at in old)
        and not any(known[a] & groups[b] for _, a in old for _, b in new)
    )


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


def _places(own: Sequence[Token], there: Sequence[Token]) -> Iterator[tuple[Span, Span, int]]:
    """Yield a stretch of the claim, the one in its place in the source, and what both stand in."""
    behind: dict[str, list[int]] = {}
    for at, (form, _) in enumerate(there[:-1], start=1):
        behind.setdefault(form, []).append(at)
    for start in range(1, len(own) - 1):
        for from_ in behind.get(own[start - 1][0], ()):
            if there[from_][0] in (own[start][0], _BREAK) or own[start][0] == _BREAK:
                continue
            left = _shared(own[:start][::-1], there[:from_][::-1])
            for end, to in _ends(own, start, there, from_):
                around = left + _shared(own[end:], there[to:])
                telling = sum(form != _BREAK for form in around)
                at_end = own[start - 1][0] == _BREAK or own[end][0] == _BREAK
                yield (start, end), (from_, to), telling - at_end


def _ends(
    own: Sequence[Token], start: int, there: Sequence[Token], from_: int
) -> Iterator[tuple[int, int]]:
    """Yield where both stretches may end: before the same word."""
    for end in range(start + 1, min(start + _LONGEST, len(own) - 1) + 1):
        for to in range(from_ + 1, min(from_ + _LONGEST, len(there) - 1) + 1):
            if own[end][0] == there[to][0] and abs((to - from_) - (end - start)) <= _LONGER:
                yield end, to
            if there[to][0] == _BREAK:
                break
        if own[end][0] == _BREAK:
            break


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
        at for at, found in enumerate(looked_up(cut, _everyday())) if not found and cut[at].weight
    )


@lru_cache(maxsize=1)
def _everyday() -> dict[str, frozenset[bool]]:
    return {word: frozenset((True,)) for word in f"{COMMON_ZH} {VERBS_ZH} {MANNERS_ZH}".split()}
