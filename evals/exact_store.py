"""The product's store with exact vector search, which remembers every leg; knows no settings.

Ranking quality is measured here, so that no cell wins by the luck of an approximate graph, and so
that a hundred retrieval settings over the same vectors cost hardly more than one.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from rag.store.hits import Hit
from rag.store.records import StoredPassage
from rag.store.store import Store

Vector = NDArray[np.float32]
Key = TypeVar("Key")
Value = TypeVar("Value")


class ExactStore(Store):
    """Reads an index that nobody writes to any more: everything is read once."""

    def __init__(self, index_dir: Path) -> None:
        super().__init__(index_dir)
        self._dense: dict[tuple[bytes, int], list[Hit]] = {}
        self._lexical: dict[tuple[str, int, frozenset[str] | None], list[Hit]] = {}
        self._statistics: dict[bytes, tuple[float, float]] = {}

    def search_vectors(
        self, vector: Vector, k: int, *, allowed: set[str] | None = None
    ) -> list[Hit]:
        """Return the `k` nearest passages by comparing with every vector, by (-similarity, id)."""
        if allowed is not None:
            return self.search_exact(vector, k, allowed=allowed)
        return _remembered(self._dense, (vector.tobytes(), k), lambda: self._nearest(vector, k))

    def search_words(self, query: str, k: int, *, allowed: set[str] | None = None) -> list[Hit]:
        """Return the `k` best passages by BM25, sorted by (-score, id)."""
        search = super().search_words
        chosen = None if allowed is None else frozenset(allowed)
        return _remembered(
            self._lexical, (query, k, chosen), lambda: search(query, k, allowed=allowed)
        )

    def similarities(self, vector: Vector, ids: Sequence[str]) -> dict[str, float]:
        """Return the cosine similarity of a unit vector with passages."""
        if not ids:
            return {}
        _, matrix, rows = self._held
        scores = matrix[[rows[id_] for id_ in ids]] @ vector
        return dict(zip(ids, scores.astype(float).tolist(), strict=True))

    def similarity_statistics(self, vector: Vector) -> tuple[float, float]:
        """Return mean and standard deviation of the similarities with all passages."""
        ask = super().similarity_statistics
        return _remembered(self._statistics, vector.tobytes(), lambda: ask(vector))

    def vectors_of(self, ids: Sequence[str]) -> dict[str, Vector]:
        """Return the unit vectors of passages, by id."""
        _, matrix, rows = self._held
        return {id_: matrix[rows[id_]] for id_ in ids}

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """Return passages by id."""
        return {id_: self._passages[id_] for id_ in ids}

    def _nearest(self, vector: Vector, k: int) -> list[Hit]:
        ids, matrix, _ = self._held
        if not ids or k < 1:
            return []
        scores = matrix @ vector.astype(np.float32)
        rows = np.arange(len(ids))
        if k < len(ids):
            # All that are level with the k-th: ids decide between them, and rows are sorted by id.
            rows = np.flatnonzero(scores >= np.partition(scores, -k)[-k])
        best = rows[np.lexsort((rows, -scores[rows]))][:k]
        return [Hit(ids[row], float(scores[row])) for row in best]

    @cached_property
    def _held(self) -> tuple[list[str], Vector, Mapping[str, int]]:
        ids, matrix = self.catalog.vectors(self._fingerprint())
        return ids, matrix, {id_: row for row, id_ in enumerate(ids)}

    @cached_property
    def _passages(self) -> Mapping[str, StoredPassage]:
        return {passage.id: passage for passage in self.catalog.all_passages()}


def _remembered(memory: dict[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
    if key not in memory:
        memory[key] = make()
    return memory[key]
