"""Cuts a document into the smallest pieces worth keeping whole; knows no tokens and no limit."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from rag.documents.document import FENCED, Block, LoadedDocument
from rag.sentences import sentences, trimmed

_BLANK_LINES = re.compile(r"\n(?:[ \t\u3000]*\n)+")
_WORD = re.compile(r"\S+")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\(?\d{1,9}[.)、])\s")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
# What opens a definition in most languages, or stands right above one.
_DEFINES = re.compile(
    r"(?:export |default |public |private |protected |static |final |abstract |async |pub )*"
    r"(?:def|class|function|func|fn|fun|interface|struct|enum|trait|impl|module|namespace|type"
    r"|record|sub|proc|create|@|#\[|///?\*\*)",
    re.IGNORECASE,
)
_LINES_OF_CODE = re.compile(r"[^\n]*\S[^\n]*")
_JOINERS = frozenset("\u200c\u200d\ufe0e\ufe0f")


class Break(IntEnum):
    """How good a place to cut the start of a piece is; higher is better."""

    CHARACTER = 0
    WORD = 1
    SENTENCE = 2
    LINE = 3
    DEFINITION = 4
    PARAGRAPH = 5


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch `[start, end)` of a document, its edges not blank.

    Attributes:
        strength: How good a place to cut its start is.
        size: In tokens once known.
        code: Where the block of code begins that it is part of, -1 outside of any.
    """

    start: int
    end: int
    strength: Break
    size: int = 0
    code: int = -1


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
        Piece(first, last, inner if at else piece.strength, code=piece.code)
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
        return _code(text, block.start_index, block.end_index, code=block.start_index)
    if block.kind == "list":
        return _items(text, block.start_index, block.end_index)
    return _rows(text, block.start_index, block.end_index)


def _code(text: str, start: int, end: int, *, code: int = -1) -> Iterator[Piece]:
    """Yield lines with their indentation; best cut before a definition or after a blank line."""
    lines = list(_LINES_OF_CODE.finditer(text, start, end))
    margin = min((_indent(line[0]) for line in lines), default=0)
    before = start
    for line in lines:
        after_blank = text.count("\n", before, line.start()) > 1
        outermost = _indent(line[0]) == margin
        strength = Break.LINE if after_blank else Break.SENTENCE
        if outermost and (after_blank or _DEFINES.match(line[0].lstrip())):
            strength = Break.DEFINITION
        if before == start:
            strength = Break.PARAGRAPH
        before = line.end()
        yield Piece(line.start(), line.start() + len(line[0].rstrip()), strength, code=code)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _rows(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield rows; what stands above the first row of a table's body stays with it."""
    lines = [trimmed(text, *match.span()) for match in _LINES_OF_CODE.finditer(text, start, end)]
    head = 0
    if len(lines) > 1:
        head = next((at for at, line in enumerate(lines) if "|" in text[slice(*line)]), -1) + 1
        if head < len(lines) and _RULE.match(text[slice(*lines[head])]):
            head += 1
    first = min(head, len(lines) - 1)
    if lines:
        yield Piece(lines[0][0], lines[first][1], Break.PARAGRAPH)
    yield from (Piece(*line, Break.LINE) for line in lines[first + 1 :])


def _items(text: str, start: int, end: int) -> Iterator[Piece]:
    """Yield the sentences of list items, and the lines of code in them."""
    strength, at = Break.PARAGRAPH, start
    for fenced in FENCED.finditer(text, start, end):
        for piece in _listed(text, at, fenced.start()):
            yield replace(piece, strength=max(piece.strength, strength))
            strength = Break.SENTENCE
        yield from (
            replace(piece, strength=min(piece.strength, Break.DEFINITION))
            for piece in _code(text, fenced.start(), fenced.end(), code=fenced.start())
        )
        strength, at = Break.SENTENCE, fenced.end()
    for piece in _listed(text, at, end):
        yield replace(piece, strength=max(piece.strength, strength))
        strength = Break.SENTENCE


def _listed(text: str, start: int, end: int) -> Iterator[Piece]:
    for first, last in sentences(text[start:end]):
        opens_item = _ITEM.match(text, start + first)
        strength = Break.LINE if opens_item else Break.SENTENCE
        yield Piece(start + first, start + last, strength)


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
