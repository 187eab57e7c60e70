"""What a search looks for and what is done in it, as values; knows no index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.documents import BaseDocumentCompressor

from rag.retrieval.history import Weighed

Mode = Literal["hybrid", "dense", "lexical"]

# Passages per one returned that may be joined to those; with all of them the same is found.
_JOINABLE = 4


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for.

    Attributes:
        query: The question as it is searched.
        standalone: The question as one text for the reranker, which reads no history.
        earlier: What was said before it, with its weights.
    """

    query: str
    standalone: str
    earlier: Sequence[Weighed] = ()

    @property
    def texts(self) -> list[str]:
        """Everything that is searched, the question first."""
        return [self.query, *(one.text for one in self.earlier)]


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
        focus: See `rag.retrieval.focus`; only for fused scores, and where `neighbours` is 0.
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
    focus: float | None
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
    def whole_from(self) -> float | None:
        """The share of evidence from which `focus` leaves passages whole; None: all are."""
        if self.mode != "hybrid" or self.reranker is not None or self.neighbours:
            return None
        return self.focus

    @property
    def ranked(self) -> int:
        """How many distinct passages the reranker or MMR chooses from; `k` without them."""
        if self.to_rerank:
            return self.to_rerank
        return self.k if self.mmr_lambda is None else 2 * self.proposed

    @property
    def needed(self) -> int:
        """How many distinct passages the steps after the near-duplicates look at."""
        return self.ranked if self.whole_from is None else max(self.ranked, _JOINABLE * self.k)
