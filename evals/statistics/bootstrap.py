"""Intervals of mean scores and differences by resampling questions; knows no metric.

Efron & Tibshirani, "An Introduction to the Bootstrap" (1993): percentile interval ch. 13, BCa
interval ch. 14. The resampled unit is the cluster, so a mean is a ratio of resampled sums.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evals.statistics.resampling import Clustered, Floats, as_table, cluster, random_counts

DEFAULT_RESAMPLES = 10_000

IntervalMethod = Literal["bca", "percentile"]

_TIE = 1e-12
"""Means of the same scores summed in another order differ by less than this."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the interval around it at `confidence`."""

    mean: float
    low: float
    high: float
    confidence: float


def bootstrap_intervals(
    values: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    method: IntervalMethod = "bca",
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> list[Interval]:
    """Return the interval of the mean of each column; for a paired one, pass differences.

    Args:
        values: Shape (questions,) or (questions, settings).
        clusters: Of each question; whole clusters are drawn.
        confidence: Two-sided, between 0 and 1.
        method: "bca" corrects for bias and skew; "percentile" does not.
        resamples: Draws; memory is 8 bytes a draw and column.
        seed: Same seed, same intervals.

    Raises:
        ValueError: `confidence` is out of range; see also `resampling.cluster`.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"wanted a confidence between 0 and 1, found {confidence}")
    data = cluster(values, clusters)
    means = resampled_means(data, resamples=resamples, seed=seed)
    levels = _levels(data, means, confidence, method)
    return [
        Interval(float(mean), *_quantiles(means[:, column], levels[:, column]), confidence)
        for column, mean in enumerate(data.means)
    ]


def resampled_means(data: Clustered, *, resamples: int, seed: int) -> Floats:
    """Return the mean of each column in each resample, shape (resamples, columns)."""
    rows, columns = data.sums.shape
    batches = random_counts(rows, resamples, seed, columns)
    return np.concatenate(
        [(counts @ data.sums) / (counts @ data.sizes)[:, None] for counts in batches]
    )


def probability_best(
    scores: ArrayLike,
    *,
    clusters: Sequence[Hashable] | None = None,
    resamples: int = DEFAULT_RESAMPLES,
    seed: int = 0,
) -> Floats:
    """Return the share of resamples in which each setting has the highest mean.

    Settings level with the best share the resample. The shares sum to 1, shape (settings,).

    Args:
        scores: Shape (questions, settings), higher is better.
        clusters: Of each question.
        resamples: Draws.
        seed: Same seed, same shares.

    Raises:
        ValueError: See `resampling.cluster`.
    """
    data = cluster(as_table(scores), clusters)
    means = resampled_means(data, resamples=resamples, seed=seed)
    level = means >= means.max(axis=1, keepdims=True) - _TIE
    shares: Floats = (level / level.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _levels(data: Clustered, means: Floats, confidence: float, method: IntervalMethod) -> Floats:
    """Return the lower and upper quantile to read off, shape (2, columns)."""
    tails = np.array([(1 - confidence) / 2, (1 + confidence) / 2])
    plain = np.repeat(tails[:, None], means.shape[1], axis=1)
    if method == "percentile" or len(data.sums) < 2:
        return plain
    bias, skew = _bias(means, data.means), _acceleration(data)
    z = np.array([_Z(tail) for tail in tails])[:, None] + bias
    with np.errstate(divide="ignore", invalid="ignore"):
        adjusted = _phi(bias + z / (1 - skew * z))
    # A column without spread, or with every resample on one side of its mean, has no correction.
    usable = np.isfinite(adjusted).all(axis=0)
    return np.where(usable, adjusted, plain)


def _bias(means: Floats, observed: Floats) -> Floats:
    """Return z0: how far the resamples lie to one side; ties count half on each."""
    level = np.abs(means - observed) <= _TIE * np.maximum(1.0, np.abs(observed))
    below = ((means < observed) & ~level).mean(axis=0) + level.mean(axis=0) / 2
    return np.array([_Z(share) if 0 < share < 1 else np.nan for share in below])


def _acceleration(data: Clustered) -> Floats:
    """Return the skew of the jackknife means (each cluster left out once) over six."""
    left = (data.sums.sum(axis=0) - data.sums) / (data.sizes.sum() - data.sizes)[:, None]
    pulls = left.mean(axis=0) - left
    spread = (pulls**2).sum(axis=0) ** 1.5
    safe = np.where(spread > 0, spread, 1.0)
    return np.where(spread > 0, (pulls**3).sum(axis=0) / (6 * safe), 0.0)


def _quantiles(means: Floats, levels: Floats) -> tuple[float, float]:
    low, high = np.quantile(means, levels)
    return float(low), float(high)


_Z = NormalDist().inv_cdf


def _phi(values: Floats) -> Floats:
    flat = [NormalDist().cdf(value) for value in values.ravel()]
    shaped: NDArray[np.float64] = np.array(flat).reshape(values.shape)
    return shaped
