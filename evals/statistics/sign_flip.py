"""Tests whether a mean difference could be chance, by flipping signs; knows no metric.

If neither setting is better, each question's difference is as likely with the other sign
(Fisher's randomisation test; for retrieval: Smucker, Allan & Carterette, CIKM 2007).
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import log2

import numpy as np
from numpy.typing import ArrayLike

from evals.statistics.resampling import Clustered, Floats, cluster, random_signs

DEFAULT_RESAMPLES = 10_000

_TIE = 1e-12
"""Sums of the same numbers in another order differ by less than this share of their size."""


@dataclass(frozen=True, slots=True)
class SignFlip:
    """The outcome for one column of differences.

    Attributes:
        p_value: Two-sided, above 0 to 1.
        exact: Every combination of signs was counted, none was drawn.
    """

    p_value: float
    exact: bool


def sign_flip_test(
    differences: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> list[SignFlip]:
    """Test each column of paired differences against "no difference", two-sided.

    Exact where all sign combinations of the non-zero differences are no more than `resamples`;
    else `resamples` random ones, the observed counted among them (p = (b + 1) / (m + 1): Phipson &
    Smyth 2010), so no p-value is 0. Columns share the same draws.

    Args:
        differences: Setting minus baseline, shape (questions,) or (questions, settings).
        clusters: Of each question; a cluster's differences flip together.
        resamples: Random sign combinations.
        seed: Same seed, same p-values.

    Raises:
        ValueError: See `resampling.cluster`.
    """
    data = cluster(differences, clusters)
    active = np.count_nonzero(data.sums, axis=0)
    exact = active <= log2(resamples)
    p_values = np.ones(data.sums.shape[1])
    for column in np.flatnonzero(exact):
        p_values[column] = _exact_p(data.sums[:, column])
    if not exact.all():
        p_values[~exact] = _drawn_p(Clustered(data.sums[:, ~exact], data.sizes), resamples, seed)
    return [SignFlip(float(p), bool(e)) for p, e in zip(p_values, exact, strict=True)]


def _exact_p(sums: Floats) -> float:
    active = sums[sums != 0]
    totals = np.zeros(1)
    for value in active:
        totals = np.concatenate([totals + value, totals - value])
    return float(np.mean(np.abs(totals) >= _bar(active[:, None])[0]))


def _drawn_p(data: Clustered, resamples: int, seed: int) -> Floats:
    bar = _bar(data.sums)
    as_extreme = np.zeros(data.sums.shape[1])
    for signs in random_signs(*_shape(data, resamples, seed)):
        as_extreme += np.count_nonzero(np.abs(signs @ data.sums) >= bar, axis=0)
    p_values: Floats = (as_extreme + 1.0) / (resamples + 1.0)
    return p_values


def _shape(data: Clustered, resamples: int, seed: int) -> tuple[int, int, int, int]:
    return len(data.sums), resamples, seed, data.sums.shape[1]


def _bar(sums: Floats) -> Floats:
    """Return the observed total, lowered by what rounding could take from a tie with it."""
    bar: Floats = np.abs(sums.sum(axis=0)) - _TIE * np.abs(sums).sum(axis=0)
    return bar
