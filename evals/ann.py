"""Says what approximate search loses beside exact search; knows no measures and no cells."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.engines.base import Engine
from evals.exact_store import ExactStore
from rag.embeddings import PassageEmbeddings

K = 10
"""Neighbours compared."""

Vectors = Sequence[NDArray[np.float32]]


def query_vectors(model: PassageEmbeddings, queries: Sequence[str]) -> Vectors:
    """Return the unit vectors of questions."""
    return [np.asarray(model.embed_query(query), dtype=np.float32) for query in queries]


def engine_facts(
    engine: Engine, exact: ExactStore, vectors: Vectors, *, passages: int, rebuilds: int
) -> Mapping[str, float]:
    """Return what an engine loses, takes and how fast it is built.

    Args:
        engine: The index to weigh.
        exact: The same passages under exact search.
        vectors: Of the questions asked.
        passages: In the index.
        rebuilds: How often it is built again.

    Returns:
        `ann_recall@10` (0 to 1), `index_bytes`, with rebuilds `rebuild_agreement@10` (0 to 1), and
        `build_passages_per_second` where a build was seen.
    """
    facts = {
        f"ann_recall@{K}": ann_recall(engine, exact, vectors),
        "index_bytes": float(engine.index_bytes),
    }
    seconds = [engine.build_seconds]
    if rebuilds:
        facts[f"rebuild_agreement@{K}"], again = rebuild_agreement(
            engine, vectors, rebuilds=rebuilds
        )
        seconds += again
    seen = [one for one in seconds if one]
    if seen:
        facts["build_passages_per_second"] = passages / float(np.mean(seen))
    return facts


def ann_recall(engine: Engine, exact: ExactStore, vectors: Vectors) -> float:
    """Return the share of the ten exact neighbours that an engine finds, 0 to 1.

    A passage as near as the tenth counts as found: which of those level with it comes is luck.
    """
    shares = []
    for vector in vectors:
        nearest = exact.search_vectors(vector, K)
        if not nearest:
            continue
        bar = nearest[-1].score - 1e-5
        met = exact.similarities(vector, engine.search(vector, K))
        shares.append(sum(score >= bar for score in met.values()) / len(nearest))
    return float(np.mean(shares)) if shares else 1.0


def rebuild_agreement(
    engine: Engine, vectors: Vectors, *, rebuilds: int
) -> tuple[float, list[float | None]]:
    """Return how many of ten neighbours stay where the same vectors are indexed again, 0 to 1.

    Beside it, the seconds that each rebuild took.
    """
    before = [set(engine.search(vector, K)) for vector in vectors]
    shares: list[float] = []
    seconds = []
    for number in range(rebuilds):
        with engine.rebuilt(number) as again:
            after = [set(again.search(vector, K)) for vector in vectors]
            seconds.append(again.build_seconds)
        shares += [len(a & b) / len(a) for a, b in zip(before, after, strict=True) if a]
    return (float(np.mean(shares)) if shares else 1.0), seconds
