"""What a search looks for and what is done in it, as values; knows no index."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from langchain_core.documents import BaseDocumentCompressor

from rag.retrieval.history import Weighed

Mode = Literal["hybrid", "dense", "lexical"]


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
        focus: See `focused`; passages left that adjoin are then joined.
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
    focus: float | None
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
        if self.mmr_lambda is not None:
            return 2 * self.proposed
        return self.k if self.focus is None else 2 * self.k
