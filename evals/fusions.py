"""Textbook fusions of our own two legs, to hold the product's against; knows no benchmark."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.options import read_options
from rag.store.hits import Hit

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from rag.embeddings import PassageEmbeddings
    from rag.store.store import Store

METHODS = ("rrf", "convex")


@dataclass(frozen=True, slots=True)
class FusionOptions:
    """How the legs are fused.

    Attributes:
        method: "rrf" sums weight / (rrf_k + rank) (Cormack, Clarke & Büttcher, SIGIR 2009);
            "convex" sums weighted scores, each leg's scaled to 0 to 1 (Bruch, Gai & Ingber, TOIS
            2023).
        rrf_k: How much the first ranks stand out; less is more.
        dense_weight: Of the leg of meanings, 0 to 1; the other leg has the rest.
        candidates: Passages that each leg proposes.
    """

    method: str = "rrf"
    rrf_k: float = 60
    dense_weight: float = 0.5
    candidates: int = 100

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"wanted a method of {', '.join(METHODS)}, found {self.method!r}")
        if not 0 <= self.dense_weight <= 1 or not self.rrf_k >= 0 or self.candidates < 1:
            raise ValueError(
                "wanted dense_weight from 0 to 1, rrf_k of 0 or more and candidates of 1 or more, "
                f"found {self.dense_weight}, {self.rrf_k} and {self.candidates}"
            )


def read_fusion(options: Mapping[str, Any]) -> FusionOptions:
    """Return the options of a rival of the kind "fusion".

    Raises:
        BenchError: One is unknown or out of range.
    """
    return read_options(FusionOptions, options, "rival fusion")


def fusion_search(
    store: "Store", embeddings: "PassageEmbeddings", options: FusionOptions
) -> "Callable[[str, int], list[Document]]":
    """Return a search that fuses both legs of an index."""
    weights = (options.dense_weight, 1 - options.dense_weight)

    def search(query: str, k: int) -> "list[Document]":
        vector = np.asarray(embeddings.embed_query(query), dtype=np.float32)
        legs = (
            store.search_vectors(vector, max(options.candidates, k)),
            store.search_words(query, max(options.candidates, k)),
        )
        return _documents(store, fuse_legs(legs, weights, options)[:k])

    return search


def fuse_legs(
    legs: Sequence[Sequence[Hit]], weights: Sequence[float], options: FusionOptions
) -> list[Hit]:
    """Return the hits of all legs by (-score, id)."""
    scores: dict[str, float] = {}
    for leg, weight in zip(legs, weights, strict=True):
        own = _by_rank(leg, options.rrf_k) if options.method == "rrf" else _scaled(leg)
        for hit, score in zip(leg, own, strict=True):
            scores[hit.id] = scores.get(hit.id, 0.0) + weight * score
    return sorted((Hit(*one) for one in scores.items()), key=lambda hit: (-hit.score, hit.id))


def _by_rank(leg: Sequence[Hit], rrf_k: float) -> list[float]:
    return [1 / (rrf_k + rank) for rank in range(1, len(leg) + 1)]


def _scaled(leg: Sequence[Hit]) -> list[float]:
    if not leg:
        return []
    low, high = leg[-1].score, leg[0].score
    return [(hit.score - low) / (high - low) if high > low else 1.0 for hit in leg]


def _documents(store: "Store", hits: Sequence[Hit]) -> "list[Document]":
    from langchain_core.documents import Document

    passages = store.passages([hit.id for hit in hits])
    return [
        Document(
            id=hit.id,
            page_content=passages[hit.id].text,
            metadata={
                "source": passages[hit.id].source,
                "start_index": passages[hit.id].start_index,
                "end_index": passages[hit.id].end_index,
                "score": hit.score,
            },
        )
        for hit in hits
    ]
