"""The LangChain retriever over an index; knows no settings, no documents on disk, no chat model."""

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np
from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray
from pydantic import ConfigDict, Field

from rag.embeddings import PassageEmbeddings
from rag.retrieval.search import Mode, Search, Steps
from rag.store.hits import Hit
from rag.store.store import Store

# A search during which a writer committed is made again, but not for ever.
_TRIES = 3


class RagRetriever(BaseRetriever):
    """Finds the passages of an index that answer a question.

    Documents come best first, with `id` and the metadata `source`, `title`, `kind`, `page` (None
    without pages), `section` ("A > B"), `start_index` and `end_index` (characters of the extracted
    text, end exclusive), `ordinal`, `score` (a similarity, higher is better), `rank` (from 1), and
    whatever metadata the source was added with.

    The scale of `score` follows the mode: cosine similarity (-1 to 1) for dense, BM25 (0 and up)
    for lexical, a fused 0 to 1 for hybrid. With a reranker it is the reranker's, whatever that is,
    and the one of the mode stands beside it as `retrieval_score`.

    A search goes: both legs, fused → near-duplicates dropped → the best `rerank_depth` reranked →
    `min_score` → MMR → cut at `k` → widened by neighbours. Each step but the first may be off.

    Raises (on use):
        FingerprintMismatchError: The index was built with another model.
        RetrievalError: The filter cannot be used.
        RerankerError: The reranker failed, or returned what it was not given.
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
    reranker: BaseDocumentCompressor | None = Field(None, repr=False)
    rerank_depth: int = Field(30, ge=1)

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
        search = self._search(query, k=k, wanted=filter, mode=mode, min_score=min_score)
        found: list[Document] | None = None
        for left in reversed(range(_TRIES)):
            if not search.is_possible():
                return []
            vector = self._embed(query) if search.needs_vector else None
            found = search.finish(search.dense(vector), search.lexical(), vector, tries_left=left)
            if found is not None:
                break
        return found or []

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
        search = self._search(query, k=k, wanted=filter, mode=mode, min_score=min_score)
        found: list[Document] | None = None
        for left in reversed(range(_TRIES)):
            if not await asyncio.to_thread(search.is_possible):
                return []
            (vector, dense), lexical = await asyncio.gather(
                self._adense(search, query), asyncio.to_thread(search.lexical)
            )
            found = await asyncio.to_thread(search.finish, dense, lexical, vector, tries_left=left)
            if found is not None:
                break
        return found or []

    def _search(
        self,
        query: str,
        *,
        k: int | None,
        wanted: Mapping[str, Any] | None,
        mode: Mode | None,
        min_score: float | None,
    ) -> Search:
        return Search(
            self.store,
            self.embeddings,
            query,
            Steps(
                mode=mode or self.mode,
                k=self.k if k is None else k,
                candidates=self.candidates,
                filter=self.filter if wanted is None else wanted,
                duplicate_threshold=self.duplicate_threshold,
                reranker=self.reranker,
                rerank_depth=self.rerank_depth,
                min_score=self.min_score if min_score is None else min_score,
                mmr_lambda=self.mmr_lambda,
                neighbours=self.neighbours,
            ),
        )

    async def _adense(
        self, search: Search, query: str
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
