"""The LangChain retriever over an index; knows no settings, no documents on disk, no chat model."""

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from rag.embeddings import PassageEmbeddings
from rag.retrieval.diversity import drop_near_duplicates, mmr
from rag.retrieval.fusion import QueryEvidence, fuse
from rag.retrieval.windows import widen
from rag.store.hits import Hit
from rag.store.records import StoredPassage
from rag.store.store import Store

Mode = Literal["hybrid", "dense", "lexical"]

# A search during which a writer committed is made again, but not for ever.
_TRIES = 3


class RagRetriever(BaseRetriever):
    """Finds the passages of an index that answer a question.

    Documents come best first, with `id` and the metadata `source`, `title`, `kind`, `page` (None
    without pages), `section` ("A > B"), `start_index` and `end_index` (characters of the extracted
    text, end exclusive), `ordinal`, `score` (a similarity, higher is better), `rank` (from 1), and
    whatever metadata the source was added with.

    The scale of `score` follows the mode: cosine similarity (-1 to 1) for dense, BM25 (0 and up)
    for lexical, a fused 0 to 1 for hybrid.

    Raises (on use):
        FingerprintMismatchError: The index was built with another model.
        RetrievalError: The filter cannot be used.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    store: Store = Field(repr=False)
    embeddings: Any = Field(repr=False, description="A PassageEmbeddings.")
    mode: Mode = "hybrid"
    k: int = Field(6, ge=1)
    candidates: int = Field(100, ge=1)
    filter: Mapping[str, Any] | None = None
    min_score: float | None = None
    mmr_lambda: float | None = None
    duplicate_threshold: float | None = None
    neighbours: int = Field(0, ge=0)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - the field's name in LangChain
        mode: Mode | None = None,
        min_score: float | None = None,
    ) -> list[Document]:
        search = _Search(self, query, k=k, wanted=filter, mode=mode, min_score=min_score)
        documents: list[Document] = []
        for _ in range(_TRIES):
            if not search.is_possible():
                return []
            vector = self._embed(query) if search.needs_vector else None
            documents = search.finish(search.dense(vector), search.lexical(), vector)
            if search.is_current():
                break
        return documents

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        mode: Mode | None = None,
        min_score: float | None = None,
    ) -> list[Document]:
        search = _Search(self, query, k=k, wanted=filter, mode=mode, min_score=min_score)
        documents: list[Document] = []
        for _ in range(_TRIES):
            if not await asyncio.to_thread(search.is_possible):
                return []
            (vector, dense), lexical = await asyncio.gather(
                self._adense(search, query), asyncio.to_thread(search.lexical)
            )
            documents = await asyncio.to_thread(search.finish, dense, lexical, vector)
            if await asyncio.to_thread(search.is_current):
                break
        return documents

    async def _adense(
        self, search: "_Search", query: str
    ) -> tuple[NDArray[np.float32] | None, list[Hit]]:
        if not search.needs_vector:
            return None, []
        vector = await self._aembed(query)
        return vector, await asyncio.to_thread(search.dense, vector)

    def _embed(self, query: str) -> NDArray[np.float32]:
        model: PassageEmbeddings = self.embeddings
        return np.asarray(model.embed_query(query), dtype=np.float32)

    async def _aembed(self, query: str) -> NDArray[np.float32]:
        vector = await self.embeddings.aembed_query(query)
        return np.asarray(vector, dtype=np.float32)


class _Search:
    """One question: the legs, their fusion, and what is done to the ranking."""

    def __init__(
        self,
        retriever: RagRetriever,
        query: str,
        *,
        k: int | None,
        wanted: Mapping[str, Any] | None,
        mode: Mode | None,
        min_score: float | None,
    ) -> None:
        self._retriever = retriever
        self._store = retriever.store
        self._query = query
        self._k = retriever.k if k is None else k
        self._mode: Mode = mode or retriever.mode
        self._min_score = retriever.min_score if min_score is None else min_score
        self._filter = retriever.filter if wanted is None else wanted
        self._allowed: set[str] | None = None
        self._depth = max(retriever.candidates, self._k)
        self._generation = 0

    @property
    def needs_vector(self) -> bool:
        return self._mode != "lexical"

    def is_possible(self) -> bool:
        """Check the model, apply the filter; False if nothing can be found."""
        self._generation = self._store.catalog.generation()
        fingerprint = self._retriever.embeddings.fingerprint
        self._store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        if self._filter:
            self._allowed = self._store.matching(self._filter)
        return bool(self._query.strip()) and self._k > 0 and self._allowed != set()

    def dense(self, vector: NDArray[np.float32] | None) -> list[Hit]:
        if vector is None:
            return []
        return self._store.search_vectors(vector, self._depth, allowed=self._allowed)

    def lexical(self) -> list[Hit]:
        if self._mode == "dense":
            return []
        return self._store.search_words(self._query, self._depth, allowed=self._allowed)

    def finish(
        self, dense: list[Hit], lexical: list[Hit], vector: NDArray[np.float32] | None
    ) -> list[Document]:
        """Fuse, cut, diversify, widen, and dress the survivors as LangChain documents.

        All of it reads one state of the catalog; what a writer has made dead since the search is
        left out first.
        """
        with self._store.catalog.snapshot():
            live = self._store.catalog.live([hit.id for hit in (*dense, *lexical)])
            dense = [hit for hit in dense if hit.id in live]
            lexical = [hit for hit in lexical if hit.id in live]
            return self._documents(self._rank(dense, lexical, vector))

    def is_current(self) -> bool:
        """Tell whether no writer has committed since the search began.

        If one has, a passage that it replaced may be missing in its old and its new version.
        """
        return self._generation == self._store.catalog.generation()

    def _documents(self, hits: list[Hit]) -> list[Document]:
        if self._min_score is not None:
            hits = [hit for hit in hits if hit.score >= self._min_score]
        passages = self._store.passages([hit.id for hit in hits])
        hits = self._diversify(hits, passages)[: self._k]
        found = [(hit.score, passages[hit.id]) for hit in hits]
        windows = widen(found, self._store.catalog, self._retriever.neighbours)
        return [_document(p, score, rank) for rank, (score, p) in enumerate(windows, 1)]

    def _rank(
        self, dense: list[Hit], lexical: list[Hit], vector: NDArray[np.float32] | None
    ) -> list[Hit]:
        if self._mode == "dense":
            return dense
        if self._mode == "lexical" or vector is None:
            return lexical
        only_lexical = sorted({hit.id for hit in lexical} - {hit.id for hit in dense})
        mean, deviation = self._store.similarity_statistics(vector)
        fused = fuse(
            dense,
            lexical,
            filled=self._store.similarities(vector, only_lexical),
            evidence=QueryEvidence(
                mean, deviation, self._unknown_share(), self._store.catalog.count()
            ),
        )
        return [Hit(hit.id, hit.score) for hit in fused.hits]

    def _unknown_share(self) -> float | None:
        ask = getattr(self._retriever.embeddings, "unknown_share", None)
        return None if ask is None else float(ask(self._query))

    def _diversify(self, hits: list[Hit], passages: Mapping[str, StoredPassage]) -> list[Hit]:
        threshold, weight = self._retriever.duplicate_threshold, self._retriever.mmr_lambda
        if threshold is not None:
            texts = [passages[hit.id].text for hit in hits]
            hits = [hits[row] for row in drop_near_duplicates(texts, threshold=threshold)]
        if weight is not None and hits:
            vectors = self._store.vectors_of([hit.id for hit in hits])
            matrix = np.stack([vectors[hit.id] for hit in hits])
            scores = [hit.score for hit in hits]
            hits = [hits[row] for row in mmr(matrix, scores, self._k, relevance_weight=weight)]
        return hits


def _document(passage: StoredPassage, score: float, rank: int) -> Document:
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            **passage.metadata,
            "source": passage.source,
            "title": passage.title,
            "kind": passage.kind,
            "page": passage.page,
            "section": " > ".join(passage.section),
            "start_index": passage.start_index,
            "end_index": passage.end_index,
            "ordinal": passage.ordinal,
            "score": score,
            "rank": rank,
        },
    )
