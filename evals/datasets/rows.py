"""Read files of one JSON object a line; knows nothing of what the objects mean."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


def read_rows(path: Path, fields: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Yield the objects of a JSON Lines file; blank lines are passed over.

    Args:
        path: The file, in UTF-8.
        fields: What every object must have.

    Raises:
        ValueError: A line is no JSON object or lacks a field; the message names file and line.
    """
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _row(line, fields, f"{path.name}, line {number}")


def _row(line: str, fields: Sequence[str], where: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"{where}: not JSON ({error})") from error
    if not isinstance(row, dict):
        raise ValueError(f"{where}: wanted a JSON object, found {line.strip()[:40]!r}")
    for field in fields:
        if field not in row:
            raise ValueError(f"{where}: no field {field!r}; there are {', '.join(sorted(row))}")
    return row
