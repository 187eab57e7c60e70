"""Read a retrieval set in BEIR form from its folder; knows nothing of how it is searched."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.language import detect_language, fill_languages
from evals.datasets.rows import read_rows
from evals.gold import Question, question_from_beir


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
        rows: The lines of `queries.jsonl`, with whatever else they hold.
    """

    name: str
    documents: tuple[BeirDocument, ...]
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]
    rows: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)


def load_beir(folder: Path) -> BeirSet:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.tsv` (or `qrels/test.tsv`) from `folder`.

    Raises:
        FileNotFoundError: One of the three is missing.
        ValueError: A line is not what the form says.
    """
    documents = tuple(
        BeirDocument(str(row["_id"]), row.get("title") or "", row["text"] or "")
        for row in read_rows(folder / "corpus.jsonl", ("_id", "text"))
    )
    rows = tuple(read_rows(folder / "queries.jsonl", ("_id", "text")))
    queries = {str(row["_id"]): str(row["text"]) for row in rows}
    return BeirSet(folder.name, documents, queries, _qrels(_qrels_file(folder)), rows)


def beir_set(folder: Path, *, licence: str = "") -> EvalSet:
    """Return the set at `folder` in the bench's form.

    Queries that nobody judged are left out, because nothing can be said of them, unless they say
    themselves whether they can be answered (`answerability`): then "no relevant document" is their
    gold.

    Raises:
        FileNotFoundError: One of its files is missing.
        ValueError: A line is not what the form says.
    """
    beir = load_beir(folder)
    documents = (EvalDocument(one.id, one.title, one.text) for one in beir.documents)
    return EvalSet.of(beir.name, documents, fill_languages(_questions(beir)), licence=licence)


def _questions(beir: BeirSet) -> Iterator[Question]:
    for row in beir.rows:
        grades = beir.qrels.get(str(row["_id"]), {})
        if grades or row.get("answerability"):
            language = detect_language(str(row["text"]))
            yield question_from_beir({**row, **_named(row)}, grades, language=language)


def _named(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the groups a query belongs to as tags, and its answers without nesting."""
    tags = [*_texts(row.get("tags")), *_texts(row.get("domain")), *_texts(row.get("multi_turn"))]
    named = [tag.lower() for tag in tags if tag.lower() != "n/a"]
    return {"tags": named, "answers": _texts(row.get("answers"))}


def _texts(value: object) -> list[str]:
    """Return all texts in a value: sets nest answers that mean the same in lists of their own."""
    if isinstance(value, str):
        return [value]
    return [text for one in value for text in _texts(one)] if isinstance(value, list) else []


def _qrels_file(folder: Path) -> Path:
    test = folder / "qrels" / "test.tsv"
    return test if test.is_file() else folder / "qrels.tsv"


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    lines = path.read_text(encoding="utf-8").rstrip("\n").split("\n")
    has_header = not lines[0].strip()[-1:].isdigit()
    for number, line in enumerate(lines, start=1):
        if number == 1 and has_header:
            continue
        try:
            query, document, grade = line.split("\t")
            qrels.setdefault(query, {})[document] = int(grade)
        except ValueError as error:
            raise ValueError(
                f"{path.name}, line {number}: wanted query-id, corpus-id and a whole score "
                f"between tabs, found {line!r}"
            ) from error
    return qrels
