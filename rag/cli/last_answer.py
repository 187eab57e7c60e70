"""Keeps the citations of the last answer beside the index, for `rag show 1`; knows no index."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import printable
from rag.errors import CitationNotFoundError

if TYPE_CHECKING:
    from rag.answering.answer import Answer

FILE_NAME = "last_answer.json"


@dataclass(frozen=True, slots=True)
class KeptCitation:
    """What a citation pointed at when the answer was given."""

    source: str
    start_index: int
    end_index: int
    quote: str
    verified: bool


def keep_answer(index_dir: Path, answer: "Answer") -> None:
    """Remember the answer's citations; an index that may only be read gets a remark instead."""
    kept = {"question": answer.question, "citations": answer.to_dict()["citations"]}
    try:
        _write_private(index_dir / FILE_NAME, json.dumps(kept))
    except OSError as error:
        remark = f"note: `rag show NUMBER` will not know this answer: {error}"
        click.echo(printable(remark), err=True)


def _write_private(path: Path, text: str) -> None:
    """Put a file in place whole, readable by its owner only."""
    draft = path.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def kept_citation(index_dir: Path, number: int) -> KeptCitation:
    """Return citation `number` of the last answer given from this index.

    Raises:
        CitationNotFoundError: No answer was given yet, or it has no such citation.
    """
    try:
        kept = json.loads((index_dir / FILE_NAME).read_text("utf-8"))
        rows = {int(row["number"]): row for row in kept["citations"]}
    except FileNotFoundError as error:
        raise CitationNotFoundError(
            f"no citation {number}: nothing was asked of {index_dir} yet; run `rag ask` first"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise CitationNotFoundError(
            f"no citation {number}: {index_dir / FILE_NAME} is damaged; ask again"
        ) from error
    if number not in rows:
        known = f"citations 1 to {len(rows)}" if rows else "no citations"
        raise CitationNotFoundError(f"no citation {number}: the last answer has {known}")
    row = rows[number]
    return KeptCitation(
        row["source"], row["start_index"], row["end_index"], row["quote"], row["verified"]
    )
