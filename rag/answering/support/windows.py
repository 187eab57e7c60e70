"""Finds the stretch of a passage that comes nearest to a claim; knows no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.answering.support.words import Word, words
from rag.sentences import sentences

# A claim may sum up so many sentences that follow each other.
_MOST_SENTENCES: Final = 3
# A wider stretch is taken only if it holds so much more of the claim.
_WORTH_WIDENING: Final = 0.1
# A sentence that holds so much of a claim is what the claim is about: what another sentence would
# add may be just what was changed.
_ENOUGH: Final = 0.75


@dataclass(frozen=True, slots=True)
class Source:
    """A passage cut for comparison.

    Attributes:
        text: All of it.
        runs: Its sentences first, then runs of two, then of three.
        context: Title and headings: what every sentence of it may be about.
    """

    text: str
    runs: tuple[tuple[str, ...], ...]
    context: str


@lru_cache(maxsize=64)
def read_source(text: str, context: str) -> Source:
    """Cut a passage, once for all claims that cite it."""
    spans = sentences(text)
    runs = tuple(
        tuple(
            text[spans[at][0] : spans[at + length - 1][1]] for at in range(len(spans) - length + 1)
        )
        for length in range(1, _MOST_SENTENCES + 1)
    )
    return Source(text, tuple(run for run in runs if run) or ((text,),), context)


def nearest(claim: Sequence[Word], source: Source) -> str:
    """Return the shortest stretch of a source that holds nearly as much of a claim as any.

    Numbers do not widen it: one of another sentence is about something else.
    """
    context = words(source.context)
    found, most = "", -1.0
    for run in source.runs:
        text, share, _ = max(
            ((one, *_shares(claim, words(one), context)) for one in run),
            key=lambda rated: (rated[1], rated[2], -len(rated[0])),
        )
        if share > most + (_WORTH_WIDENING if found else 0):
            found, most = text, share
        if most >= _ENOUGH:
            break
    return found


def _shares(
    claim: Sequence[Word], window: Sequence[Word], context: Sequence[Word]
) -> tuple[float, float]:
    """Return the share of a claim's words that a stretch holds, and of its numbers."""
    held = held_words(claim, window, context)
    numbers = [is_held for word, is_held in zip(claim, held, strict=True) if word.is_number]
    return held_share(claim, held), sum(numbers) / max(1, len(numbers))


def held_share(claim: Sequence[Word], held: Sequence[bool]) -> float:
    """Return the share of a claim's meaning that is held, 0 to 1."""
    total = sum(word.weight for word in claim)
    kept = sum(word.weight for word, is_held in zip(claim, held, strict=True) if is_held)
    return kept / total if total else 0.0


def held_words(
    claim: Sequence[Word], window: Sequence[Word], context: Sequence[Word] = ()
) -> list[bool]:
    """Say of each word of a claim whether the stretch or its context holds it.

    A Han character counts as held if a pair it belongs to is: single ones recur everywhere.
    """
    forms = {word.form for word in (*window, *context)}
    pairs = _pairs(window) | _pairs(context)
    own = [a.form + b.form for a, b in pairwise(claim)]
    held = []
    for at, word in enumerate(claim):
        if word.is_han:
            held.append(any(pair in pairs for pair in own[max(0, at - 1) : at + 1]))
        else:
            held.append(word.form in forms)
    return held


def _pairs(window: Sequence[Word]) -> set[str]:
    return {a.form + b.form for a, b in pairwise(window) if a.is_han}
