"""One search, step by step, from two legs to documents; knows no settings and no chat model."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from langchain_core.documents import BaseDocumentCompressor, Document
from numpy.typing import NDArray

from rag.embeddings import PassageEmbeddings
from rag.retrieval.diversity import drop_near_duplicates, mmr
from rag.retrieval.fusion import QueryEvidence, fuse
from rag.retrieval.reranking import rerank
from rag.retrieval.windows import widen
from rag.store.hits import Hit
from rag.store.records import StoredPassage
from rag.store.store import Store

Mode = Literal["hybrid", "dense", "lexical"]
Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done in a search, in this order; None switches a step off.

    Attributes:
        mode: Which legs search.
        k: Passages returned.
        candidates: Passages that each leg proposes, never fewer than are needed further on.
        filter: Conditions that every passage fulfils.
        duplicate_threshold: See `drop_near_duplicates`.
        reranker: Reads the best `rerank_depth` passages again, never fewer than `k`; the others
            are dropped.
        min_score: Passages scoring lower are dropped; on the reranker's scale if there is one.
        mmr_lambda: See `mmr`.
        neighbours: See `widen`.
    """

    mode: Mode
    k: int
    candidates: int
    filter: Mapping[str, Any] | None
    duplicate_threshold: float | None
    reranker: BaseDocumentCompressor | None
    rerank_depth: int
    min_score: float | None
    mmr_lambda: float | None
    neighbours: int

    @property
    def to_rerank(self) -> int:
        """How many passages the reranker gets; 0 without one."""
        return 0 if self.reranker is None else max(self.rerank_depth, self.k)

    @property
    def proposed(self) -> int:
        """How many passages each leg proposes."""
        return max(self.candidates, self.k, self.to_rerank)

    @property
    def needed(self) -> int:
        """How many distinct passages the steps after the near-duplicates look at."""
        if self.to_rerank:
            return self.to_rerank
        return self.k if self.mmr_lambda is None else 2 * self.proposed


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its score, and the one it had before it was reranked."""

    passage: StoredPassage
    score: float
    retrieval_score: float | None = None


class Search:
    """One question: the legs, their fusion, and what is done to the ranking."""

    def __init__(
        self, store: Store, embeddings: PassageEmbeddings, query: str, steps: Steps
    ) -> None:
        self._store = store
        self._embeddings = embeddings
        self._query = query
        self._steps = steps
        self._allowed: set[str] | None = None
        self._generation = 0

    @property
    def needs_vector(self) -> bool:
        """False where the words alone decide."""
        return self._steps.mode != "lexical"

    def is_possible(self) -> bool:
        """Check the model, apply the filter; False if nothing can be found."""
        self._generation = self._store.catalog.generation()
        fingerprint = self._embeddings.fingerprint
        self._store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        if self._steps.filter:
            self._allowed = self._store.matching(self._steps.filter)
        return bool(self._query.strip()) and self._steps.k > 0 and self._allowed != set()

    def dense(self, vector: Vector | None) -> list[Hit]:
        """Return what the meaning proposes, best first."""
        if vector is None:
            return []
        return self._store.search_vectors(vector, self._steps.proposed, allowed=self._allowed)

    def lexical(self) -> list[Hit]:
        """Return what the words propose, best first."""
        if self._steps.mode == "dense":
            return []
        return self._store.search_words(self._query, self._steps.proposed, allowed=self._allowed)

    def finish(
        self, dense: list[Hit], lexical: list[Hit], vector: Vector | None, *, tries_left: int
    ) -> list[Document] | None:
        """Fuse, rerank, cut, widen, and dress the survivors as LangChain documents.

        All of it reads one state of the catalog; what a writer has made dead since the search is
        left out first.

        Returns:
            None if a writer has committed since the search began and there are tries left: a
            passage that it replaced may be missing in its old and its new version.
        """
        with self._store.catalog.snapshot():
            if tries_left and self._generation != self._store.catalog.generation():
                return None
            live = self._store.catalog.live([hit.id for hit in (*dense, *lexical)])
            dense = [hit for hit in dense if hit.id in live]
            lexical = [hit for hit in lexical if hit.id in live]
            return self._documents(self._fuse(dense, lexical, vector))

    def _documents(self, hits: list[Hit]) -> list[Document]:
        steps = self._steps
        ranked = self._rerank(self._distinct(hits))
        if steps.min_score is not None:
            ranked = [one for one in ranked if one.score >= steps.min_score]
        found = [(one, one.passage) for one in self._vary(ranked)[: steps.k]]
        windows = widen(found, self._store.catalog, steps.neighbours)
        return [_document(passage, one, rank) for rank, (one, passage) in enumerate(windows, 1)]

    def _fuse(self, dense: list[Hit], lexical: list[Hit], vector: Vector | None) -> list[Hit]:
        if self._steps.mode == "dense":
            return dense
        if self._steps.mode == "lexical" or vector is None:
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
        ask = getattr(self._embeddings, "unknown_share", None)
        return None if ask is None else float(ask(self._query))

    def _distinct(self, hits: list[Hit]) -> list[Ranked]:
        """Return as many passages as the next steps look at, near-duplicates dropped."""
        needed, threshold = self._steps.needed, self._steps.duplicate_threshold
        if threshold is None:
            hits = hits[:needed]
        passages = self._store.passages([hit.id for hit in hits])
        if threshold is not None:
            texts = [passages[hit.id].text for hit in hits]
            rows = drop_near_duplicates(texts, threshold=threshold, wanted=needed)
            hits = [hits[row] for row in rows]
        return [Ranked(passages[hit.id], hit.score) for hit in hits]

    def _rerank(self, ranked: list[Ranked]) -> list[Ranked]:
        if self._steps.reranker is None:
            return ranked
        handed = [_document(one.passage, one, rank) for rank, one in enumerate(ranked, 1)]
        found = rerank(self._query, handed, self._steps.reranker)
        return [
            Ranked(ranked[one.row].passage, one.score, retrieval_score=ranked[one.row].score)
            for one in found
        ]

    def _vary(self, ranked: list[Ranked]) -> list[Ranked]:
        weight = self._steps.mmr_lambda
        if weight is None or not ranked:
            return ranked
        vectors = self._store.vectors_of([one.passage.id for one in ranked])
        matrix = np.stack([vectors[one.passage.id] for one in ranked])
        scores = [one.score for one in ranked]
        return [ranked[row] for row in mmr(matrix, scores, self._steps.k, relevance_weight=weight)]


def _document(passage: StoredPassage, ranked: Ranked, rank: int) -> Document:
    beside = {} if ranked.retrieval_score is None else {"retrieval_score": ranked.retrieval_score}
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
            "score": ranked.score,
            **beside,
            "rank": rank,
        },
    )
