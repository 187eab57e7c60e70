"""Document compressors of known behaviour, for `rerank.model` and `Rag(reranker=)`."""

from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import Field


class Longest(BaseDocumentCompressor):
    """Puts the longest text first and gives no score."""

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        return sorted(documents, key=lambda one: -len(one.page_content))


class Scripted(BaseDocumentCompressor):
    """Does what `act` says to what it is given.

    Attributes:
        handed: The documents of each call.
    """

    act: Callable[[list[Document], str], Any]
    handed: list[list[Document]] = Field(default_factory=list)

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Any:
        self.handed.append(list(documents))
        return self.act(list(documents), query)


class PairCounter(BaseDocumentCompressor):
    """Scores a passage by the digits in it, pair by pair.

    Attributes:
        pairs: Every pair that was scored.
    """

    fingerprint: str = "digits"
    pairs: list[tuple[str, str]] = Field(default_factory=list)

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        self.pairs += [(query, text) for text in texts]
        return [sum(map(str.isdigit, text)) / 100 for text in texts]

    def compress_documents(
        self, documents: Sequence[Document], query: str, callbacks: Callbacks | None = None
    ) -> Sequence[Document]:
        scores = self.score(query, [one.page_content for one in documents])
        return scored(list(documents), scores)


def scored(documents: Sequence[Document], scores: Sequence[float | None]) -> list[Document]:
    """Documents that lost their ids, as many compressors return them, by falling score."""
    found = [
        Document(one.page_content, metadata={**one.metadata, "relevance_score": score})
        for one, score in zip(documents, scores, strict=True)
    ]
    return sorted(found, key=lambda one: -float(one.metadata["relevance_score"]))


longest = Longest()
pair_counter = PairCounter()


def make_longest() -> Longest:
    return Longest()


NOT_A_COMPRESSOR = "longest"
