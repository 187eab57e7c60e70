"""A set to measure on: whole documents and questions with gold; knows no file form."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from evals.gold import Question
from rag.documents.document import LoadedDocument


@dataclass(frozen=True, slots=True)
class EvalDocument:
    """One document of a set.

    Attributes:
        source: Its name in gold spans, grades and the index.
        title: "" where the set has none.
        text: What gold spans point into.
        kind: The family of format, as in `LoadedDocument.kind`.
        structure: Headings, pages and blocks where a loader found them; its text is `text`.
    """

    source: str
    title: str
    text: str
    kind: str = "text"
    structure: LoadedDocument | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class EvalSet:
    """Documents and questions, in the order of their files.

    Attributes:
        digest: SHA-256 over all of the content but the name, hex.
        licence: Of documents and questions, "" if it is not known.
    """

    name: str
    documents: tuple[EvalDocument, ...]
    questions: tuple[Question, ...]
    digest: str
    licence: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        documents: Iterable[EvalDocument],
        questions: Iterable[Question],
        *,
        licence: str = "",
    ) -> "EvalSet":
        """Return the set with its digest."""
        kept, asked = tuple(documents), tuple(questions)
        return cls(name, kept, asked, _digest(kept, asked), licence)

    @property
    def texts(self) -> dict[str, str]:
        """Source to the text of the document, made anew at each call."""
        return {document.source: document.text for document in self.documents}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of the questions, sorted; unknown ones left out."""
        return tuple(sorted({question.language for question in self.questions} - {""}))


def _digest(documents: Iterable[EvalDocument], questions: Iterable[Question]) -> str:
    digest = hashlib.sha256()
    for document in documents:
        digest.update(_line(asdict(document)))
    for question in questions:
        digest.update(_line({**asdict(question), "graded": dict(question.graded)}))
    return digest.hexdigest()


def _line(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n"
    return text.encode("utf-8", "surrogatepass")
