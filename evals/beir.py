"""Read a retrieval set in BEIR form from its folder; knows nothing of how it is searched."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class BeirDocument:
    """One document; `title` is "" where the set has none."""

    id: str
    title: str
    text: str

    @property
    def content(self) -> str:
        """What the published figures embed: title, space, text, stripped."""
        return f"{self.title} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class BeirSet:
    """Documents, queries and judgements, in the order of their files.

    Attributes:
        name: The folder's name.
        documents: The whole corpus.
        queries: Query id to text.
        qrels: Query id to document id to grade; 1 or more is relevant.
    """

    name: str
    documents: tuple[BeirDocument, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def load_beir(folder: Path) -> BeirSet:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` from `folder`.

    Raises:
        FileNotFoundError: One of the three is missing.
        ValueError: A line is not what the form says.
    """
    documents = tuple(
        BeirDocument(str(row["_id"]), row.get("title") or "", row["text"])
        for row in _rows(folder / "corpus.jsonl")
    )
    queries = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl")}
    return BeirSet(folder.name, documents, queries, _qrels(folder / "qrels.tsv"))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"{path.name}, line {number}: not JSON ({error})") from error


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    for number, line in enumerate(lines[1:], start=2):
        try:
            query, document, grade = line.split("\t")
            qrels.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise ValueError(
                f"{path.name}, line {number}: wanted query-id, corpus-id and a whole score "
                f"between tabs, found {line!r}"
            ) from error
    return qrels
