"""Reads a page whose text is a table as rows; knows only the page's text, laid out and not."""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rag.documents.cleaning import clean

if TYPE_CHECKING:
    from pypdf import PageObject

# A cell: words at most two blanks apart.
_CELL = re.compile(r"\S+(?: {1,2}\S+)*")
_Row = list[tuple[int, int, str]]
# A page is read by rows when so many short lines follow each other: the cells of a table.
_SHORT_LINE = 30
_FEWEST_SHORT_LINES = 6
# A row whose cells are this long is two columns of prose side by side.
_LONG_CELL = 32
_MOST_PROSE_ROWS = 0.2
# Laid out, a page may lose so small a share of its characters (text on its side).
_LEAST_KEPT = 0.98


def page_text(page: "PageObject") -> str:
    """Return the text of `page` in reading order, the rows of its tables as "a | b | c"."""
    plain = clean(page.extract_text())
    if not _has_scattered_cells(plain):
        return plain
    laid_out = clean(
        page.extract_text(extraction_mode="layout", layout_mode_space_vertically=False)
    )
    rows = [
        [(*cell.span(), cell[0]) for cell in _CELL.finditer(line)] for line in laid_out.split("\n")
    ]
    if _dense(laid_out) < _LEAST_KEPT * _dense(plain) or _is_in_columns(rows):
        return plain
    return "\n".join(_lines(rows))


def _has_scattered_cells(text: str) -> bool:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    runs = groupby(lines, key=lambda line: len(line) <= _SHORT_LINE)
    return any(is_short and len(list(run)) >= _FEWEST_SHORT_LINES for is_short, run in runs)


def _is_in_columns(rows: list[_Row]) -> bool:
    wide = [row for row in rows if len(row) > 1]
    prose = [row for row in wide if sum(len(text) > _LONG_CELL for _, _, text in row) > 1]
    return not wide or len(prose) > _MOST_PROSE_ROWS * len(wide)


def _lines(rows: list[_Row]) -> Iterator[str]:
    """Yield each row as a line, with a blank line before and after each run of table rows."""
    for at, (is_table, run) in enumerate(groupby(rows, key=lambda row: len(row) > 1)):
        if at:
            yield ""
        yield from _table_lines(list(run)) if is_table else ("".join(row[0][2:]) for row in run)


def _table_lines(rows: list[_Row]) -> Iterator[str]:
    """Put each cell under the head it stands under, so that empty cells stay empty."""
    head = rows[0]
    for row in rows:
        columns = [_nearest(head, start, end) for start, end, _ in row]
        cells = [text for _, _, text in row]
        if len(set(columns)) == len(row):
            cells = [""] * len(head)
            for column, (_, _, text) in zip(columns, row, strict=True):
                cells[column] = text
        yield " | ".join(cells)


def _nearest(head: _Row, start: int, end: int) -> int:
    """Return the position of the head that begins or ends nearest to where the cell does."""
    return min(
        range(len(head)), key=lambda at: min(abs(head[at][0] - start), abs(head[at][1] - end))
    )


def _dense(text: str) -> int:
    return len("".join(text.split()))
