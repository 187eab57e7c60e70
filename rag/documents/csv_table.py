"""Loads CSV and TSV, each row as a line that names its columns; knows nothing of numbers."""

import csv
import io
import re

from rag.documents.document import Block, LoadedDocument
from rag.documents.text import read_text
from rag.errors import DocumentError

_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 50
_NUMBER = re.compile(r"[-+($€£¥]*\d[\d,.]*[)%]*")
_YEAR = re.compile(r"(?:19|20|21)\d\d")
_LONGEST_CELL = 100_000_000


def load_csv(data: bytes) -> LoadedDocument:
    """Return one line a row, "column: value; column: value", so a passage of rows explains itself.

    Empty cells are left out; values are kept to the letter. A file whose first row is no header
    (blank or repeated names, or numbers) yields its rows as "value | value".

    Raises:
        DocumentError: The rows cannot be told apart.
    """
    rows = _read_rows(read_text(data))
    if not rows:
        return LoadedDocument(text="", kind="csv")
    lines = _labelled_lines(rows) if _has_header(rows) else _plain_lines(rows)
    text = "\n".join(line for line in lines if line)
    return LoadedDocument(text=text, kind="csv", blocks=(Block("table", 0, len(text)),))


def _read_rows(text: str) -> list[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    delimiter = _delimiter(text)
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise DocumentError(f"not a readable table ({error}); save it as CSV again") from error
    cells = [[" ".join(cell.split()) for cell in row] for row in rows]
    return [row for row in cells if any(row)]


def _delimiter(text: str) -> str:
    """Return the delimiter that gives the sampled rows the most, and the most equal, columns."""
    sample = text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES]

    def evenness(delimiter: str) -> float:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if row]
        widest = max(set(widths), key=widths.count) if widths else 1
        # Equal rows count for more than many columns: text in cells holds commas at random.
        return (widths.count(widest) / len(widths)) ** 4 * min(widest, 5) if widest > 1 else 0.0

    return max(_DELIMITERS, key=evenness)


def _has_header(rows: list[list[str]]) -> bool:
    """Say whether the first row names columns: most of them, each once, years but no amounts."""
    named = [cell for cell in rows[0] if cell]
    if len(rows) < 2 or len(set(named)) < len(named) or len(named) * 2 < len(rows[0]):
        return False
    numbers = [cell for cell in named if _NUMBER.fullmatch(cell)]
    return len(numbers) < len(named) and all(_YEAR.fullmatch(cell) for cell in numbers)


def _labelled_lines(rows: list[list[str]]) -> list[str]:
    header = rows[0]
    return [
        "; ".join(
            f"{header[at]}: {cell}" if at < len(header) and header[at] else cell
            for at, cell in enumerate(row)
            if cell
        )
        for row in rows[1:]
    ]


def _plain_lines(rows: list[list[str]]) -> list[str]:
    return [" | ".join(row) for row in rows]
