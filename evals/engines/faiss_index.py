"""Faiss as an engine, flat and HNSW, held in memory; knows no store and no cell.

Faiss and PyTorch bring an OpenMP each, and where the loader makes them one (Linux, faiss-cpu 1.15),
`omp_set_num_threads` of the one is that of the other. So Faiss runs on one thread, as the product
embeds a question, and what was set before is set again after every call.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from evals.engines.base import Vector
from evals.engines.kinds import HnswOptions, NoOptions, missing_faiss

_MISSING = -1
"""What Faiss returns in place of a neighbour that it did not find."""


class FaissEngine:
    """A Faiss index under inner product, which for unit vectors is the cosine.

    Args:
        ids: Of the passages.
        vectors: Unit vectors in their order, shape (passages, dimension).
        options: How a graph is built and searched; `NoOptions`: a flat index, which is exact.
        ef_search: Breadth of a search where the options name none.

    Raises:
        MissingExtraError: faiss-cpu is not installed.
    """

    def __init__(
        self,
        ids: Sequence[str],
        vectors: Vector,
        options: HnswOptions | NoOptions,
        *,
        ef_search: int,
    ) -> None:
        self._faiss = _library()
        self._ids = ids
        self._vectors = vectors
        self._options = options
        self._ef_search = ef_search
        started = time.perf_counter()
        self._index = self._built()
        self.build_seconds: float | None = time.perf_counter() - started

    @property
    def index_bytes(self) -> int:
        """Of the index written to a file; passages are known in it by their number."""
        return int(self._faiss.serialize_index(self._index).nbytes)

    def search(self, vector: Vector, k: int) -> Sequence[str]:
        """Return the ids of the `k` nearest passages."""
        with self._one_thread():
            _, rows = self._index.search(np.ascontiguousarray(vector).reshape(1, -1), k)
        return [self._ids[row] for row in rows[0] if row != _MISSING]

    @contextmanager
    def rebuilt(self, number: int) -> Iterator["FaissEngine"]:
        """Build the index again, the passages in another order.

        On one thread the same order gives the same graph; an index that is built anew from changed
        documents does not have it.
        """
        order = np.random.default_rng(number).permutation(len(self._ids))
        ids = [self._ids[row] for row in order]
        yield FaissEngine(ids, self._vectors[order], self._options, ef_search=self._ef_search)

    def _built(self) -> Any:  # noqa: ANN401 - the library has no types
        with self._one_thread():
            index = self._empty(max(1, self._vectors.shape[1]))
            if len(self._ids):
                index.add(np.ascontiguousarray(self._vectors, dtype=np.float32))
        return index

    def _empty(self, dimension: int) -> Any:  # noqa: ANN401
        options = self._options
        if isinstance(options, NoOptions):
            return self._faiss.IndexFlatIP(dimension)
        index = self._faiss.IndexHNSWFlat(dimension, options.M, self._faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efConstruction = options.ef_construction
        index.hnsw.efSearch = options.ef_search or self._ef_search
        return index

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        before = self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            yield
        finally:
            self._faiss.omp_set_num_threads(before)


def _library() -> Any:  # noqa: ANN401
    try:
        return import_module("faiss")
    except ImportError as error:
        raise missing_faiss() from error
