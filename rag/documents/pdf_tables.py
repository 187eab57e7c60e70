"""Reads the tables of a PDF page as rows; knows only the page's text, laid out and in order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from rag.documents.cleaning import clean

if TYPE_CHECKING:
    from pypdf import PageObject

# A cell: words at most two blanks apart, for a justified line stretches its blanks.
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")
# Columns need so many rows that begin their second cell at the same place, give or take.
_FEWEST_ROWS = 3
_ALIGNED_SHARE = 0.6
_SLACK = 3
# Cells longer than this on both sides of a gap are two columns of prose.
_LONG_CELL = 32
# Laid out, a page may lose so small a share of its characters (text on its side).
_LEAST_KEPT = 0.98


@dataclass(frozen=True, slots=True)
class _Cell:
    """Text and the columns of characters `[start, end)` it takes up on its line."""

    start: int
    end: int
    text: str


_Row = list[_Cell]


def page_text(page: "PageObject") -> str:
    """Return the text of `page` in reading order, the rows of its tables as "a | b | c"."""
    plain = clean(page.extract_text())
    laid_out = clean(
        page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    )
    runs = _runs([_cells(line) for line in laid_out.split("\n")])
    if _dense(laid_out) < _LEAST_KEPT * _dense(plain) or any(map(_is_prose, runs)):
        return plain
    if not any(map(_is_table, runs)):
        return plain
    return "\n\n".join("\n".join(_lines(part)) for part in _parted(runs))


def _cells(line: str) -> _Row:
    return [_Cell(*cell.span(), " ".join(cell[0].split())) for cell in _CELL.finditer(line)]


def _runs(rows: Sequence[_Row]) -> list[list[_Row]]:
    """Return the rows parted where lines of one cell give way to rows of several, or back."""
    joined: list[_Row] = []
    for at, row in enumerate(rows):
        following = rows[at + 1] if at + 1 < len(rows) else []
        if joined and _continues(joined[-1], row, following):
            joined[-1] = _with_continuation(joined[-1], row[0])
        elif row:
            joined.append(row)
    return [list(run) for _, run in groupby(joined, key=lambda row: len(row) > 1)]


def _continues(before: _Row, row: _Row, following: _Row) -> bool:
    """Say whether `row` is the second line of one cell of the table row before it."""
    return (
        len(row) == 1
        and len(before) > 1
        and len(following) > 1
        and len(row[0].text) <= _LONG_CELL
        and any(abs(cell.start - row[0].start) <= 1 for cell in before)
    )


def _with_continuation(row: _Row, more: _Cell) -> _Row:
    at = min(range(len(row)), key=lambda at: abs(row[at].start - more.start))
    cell = row[at]
    grown = _Cell(cell.start, max(cell.end, more.end), f"{cell.text} {more.text}")
    return [*row[:at], grown, *row[at + 1 :]]


def _is_prose(run: Sequence[_Row]) -> bool:
    """Say whether the run is prose in two columns, whose lines must not be read across."""
    long = [row for row in run if sum(len(cell.text) > _LONG_CELL for cell in row) > 1]
    return _has_columns(run) and len(long) * 2 > len(run)


def _is_table(run: Sequence[_Row]) -> bool:
    return _has_columns(run) and not _is_prose(run)


def _has_columns(run: Sequence[_Row]) -> bool:
    if len(run) < _FEWEST_ROWS or len(run[0]) < 2:
        return False
    places = [cell.start for row in run for cell in row[1:]]
    aligned = [sum(abs(one - other) <= _SLACK for other in places) > 1 for one in places]
    return sum(aligned) >= _ALIGNED_SHARE * len(places)


def _parted(runs: Sequence[list[_Row]]) -> Iterator[list[_Row]]:
    """Yield tables alone and what lies between them together."""
    for _, group in groupby(runs, key=_is_table):
        members = list(group)
        if _is_table(members[0]):
            yield from members
        else:
            yield [row for run in members for row in run]


def _lines(rows: list[_Row]) -> Iterator[str]:
    if not _is_table(rows):
        yield from (" ".join(cell.text for cell in row) for row in rows)
        return
    head = max(rows, key=len)
    for row in rows:
        columns = [_nearest(head, cell) for cell in row]
        texts = [cell.text for cell in row]
        if len(set(columns)) == len(row):
            texts = [""] * len(head)
            for column, cell in zip(columns, row, strict=True):
                texts[column] = cell.text
        yield " | ".join(texts)


def _nearest(head: _Row, cell: _Cell) -> int:
    """Return the position of the head that begins or ends nearest to where `cell` does."""
    return min(
        range(len(head)),
        key=lambda at: min(abs(head[at].start - cell.start), abs(head[at].end - cell.end)),
    )


def _dense(text: str) -> int:
    return len("".join(text.split()))
