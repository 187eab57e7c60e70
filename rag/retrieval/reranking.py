"""Puts passages in the order of a document compressor; knows no index and loads no model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.documents import BaseDocumentCompressor, Document

from rag.errors import RagError, RerankerError

RELEVANCE = "relevance_score"
"""The metadata in which LangChain's compressors leave their score."""


@dataclass(frozen=True, slots=True)
class Reranked:
    """A document by its row among those handed over, and its relevance, higher is better."""

    row: int
    score: float


def rerank(
    query: str, documents: Sequence[Document], compressor: BaseDocumentCompressor
) -> list[Reranked]:
    """Return the rows that the compressor kept, best first.

    Its order stands, and what it leaves out is dropped. One that it returns twice, such as two
    pieces of one passage, counts where it comes first. Without a `relevance_score` in the metadata
    the score is 1 / rank.

    Args:
        query: The question.
        documents: Passages with `id`, `source` and `ordinal`, best first.
        compressor: Any LangChain document compressor.

    Raises:
        RerankerError: It failed, returned what it was not given, or scored in part or by no number.
    """
    if not documents:
        return []
    returned = _compress(query, documents, compressor)
    rows = _Rows(documents, describe(compressor))
    first: dict[int, Document] = {}
    for document in returned:
        first.setdefault(rows.row_of(document), document)
    scores = _scores(list(first.values()), describe(compressor))
    return [Reranked(row, score) for row, score in zip(first, scores, strict=True)]


def by_score(documents: Sequence[Document], scores: Sequence[float]) -> list[Document]:
    """Return copies of the documents with their `relevance_score`, best first, level ones in order.

    Args:
        documents: What was scored.
        scores: One for each, higher is better.
    """
    order = sorted(range(len(scores)), key=lambda row: (-scores[row], row))
    return [_scored(documents[row], scores[row]) for row in order]


def _scored(document: Document, score: float) -> Document:
    metadata = {**document.metadata, RELEVANCE: score}
    return Document(id=document.id, page_content=document.page_content, metadata=metadata)


def describe(compressor: BaseDocumentCompressor) -> str:
    """Return what a compressor is called in messages."""
    return str(getattr(compressor, "model", None) or type(compressor).__name__)


def _compress(
    query: str, documents: Sequence[Document], compressor: BaseDocumentCompressor
) -> list[Document]:
    try:
        returned: Any = compressor.compress_documents([_copy(one) for one in documents], query)
    except RagError:
        raise
    # Anything may go wrong in somebody else's code, a server of theirs being away first of all.
    except Exception as error:
        raise RerankerError(
            f"the reranker {describe(compressor)} failed ({type(error).__name__}: {error}); see to "
            "it or unset rerank.model"
        ) from error
    found = list(returned) if isinstance(returned, Sequence) else [returned]
    if not all(isinstance(one, Document) for one in found):
        raise RerankerError(
            f"the reranker {describe(compressor)} should return documents and returned "
            f"{returned!r:.80}; set rerank.model to another"
        )
    return found


def _copy(document: Document) -> Document:
    """Return a document of its own to the compressor, without a score somebody else gave."""
    metadata = {key: value for key, value in document.metadata.items() if key != RELEVANCE}
    return Document(id=document.id, page_content=document.page_content, metadata=metadata)


class _Rows:
    """Recognises a document that comes back: by its id or, as many lose that, by its place."""

    def __init__(self, documents: Sequence[Document], name: str) -> None:
        self._name = name
        self._by_id = {one.id: row for row, one in enumerate(documents)}
        self._by_place = {_place(one): row for row, one in enumerate(documents)}

    def row_of(self, document: Document) -> int:
        row = self._by_id.get(document.id, self._by_place.get(_place(document)))
        if row is None:
            raise RerankerError(
                f"the reranker {self._name} returned a passage it was not given "
                f"({document.page_content!r:.60}); it may reorder, score and drop passages and "
                "must keep their metadata"
            )
        return row


def _place(document: Document) -> tuple[object, object]:
    return document.metadata.get("source"), document.metadata.get("ordinal")


def _scores(documents: Sequence[Document], name: str) -> list[float]:
    given = [one.metadata.get(RELEVANCE) for one in documents]
    if all(score is None for score in given):
        return [1 / rank for rank in range(1, len(documents) + 1)]
    scores = [_number(score) for score in given]
    if not all(map(math.isfinite, scores)):
        wrong = next(g for g, score in zip(given, scores, strict=True) if not math.isfinite(score))
        raise RerankerError(
            f"the reranker {name} should give every passage a finite {RELEVANCE}, or none any, and "
            f"gave one {wrong!r}; set rerank.model to another"
        )
    return scores


def _number(score: object) -> float:
    try:
        return float(score)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return math.nan
