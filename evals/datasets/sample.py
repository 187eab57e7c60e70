"""Read a folder of files with questions bound to their extracted text; knows no retrieval."""

from collections.abc import Iterator
from pathlib import Path

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.rows import read_rows
from evals.gold import question_from_sample
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
    questions = []
    for row in read_rows(folder / "questions.jsonl", _FIELDS):
        for gold in row["gold"]:
            found = texts.get(gold["source"], "")[gold["start_index"] : gold["end_index"]]
            if found != gold["quote"]:
                raise ValueError(
                    f"question {row['id']!r}: wanted {gold['quote'][:60]!r} at "
                    f"{gold['start_index']}-{gold['end_index']} of {gold['source']}, found "
                    f"{found[:60]!r}"
                )
        questions.append(question_from_sample(row))
    return EvalSet.of(folder.name, documents, questions, licence=licence)


def _documents(folder: Path) -> Iterator[EvalDocument]:
    for file in walk(folder / "documents"):
        loaded = load(file.path)
        source = file.path.relative_to(folder).as_posix()
        yield EvalDocument(source, loaded.title, loaded.text, loaded.kind, loaded)
