"""Read a folder of files with questions bound to their extracted text; knows no retrieval."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.rows import read_rows
from evals.datasets.verbatim import Claim, check_claims
from evals.gold import Question, question_from_sample
from rag.documents import load
from rag.documents.walk import walk

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
_FIELDS = ("id", "question", "language", "answerable", "tags", "answers", "gold")


def sample_set(folder: Path = SAMPLE, *, licence: str = "") -> EvalSet:
    """Return the set of `documents/` (files of any kind that `rag` reads) and `questions.jsonl`.

    Raises:
        FileNotFoundError: The questions are missing.
        DocumentError: A document cannot be read.
        ValueError: A question lacks a field, or its quote is not what its span holds.
    """
    documents = tuple(_documents(folder))
    texts = {document.source: document.text for document in documents}
    rows = list(read_rows(folder / "questions.jsonl", _FIELDS))
    questions = [question_from_sample(row) for row in rows]
    check_claims(_claims(questions, rows), texts)
    return EvalSet.of(folder.name, documents, questions, licence=licence)


def _claims(questions: list[Question], rows: list[dict[str, Any]]) -> Iterator[Claim]:
    for question, row in zip(questions, rows, strict=True):
        spans = [span for slot in question.slots for span in slot]
        for span, gold in zip(spans, row["gold"], strict=True):
            yield Claim(question.id, span, gold.get("quote", ""))


def _documents(folder: Path) -> Iterator[EvalDocument]:
    for file in walk(folder / "documents"):
        loaded = load(file.path)
        source = file.path.relative_to(folder).as_posix()
        yield EvalDocument(source, loaded.title, loaded.text, loaded.kind, loaded)
