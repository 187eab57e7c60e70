"""Read whole documents with gold spans of characters from a folder; knows no splitter."""

from collections.abc import Iterator
from pathlib import Path

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.rows import read_rows
from evals.gold import question_from_chunking


def chunking_set(folder: Path, *, licence: str = "") -> EvalSet:
    """Return the set of `corpora/*.md` and `questions.jsonl` (the chunking evaluation's form).

    Raises:
        FileNotFoundError: The questions are missing.
        ValueError: A question lacks a field, or its words are not those of its span.
    """
    documents = tuple(_documents(folder))
    texts = {document.source: document.text for document in documents}
    questions = []
    for row in read_rows(folder / "questions.jsonl", ("_id", "corpus_id", "text", "references")):
        question = question_from_chunking(row)
        for reference, (span,) in zip(row["references"], question.slots, strict=True):
            found = texts.get(span.source, "")[span.start_index : span.end_index]
            if found != reference["content"]:
                raise ValueError(
                    f"question {question.id!r}: wanted {reference['content'][:60]!r} at "
                    f"{span.start_index}-{span.end_index} of {span.source}, found {found[:60]!r}"
                )
        questions.append(question)
    return EvalSet.of(folder.name, documents, questions, licence=licence)


def _documents(folder: Path) -> Iterator[EvalDocument]:
    for path in sorted((folder / "corpora").glob("*.md")):
        # Spans count characters of the file as it is: no newline may be translated.
        text = path.read_bytes().decode("utf-8")
        yield EvalDocument(path.relative_to(folder).as_posix(), "", text, "markdown")
