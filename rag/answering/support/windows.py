"""Finds the stretch of a passage that comes nearest to a claim; knows no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.answering.support.words import Word, words
from rag.sentences import sentences

# A claim may sum up so many sentences that follow each other.
_MOST_SENTENCES: Final = 3
# A wider stretch is taken only if it holds so much more of the claim.
_WORTH_WIDENING: Final = 0.1


@dataclass(frozen=True, slots=True)
class Source:
    """A passage cut for comparison.

    Attributes:
        windows: Its sentences, and runs of two and three of them.
        context: Title and headings: what every sentence of it may be about.
    """

    windows: tuple[str, ...]
    context: str


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a source and the share of a claim's meaning that it holds, 0 to 1."""

    text: str
    share: float


@lru_cache(maxsize=64)
def read_source(text: str, context: str) -> Source:
    """Cut a passage, once for all claims that cite it."""
    spans = sentences(text)
    windows = tuple(
        text[spans[at][0] : spans[at + length - 1][1]]
        for length in range(1, _MOST_SENTENCES + 1)
        for at in range(len(spans) - length + 1)
    )
    return Source(windows or (text,), context)


def nearest(claim: Sequence[Word], source: Source) -> Window:
    """Return the shortest stretch of a source that holds nearly as much of a claim as any.

    A sentence of which the claim is nearly a copy is not widened: what another sentence would add
    may be just what was changed.
    """
    context = words(source.context)
    shares = [held_share(claim, words(window), context) for window in source.windows]
    best = max(shares)
    share, window = min(
        (
            pair
            for pair in zip(shares, source.windows, strict=True)
            if pair[0] >= best - _WORTH_WIDENING
        ),
        key=lambda pair: (len(pair[1]), -pair[0]),
    )
    return Window(window, share)


def held_share(
    claim: Sequence[Word], window: Sequence[Word], context: Sequence[Word] = ()
) -> float:
    """Return the share of a claim's meaning whose words a stretch or its context holds."""
    held = held_words(claim, window, context)
    total = sum(word.weight for word in claim)
    return sum(word.weight for word, is_held in zip(claim, held, strict=True) if is_held) / (
        total or 1.0
    )


def held_words(
    claim: Sequence[Word], window: Sequence[Word], context: Sequence[Word] = ()
) -> list[bool]:
    """Say of each word of a claim whether the stretch or its context holds it.

    A Han character counts as held if a pair it belongs to is: single ones recur everywhere.
    """
    forms = {word.form for word in (*window, *context)}
    pairs = _pairs(window) | _pairs(context)
    own = [a.form + b.form for a, b in zip(claim, claim[1:], strict=False)]
    held = []
    for at, word in enumerate(claim):
        if word.is_han:
            around = own[max(0, at - 1) : at + 1]
            held.append(any(pair in pairs for pair in around))
        else:
            held.append(word.form in forms)
    return held


def _pairs(window: Sequence[Word]) -> set[str]:
    return {a.form + b.form for a, b in zip(window, window[1:], strict=False) if a.is_han}
