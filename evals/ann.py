"""Says what approximate search loses beside exact search; knows no measures and no cells."""

import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.exact_store import ExactStore
from rag.embeddings import PassageEmbeddings
from rag.store.store import Store

K = 10
"""Neighbours compared."""

Vectors = Sequence[NDArray[np.float32]]


def query_vectors(model: PassageEmbeddings, queries: Sequence[str]) -> Vectors:
    """Return the unit vectors of questions."""
    return [np.asarray(model.embed_query(query), dtype=np.float32) for query in queries]


def ann_recall(exact: ExactStore, served: Store, vectors: Vectors) -> float:
    """Return the share of the ten exact neighbours that the served index finds, 0 to 1.

    A passage as near as the tenth counts as found: which of those level with it comes is luck.
    """
    shares = []
    for vector in vectors:
        nearest = exact.search_vectors(vector, K)
        if not nearest:
            continue
        bar = nearest[-1].score - 1e-5
        met = exact.similarities(vector, [hit.id for hit in served.search_vectors(vector, K)])
        shares.append(sum(score >= bar for score in met.values()) / len(nearest))
    return float(np.mean(shares)) if shares else 1.0


def rebuild_agreement(served: Store, vectors: Vectors, *, rebuilds: int) -> float:
    """Return how many of ten neighbours stay where the same vectors are indexed again, 0 to 1.

    The graph is built at random; each rebuild is made in a copy of the index.
    """
    before = [_found(served, vector) for vector in vectors]
    shares = []
    for _ in range(rebuilds):
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "index"
            shutil.copytree(served.index_dir, again)
            with closing(Store(again, served.options)) as store:
                with store.writing(purpose="build the vectors anew") as writer:
                    writer.mend("vectors")
                after = [_found(store, vector) for vector in vectors]
        shares += [len(a & b) / len(a) for a, b in zip(before, after, strict=True) if a]
    return float(np.mean(shares)) if shares else 1.0


def _found(store: Store, vector: NDArray[np.float32]) -> set[str]:
    return {hit.id for hit in store.search_vectors(vector, K)}
