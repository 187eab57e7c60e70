"""Cuts a passage into what can be quoted whole: sentences, table rows, code; knows no question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rag.documents.document import FENCED
from rag.sentences import trimmed, whole_sentences

_FENCE: Final = re.compile(r"[ \t]*(?:```+|~~~+)")
_RULE: Final = re.compile(r"^[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*$")
_CELLS: Final = re.compile(r"^[ \t]*\||\S \| ?\S?")
_FIELDS: Final = re.compile(r"^[^:;\n]{1,60}: [^;\n]*(?:; [^:;\n]{1,60}: [^;\n]*)+$")
_HEADING: Final = re.compile(r"#{1,6}\s")
# A line by itself that ends in no punctuation: a heading, unless it states a number or a value.
_ENDS: Final = re.compile(r"[.!?。！？;；:：,，…)）\]】\"”’」』`*_|]$")
_STATES: Final = re.compile(r"\d|[:：=]|^[ \t]*(?:[-*+•·]|\(?\w{1,3}[.)、])\s?")
_HEADING_WORDS: Final = 12
_HEADING_CHARACTERS: Final = 80
_ASKS: Final = re.compile(r"[?？][\"'”’」』）)*_]*$")
# Code is cut where a blank line is followed by a line that is not indented: between definitions.
_CODE_GAP: Final = re.compile(r"\n[ \t]*\n(?=\S)")


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch `[start, end)` of a passage and the words it cannot be understood without.

    Attributes:
        start: First character in the passage.
        end: One past the last.
        context: The heading, question or table header above it, "" if there is none.
        header: Whether `context` is to be shown with it: a table's header, or the opening fence of
            code that began before the passage.
        quotable: False for headings and questions, which answer nothing by themselves.
    """

    start: int
    end: int
    context: str = ""
    header: bool = False
    quotable: bool = True


def units(text: str, *, is_code: bool = False, lead_in: str = "") -> list[Unit]:
    """Return the units of a passage in reading order; headings and questions among them.

    Args:
        text: Of the passage.
        is_code: All of it is code.
        lead_in: The header row of the table, or the opening fence of the code, that the text
            begins inside of.
    """
    if is_code:
        return [Unit(*span) for span in _between(text, 0, len(text), _CODE_GAP)]
    found: list[Unit] = []
    position, fence = 0, _FENCE.match(lead_in)
    if fence:
        position = _end_of_code(text, fence[0].strip())
        found.append(Unit(*_lines_of_code(text, 0, position), context=lead_in, header=True))
        lead_in = ""
    for block in FENCED.finditer(text, position):
        found.extend(_prose_and_tables(text, position, block.start(), lead_in))
        found.append(Unit(*_lines_of_code(text, block.start(), block.end())))
        position, lead_in = block.end(), ""
    found.extend(_prose_and_tables(text, position, len(text), lead_in))
    return _with_context(text, found)


def _lines_of_code(text: str, start: int, end: int) -> tuple[int, int]:
    """Return `[start, end)` without the blank lines at its edges: indentation means something."""
    first, last = trimmed(text, start, end)
    return max(start, text.rfind("\n", 0, first) + 1), last


def _end_of_code(text: str, fence: str) -> int:
    """Return where code that began before the text ends: behind its closing fence."""
    closing = re.compile(rf"^[ \t]*{re.escape(fence)}[ \t]*$", re.M).search(text)
    return closing.end() if closing else len(text)


def _prose_and_tables(text: str, start: int, end: int, lead_in: str) -> Iterator[Unit]:
    prose = start
    for table_start, table_end in _tables(text, start, end, going_on=bool(lead_in)):
        is_first = not text[start:table_start].strip()
        yield from _sentences(text, prose, table_start)
        yield from _rows(text, table_start, table_end, lead_in if is_first else "")
        prose = table_end
    yield from _sentences(text, prose, end)


def _sentences(text: str, start: int, end: int) -> Iterator[Unit]:
    for first, last in whole_sentences(text[start:end]):
        words = text[start + first : start + last]
        heads = _HEADING.match(words) or _is_heading(text, start + first, start + last)
        answers = not (heads or _ASKS.search(words))
        yield Unit(start + first, start + last, quotable=answers)


def _is_heading(text: str, start: int, end: int) -> bool:
    """Say whether a sentence is a heading: alone on its line, with more text below."""
    words = text[start:end]
    alone = text[max(0, start - 1) : start] in ("", "\n") and text[end : end + 1] == "\n"
    if not alone or "\n" in words or not text[end:].strip() or _ENDS.search(words):
        return False
    if len(words) > _HEADING_CHARACTERS or len(words.split()) > _HEADING_WORDS:
        return False
    return words.isupper() or not _STATES.search(words)


def _tables(text: str, start: int, end: int, *, going_on: bool) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines that are rows of a table.

    A single such line is prose, unless it opens a text that begins inside of a table (`going_on`).
    """
    run: list[tuple[int, int]] = []
    fewest = 0 if going_on else 1
    for line in _lines(text, start, end):
        words = text[slice(*line)]
        if _CELLS.search(words) or _RULE.match(words) or _FIELDS.match(words):
            run.append(line)
            continue
        if len(run) > fewest:
            yield run[0][0], run[-1][1]
        fewest = 1 if words else fewest
        run = []
    if len(run) > fewest:
        yield run[0][0], run[-1][1]


def _rows(text: str, start: int, end: int, header: str) -> Iterator[Unit]:
    """Yield the rows of a table under `header`, or under the first of them if that is ""."""
    lines = [line for line in _lines(text, start, end) if line[0] < line[1]]
    if _FIELDS.match(text[slice(*lines[0])]):
        yield from (Unit(*line) for line in lines)
        return
    if not header:
        header = text[slice(*lines[0])]
        yield Unit(*lines.pop(0), quotable=False)
    for line in lines:
        if not _RULE.match(text[slice(*line)]):
            yield Unit(*line, context=header, header=True)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = text.find("\n", start, end)
        stop = end if stop < 0 else stop
        yield trimmed(text, start, stop)
        start = stop + 1


def _between(text: str, start: int, end: int, gap: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in gap.finditer(text, start, end):
        span = trimmed(text, start, match.start())
        if span[0] < span[1]:
            yield span
        start = match.end()
    span = trimmed(text, start, end)
    if span[0] < span[1]:
        yield span


def _with_context(text: str, found: list[Unit]) -> list[Unit]:
    """Give each unit the heading or question above it, unless it has a table's header."""
    placed: list[Unit] = []
    above = ""
    for unit in found:
        if not unit.quotable:
            above = text[unit.start : unit.end]
            placed.append(unit)
        elif unit.header:
            placed.append(unit)
        else:
            placed.append(Unit(unit.start, unit.end, context=above))
    return placed
