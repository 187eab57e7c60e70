"""Says how small a difference a number of questions can show, before they are asked."""

from collections.abc import Hashable, Sequence
from math import ceil, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from evals.statistics.resampling import cluster


def minimum_detectable_difference(
    sd: float,
    questions: int,
    *,
    comparisons: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Return the true mean difference that a two-sided test finds with probability `power`.

    (z[1 - alpha / (2 comparisons)] + z[power]) sd / sqrt(questions): the normal approximation of
    the paired test (Cohen 1988, ch. 2), at the level of Holm's first step, which is the strictest.

    Args:
        sd: Standard deviation of the *differences* per question, assumed or from a pilot
            (`effective_sd`).
        questions: How many are asked.
        comparisons: Size of the family.
        alpha: Chance of any false finding.
        power: Wanted chance of finding it.

    Raises:
        ValueError: An argument is out of range.
    """
    if sd < 0 or questions < 1:
        raise ValueError(f"wanted sd of 0 or more and a question, found {sd} and {questions}")
    return _reach(comparisons, alpha, power) * sd / sqrt(questions)


def questions_needed(
    sd: float,
    difference: float,
    *,
    comparisons: int = 1,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """Return how many questions show a true mean difference of this size; see above.

    Raises:
        ValueError: An argument is out of range.
    """
    if sd < 0 or difference <= 0:
        raise ValueError(f"wanted sd of 0 or more and a difference, found {sd} and {difference}")
    return max(1, ceil((_reach(comparisons, alpha, power) * sd / difference) ** 2))


def effective_sd(differences: ArrayLike, clusters: Sequence[Hashable] | None = None) -> float:
    """Return the sd of a pilot's differences that makes sd / sqrt(questions) its standard error.

    With clusters the standard error is the cluster-robust one (Liang & Zeger 1986, with the factor
    G / (G - 1)), so questions of one document are not counted as independent.

    Args:
        differences: Setting minus baseline, shape (questions,).
        clusters: Of each question.

    Raises:
        ValueError: Fewer than two clusters: they say nothing of the spread.
    """
    data = cluster(differences, clusters)
    groups, questions = len(data.sums), float(data.sizes.sum())
    if groups < 2:
        raise ValueError(f"wanted two questions or clusters at least, found {groups}")
    residuals = data.sums[:, 0] - data.means[0] * data.sizes
    variance = groups / (groups - 1) * float(np.sum(residuals**2)) / questions
    return sqrt(variance)


def _reach(comparisons: int, alpha: float, power: float) -> float:
    if comparisons < 1 or not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(
            f"wanted a comparison, and alpha and power between 0 and 1; "
            f"found {comparisons}, {alpha} and {power}"
        )
    normal = NormalDist()
    return max(0.0, normal.inv_cdf(1 - alpha / (2 * comparisons)) + normal.inv_cdf(power))
