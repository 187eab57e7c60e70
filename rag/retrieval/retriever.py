"""The LangChain retriever over an index; knows no settings, no documents on disk, no chat model."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import BaseDocumentCompressor, Document
from langchain_core.messages import BaseMessage
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict, Field

from rag.errors import RetrievalError
from rag.retrieval.explanation import Explanation, explain
from rag.retrieval.history import read_history, weigh
from rag.retrieval.memory import TextVectors, shortened
from rag.retrieval.outcome import Legs, Outcome, Vector
from rag.retrieval.search import Search
from rag.retrieval.steps import Mode, Sought, Steps
from rag.store.hits import Hit
from rag.store.store import Store

History: TypeAlias = Sequence[BaseMessage | tuple[str, str]]

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

    What was said before a question is given as `history`, ("human" | "ai", text) or messages,
    oldest first: a hybrid search weighs it (see `rag.retrieval.history`). A reranker reads the
    question alone, or `standalone`, the question as one text that needs no history.

    A search goes: both legs, fused → near-duplicates dropped → the best `rerank_depth` reranked →
    `min_score` → MMR → cut at `k`, focused (see `rag.retrieval.focus`) or widened by neighbours.
    Each step but the first may be off; a passage keeps its id, whatever part of it is returned.

    Raises (on use):
        FingerprintMismatchError: The index was built with another model.
        RetrievalError: The filter cannot be used, or a history is given to another mode.
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
    focus: float | None = Field(0.8, ge=0, le=1)
    duplicate_threshold: float | None = None
    neighbours: int = Field(0, ge=0)
    reranker: BaseDocumentCompressor | None = Field(None, repr=False)
    rerank_depth: int = Field(30, ge=1)
    remembered: TextVectors = Field(default_factory=TextVectors, repr=False)

    @property
    def weighs_history(self) -> bool:
        """True if `history` may be given."""
        return self.mode == "hybrid"

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - LangChain's signature
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - the field's name in LangChain
        mode: Mode | None = None,
        min_score: float | None = None,
        history: History = (),
        standalone: str | None = None,
    ) -> list[Document]:
        sought = self._sought(query, history, standalone, mode)
        outcome = self._run(sought, self._steps(k, filter, mode, min_score))
        return [] if outcome is None else outcome.documents

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,  # noqa: ARG002
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        mode: Mode | None = None,
        min_score: float | None = None,
        history: History = (),
        standalone: str | None = None,
    ) -> list[Document]:
        sought = self._sought(query, history, standalone, mode)
        outcome = await self._arun(sought, self._steps(k, filter, mode, min_score))
        return [] if outcome is None else outcome.documents

    def explain(
        self,
        query: str,
        *,
        k: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002
        mode: Mode | None = None,
        min_score: float | None = None,
        history: History = (),
        standalone: str | None = None,
    ) -> Explanation:
        """Return what `invoke` returns, with why each passage stands there and what was left out.

        Raises:
            RetrievalError: The filter cannot be used, or a history is given to another mode.
        """
        sought = self._sought(query, history, standalone, mode)
        steps = self._steps(k, filter, mode, min_score)
        return explain(sought, steps, self._run(sought, steps), self.store)

    def _steps(
        self,
        k: int | None,
        wanted: Mapping[str, Any] | None,
        mode: Mode | None,
        min_score: float | None,
    ) -> Steps:
        return Steps(
            mode=mode or self.mode,
            k=self.k if k is None else k,
            candidates=self.candidates,
            filter=self.filter if wanted is None else wanted,
            focus=self.focus,
            duplicate_threshold=self.duplicate_threshold,
            reranker=self.reranker,
            rerank_depth=self.rerank_depth,
            min_score=self.min_score if min_score is None else min_score,
            mmr_lambda=self.mmr_lambda,
            neighbours=self.neighbours,
        )

    def _sought(
        self, query: str, history: History, standalone: str | None, mode: Mode | None
    ) -> Sought:
        earlier = weigh(read_history(history))
        if earlier and (mode or self.mode) != "hybrid":
            raise RetrievalError(
                f"a history is weighed in a hybrid search and was given to a {mode or self.mode} "
                "one; leave it out, or ask in the mode hybrid"
            )
        return Sought(query, standalone or query, earlier)

    def _run(self, sought: Sought, steps: Steps) -> Outcome | None:
        search = Search(self.store, self.embeddings, sought, steps)
        for left in reversed(range(_TRIES)):
            if not search.is_possible():
                return None
            proposed = [self._legs(search, text) for text in sought.texts]
            outcome = search.finish(proposed, tries_left=left)
            if outcome is not None:
                return outcome
        return None

    async def _arun(self, sought: Sought, steps: Steps) -> Outcome | None:
        search = Search(self.store, self.embeddings, sought, steps)
        for left in reversed(range(_TRIES)):
            if not await asyncio.to_thread(search.is_possible):
                return None
            proposed = await asyncio.gather(*(self._alegs(search, text) for text in sought.texts))
            outcome = await asyncio.to_thread(search.finish, proposed, tries_left=left)
            if outcome is not None:
                return outcome
        return None

    def _legs(self, search: Search, text: str) -> Legs:
        vector = self._recalled(search, text)
        if vector is None and search.needs_vector:
            vector = self._kept(text, self.embeddings.embed_query(self._readable(search, text)))
        return Legs(text, vector, search.dense(vector), search.lexical(text))

    async def _alegs(self, search: Search, text: str) -> Legs:
        (vector, dense), lexical = await asyncio.gather(
            self._adense(search, text), asyncio.to_thread(search.lexical, text)
        )
        return Legs(text, vector, dense, lexical)

    async def _adense(self, search: Search, text: str) -> tuple[Vector | None, list[Hit]]:
        vector = self._recalled(search, text)
        if vector is None and search.needs_vector:
            readable = self._readable(search, text)
            vector = self._kept(text, await self.embeddings.aembed_query(readable))
        return vector, await asyncio.to_thread(search.dense, vector)

    # A question is embedded whenever it is asked; what was said before it was asked already.

    def _recalled(self, search: Search, text: str) -> Vector | None:
        return None if text == search.sought.query else self.remembered.recall(text)

    def _kept(self, text: str, numbers: Sequence[float]) -> Vector:
        vector = np.asarray(numbers, dtype=np.float32)
        self.remembered.keep(text, vector)
        return vector

    def _readable(self, search: Search, text: str) -> str:
        return text if text == search.sought.query else shortened(text, self.embeddings)
