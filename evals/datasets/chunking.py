"""Read whole documents with gold spans of characters from a folder; knows no splitter."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.rows import read_rows
from evals.datasets.verbatim import Claim, check_claims
from evals.gold import Question, question_from_chunking


def chunking_set(folder: Path, *, licence: str = "") -> EvalSet:
    """Return the set of `corpora/*.md` and `questions.jsonl` (the chunking evaluation's form).

    Raises:
        FileNotFoundError: The questions are missing.
        ValueError: A question lacks a field, or its words are not those of its span.
    """
    documents = tuple(_documents(folder))
    texts = {document.source: document.text for document in documents}
    rows = list(read_rows(folder / "questions.jsonl", ("_id", "corpus_id", "text", "references")))
    questions = [question_from_chunking(row) for row in rows]
    check_claims(_claims(questions, rows), texts)
    return EvalSet.of(folder.name, documents, questions, licence=licence)


def _claims(questions: list[Question], rows: list[dict[str, Any]]) -> Iterator[Claim]:
    for question, row in zip(questions, rows, strict=True):
        for (span,), reference in zip(question.slots, row["references"], strict=True):
            yield Claim(question.id, span, reference.get("content", ""))


def _documents(folder: Path) -> Iterator[EvalDocument]:
    for path in sorted((folder / "corpora").glob("*.md")):
        # Spans count characters of the file as it is: no newline may be translated.
        text = path.read_bytes().decode("utf-8")
        yield EvalDocument(path.relative_to(folder).as_posix(), "", text, "markdown")
