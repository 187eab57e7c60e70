"""Finds the words of a question in a passage and cuts a snippet round them; draws nothing."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from rag.store.tokens import query_words, tokenize

Span = tuple[int, int]

# One word, or one run of a script without spaces (its letters have no case: category Lo).
_WORD = re.compile(r"\w+(?:[.\-'’]\w+)*")
_GAP = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of a passage on one line, with the spans in it to mark, in order."""

    text: str
    spans: tuple[Span, ...]


def find_words(text: str, question: str) -> list[Span]:
    """Return the spans of `text` whose words occur in `question`, in order, never overlapping.

    Words are compared as the lexical index compares them: stemmed, without function words, and by
    pairs of characters in scripts without spaces.
    """
    wanted = frozenset(query_words(question))
    spans: list[Span] = []
    for match in _WORD.finditer(text):
        start = match.start()
        for caseless, letters in groupby(match.group(), _is_caseless):
            piece = "".join(letters)
            find = _spans_of_pairs if caseless else _span_of_word
            spans += [(start + first, start + last) for first, last in find(piece, wanted)]
            start += len(piece)
    return _join(spans)


def _is_caseless(letter: str) -> bool:
    return unicodedata.category(letter) in ("Lo", "Lm")


def _span_of_word(word: str, wanted: frozenset[str]) -> list[Span]:
    return [] if wanted.isdisjoint(tokenize(word)) else [(0, len(word))]


def _spans_of_pairs(run: str, wanted: frozenset[str]) -> list[Span]:
    if len(tokenize(run)) == 1:  # a lone character, or a word of a caseless script with spaces
        return _span_of_word(run, wanted)
    plain = unicodedata.normalize("NFKC", run)
    plain = plain if len(plain) == len(run) else run
    return [(i, i + 2) for i in range(len(run) - 1) if plain[i : i + 2] in wanted]


def _join(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def make_snippet(text: str, spans: Sequence[Span], *, width: int) -> Snippet:
    """Return up to about `width` characters of `text`, where most of `spans` lie close together.

    White space, line breaks included, becomes single spaces; an ellipsis marks what was cut off.
    """
    start, end = _window(text, spans, width)
    marked = [(max(first, start), min(last, end)) for first, last in spans]
    pieces: list[str] = ["… "] if text[:start].strip() else []
    length = sum(map(len, pieces))
    kept: list[Span] = []
    at = start
    for first, last in [span for span in marked if span[0] < span[1]]:
        before = _GAP.sub(" ", text[at:first])
        words = _GAP.sub(" ", text[first:last])
        kept.append((length + len(before), length + len(before) + len(words)))
        pieces += [before, words]
        length += len(before) + len(words)
        at = last
    pieces.append(_GAP.sub(" ", text[at:end]).rstrip())
    return Snippet("".join(pieces) + (" …" if end < len(text.rstrip()) else ""), tuple(kept))


def _window(text: str, spans: Sequence[Span], width: int) -> Span:
    """Choose the stretch with the most marked characters, a little context before the first."""
    if len(text) <= width:
        return len(text) - len(text.lstrip()), len(text)
    best, most = 0, -1
    for start, _ in spans:
        from_here = max(0, start - width // 6)
        marked = sum(end - first for first, end in spans if start <= first < from_here + width)
        if marked > most:
            best, most = from_here, marked
    start = _word_start(text, best)
    return start, _word_end(text, min(len(text), start + width))


def _word_start(text: str, index: int) -> int:
    """Move forward past a word that would be cut in two, if a space is near."""
    if index == 0:
        return len(text) - len(text.lstrip())
    near = re.compile(r"\s+").search(text, index - 1, min(len(text), index + 15))
    return near.end() if near else index


def _word_end(text: str, index: int) -> int:
    if index >= len(text):
        return len(text)
    near = max(text.rfind(" ", index - 15, index + 1), text.rfind("\n", index - 15, index + 1))
    return near if near > 0 else index
