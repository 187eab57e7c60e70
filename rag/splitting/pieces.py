"""Cuts a document into the smallest pieces worth keeping whole; knows no tokens and no limit."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from rag.documents.document import Block, LoadedDocument
from rag.sentences import sentences, trimmed

_BLANK_LINES = re.compile(r"\n(?:[ \t\u3000]*\n)+")
_WORD = re.compile(r"\S+")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\(?\d{1,9}[.)、])\s")
_LINES_OF_CODE = re.compile(r"[^\n]*\S[^\n]*")
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


class Break(IntEnum):
    """How good a place to cut the start of a piece is; higher is better."""

    CHARACTER = 0
    WORD = 1
    SENTENCE = 2
    LINE = 3
    PARAGRAPH = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch `[start, end)` of a document, its edges not blank; `size` in tokens once known."""

    start: int
    end: int
    strength: Break
    size: int = 0


def pieces(document: LoadedDocument, start: int, end: int) -> list[Piece]:
    """Return the sentences, lines of code, rows and list items of `[start, end)` in order.

    Every non-blank character of the stretch lies in exactly one piece.
    """
    found: list[Piece] = []
    at = start
    for block in document.blocks[bisect_right(document.blocks, start, key=_end) :]:
        if block.start_index >= end:
            break
        first, last = max(block.start_index, at), min(block.end_index, end)
        found.extend(_prose(document, at, first))
        found.extend(_block(document.text, replace(block, start_index=first, end_index=last)))
        at = last
    found.extend(_prose(document, at, end))
    return found


def finer(text: str, piece: Piece) -> list[Piece]:
    """Return `piece` cut at the next finer kind of place: sentences, words, then characters."""
    spans = [
        (piece.start + first, piece.start + last)
        for first, last in sentences(text[piece.start : piece.end])
    ]
    inner = Break.SENTENCE
    if len(spans) < 2:
        spans = [match.span() for match in _WORD.finditer(text, piece.start, piece.end)]
        inner = Break.WORD
    if len(spans) < 2:
        middle = _safe_middle(text, piece.start, piece.end)
        spans = [(piece.start, middle), (middle, piece.end)]
        inner = Break.CHARACTER
    return [
        Piece(first, last, inner if at else piece.strength)
        for at, (first, last) in enumerate(spans)
        if first < last
    ]


def _end(block: Block) -> int:
    return block.end_index


def _prose(document: LoadedDocument, start: int, end: int) -> Iterator[Piece]:
    if document.kind == "code":
        yield from _code(document.text, start, end)
        return
    at = start
    for gap in _BLANK_LINES.finditer(document.text, start, end):
        yield from _paragraph(document.text, at, gap.start())
        at = gap.end()
    yield from _paragraph(document.text, at, end)


def _paragraph(text: str, start: int, end: int) -> Iterator[Piece]:
    strength = Break.PARAGRAPH
    for first, last in sentences(text[start:end]):
        yield Piece(start + first, start + last, strength)
        strength = Break.SENTENCE


def _block(text: str, block: Block) -> Iterator[Piece]:
    if block.kind == "code":
        return _code(text, block.start_index, block.end_index)
    if block.kind == "list":
        return _items(text, block.start_index, block.end_index)
    return _rows(text, block.start_index, block.end_index)


def _code(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield lines with their indentation; a line after a blank one is a better place to cut."""
    before = start
    for match in _LINES_OF_CODE.finditer(text, start, end):
        after_blank = text.count("\n", before, match.start()) > 1
        strength = Break.LINE if after_blank else Break.SENTENCE
        if before == start:
            strength = Break.PARAGRAPH
        before = match.end()
        yield Piece(match.start(), match.start() + len(match[0].rstrip()), strength)


def _rows(text: str, start: int, end: int) -> Iterator[Piece]:
    strength = Break.PARAGRAPH
    for match in _LINES_OF_CODE.finditer(text, start, end):
        first, last = trimmed(text, *match.span())
        yield Piece(first, last, strength)
        strength = Break.LINE


def _items(text: str, start: int, end: int) -> Iterator[Piece]:
    strength = Break.PARAGRAPH
    for first, last in sentences(text[start:end]):
        opens_item = _ITEM.match(text, start + first)
        yield Piece(
            start + first,
            start + last,
            max(strength, Break.LINE) if opens_item else strength,
        )
        strength = Break.SENTENCE


def _safe_middle(text: str, start: int, end: int) -> int:
    """Return the index nearest the middle that parts no character from its marks or joiners."""
    middle = (start + end) // 2
    for distance in range(min(middle - start, 64)):
        for index in (middle - distance, middle + distance):
            if start < index < end and not _joined(text, index):
                return index
    return middle


def _joined(text: str, index: int) -> bool:
    """Say whether the characters before and at `index` make up one that is seen."""
    here, before = text[index], text[index - 1]
    if unicodedata.category(here).startswith("M") or here in _JOINERS or before == "\u200d":
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    is_flag = "\U0001f1e6" <= here <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff"
    return is_flag or "\u1160" <= here <= "\u11ff"
