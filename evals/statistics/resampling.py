"""Draws the random signs and resamples that tests and intervals share; knows no score's meaning.

Questions asked of one document rise and fall together, so every draw is of whole clusters; without
clusters each question is its own. Draws depend on the seed and the number of clusters only, never
on how many settings are compared or on how the work is cut into batches.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_BATCH_BYTES = 32_000_000
"""What one batch of draws or results may take: the memory of any sample is bounded by this."""


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """Scores summed by cluster: all that a resampled mean needs.

    Attributes:
        sums: Shape (clusters, settings).
        sizes: Questions in each cluster, shape (clusters,).
    """

    sums: Floats
    sizes: Floats

    @property
    def means(self) -> Floats:
        """Mean over all questions, shape (settings,)."""
        totals: Floats = self.sums.sum(axis=0) / self.sizes.sum()
        return totals


def cluster(values: ArrayLike, clusters: Sequence[Hashable] | None = None) -> Clustered:
    """Sum `values`, shape (questions,) or (questions, settings), by cluster.

    Args:
        values: Scores or differences, one row a question.
        clusters: The cluster (say, the document) of each question; None: each is its own.

    Raises:
        ValueError: No rows, a value that is not finite, or clusters of another number than rows.
    """
    table = as_table(values)
    if clusters is None:
        return Clustered(table, np.ones(len(table)))
    if len(clusters) != len(table):
        raise ValueError(f"wanted a cluster for each of {len(table)} rows, found {len(clusters)}")
    numbers: dict[Hashable, int] = {}
    rows = np.array([numbers.setdefault(name, len(numbers)) for name in clusters])
    sums = np.zeros((len(numbers), table.shape[1]))
    np.add.at(sums, rows, table)
    return Clustered(sums, np.bincount(rows).astype(np.float64))


def as_table(values: ArrayLike) -> Floats:
    """Return `values` as shape (questions, settings).

    Raises:
        ValueError: No rows, or a value that is not finite: a question nobody scored must be left
            out by the caller, who then says so, and not be counted as 0.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or len(table) == 0:
        raise ValueError(f"wanted one row a question, found an array of shape {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("wanted a finite score of every question, found NaN or infinity")
    return table


def random_signs(rows: int, resamples: int, seed: int, columns: int = 1) -> Iterator[Floats]:
    """Yield batches of -1 and +1 of shape (batch, rows), `resamples` rows of them in all.

    Args:
        rows: Clusters.
        resamples: How many draws in all.
        seed: Same seed, same draws.
        columns: Width of what the caller computes from a batch; it only bounds the batch.
    """
    generator = np.random.default_rng(seed)
    words = -(-rows // 64)  # whole words, so that batches never share a drawn one
    for size in _batches(resamples, max(rows, columns)):
        bits = generator.integers(0, 1 << 64, size=(size, words), dtype=np.uint64)
        flags = np.unpackbits(bits.astype("<u8").view(np.uint8), axis=1, count=rows)
        yield flags.astype(np.float64) * 2.0 - 1.0


def random_counts(rows: int, resamples: int, seed: int, columns: int = 1) -> Iterator[Floats]:
    """Yield batches of bootstrap counts of shape (batch, rows): how often each row was drawn.

    Arguments are those of `random_signs`. Each yielded row sums to `rows`.
    """
    generator = np.random.default_rng(seed)
    for size in _batches(resamples, max(rows, columns)):
        draws = generator.random((size, rows)) * rows
        cells = draws.astype(np.int64) + np.arange(size)[:, None] * rows
        counts = np.bincount(cells.ravel(), minlength=size * rows)
        yield counts.reshape(size, rows).astype(np.float64)


def _batches(total: int, width: int) -> Iterator[int]:
    if total < 1:
        raise ValueError(f"wanted at least one resample, found {total}")
    size = max(1, min(total, _BATCH_BYTES // (8 * width)))
    for start in range(0, total, size):
        yield min(size, total - start)
