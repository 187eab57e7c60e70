"""Scores when a reply should have been withheld, and how well confidence tells; knows no model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Abstention:
    """How well "the documents do not say" was said.

    Attributes:
        precision: Of the questions abstained on, the share that cannot be answered; None if none.
        recall: Of the questions that cannot be answered, the share abstained on; None if none.
        f1: Their harmonic mean; None where either is.
        answered: Of the questions that can be answered, the share answered; None if none.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    answered: float | None


def score_abstention(abstained: Sequence[bool], answerable: Sequence[bool]) -> Abstention:
    """Compare what was withheld with what should have been, one entry a question."""
    pairs = list(zip(abstained, answerable, strict=True))
    right = sum(withheld and not known for withheld, known in pairs)
    precision = _share(right, sum(abstained))
    recall = _share(right, len(pairs) - sum(answerable))
    f1 = None
    if precision is not None and recall is not None:
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    answered = sum(known and not withheld for withheld, known in pairs)
    return Abstention(precision, recall, f1, _share(answered, sum(answerable)))


@dataclass(frozen=True, slots=True, eq=False)
class RiskCoverage:
    """What answering only the surest questions would cost.

    Attributes:
        coverage: Share of questions answered, rising to 1, shape (questions,).
        risk: Mean loss of those, shape (questions,).
        area: Mean of `risk`, AURC; lower is better.
        excess: `area` less that of the best possible order of the same losses; 0 is perfect.
    """

    coverage: Floats
    risk: Floats
    area: float
    excess: float


def risk_coverage(confidences: ArrayLike, losses: ArrayLike) -> RiskCoverage:
    """Order questions by confidence, surest first, and follow the mean loss.

    El-Yaniv & Wiener, JMLR 2010; area and excess: Geifman, Uziel & El-Yaniv, ICLR 2019. Questions
    of the same confidence share their losses evenly, which is the mean over all their orders.

    Args:
        confidences: Higher is surer, shape (questions,).
        losses: 0 (right) to 1 (wrong), shape (questions,).

    Raises:
        ValueError: The two differ in length, are empty, or hold NaN.
    """
    sure, lost = _paired(confidences, losses)
    risk = _running_mean(_shared_by_ties(sure, lost))
    best = _running_mean(np.sort(lost))
    coverage = np.arange(1, len(lost) + 1) / len(lost)
    area = float(risk.mean())
    return RiskCoverage(coverage, risk, area, area - float(best.mean()))


def auroc(scores: ArrayLike, positives: ArrayLike) -> float | None:
    """Return the chance that a positive scores above a negative, ties counting half.

    Equal to the Mann-Whitney U over the number of pairs (Hanley & McNeil, Radiology 1982). 0.5 is
    chance, 1 is perfect; None without a positive or without a negative.

    Args:
        scores: Shape (questions,).
        positives: Truth values, shape (questions,).

    Raises:
        ValueError: The two differ in length, are empty, or hold NaN.
    """
    values, flags = _paired(scores, positives)
    chosen = flags > 0
    first, second = int(chosen.sum()), int((~chosen).sum())
    if not first or not second:
        return None
    others = np.sort(values[~chosen])
    below = np.searchsorted(others, values[chosen], side="left")
    not_above = np.searchsorted(others, values[chosen], side="right")
    return float((below + not_above).sum() / 2 / (first * second))


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _paired(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    left = np.asarray(first, dtype=np.float64)
    right = np.asarray(second, dtype=np.float64)
    if left.shape != right.shape or left.ndim != 1 or not len(left):
        raise ValueError(f"wanted two values a question, found {left.shape} and {right.shape}")
    if np.isnan(left).any() or np.isnan(right).any():
        raise ValueError("wanted two values a question, found NaN; leave these questions out")
    return left, right


def _shared_by_ties(confidences: Floats, losses: Floats) -> Floats:
    """Return losses, surest first, each replaced by the mean of its ties."""
    _, group = np.unique(-confidences, return_inverse=True)
    means = np.bincount(group, weights=losses) / np.bincount(group)
    shared: Floats = means[np.sort(group)]
    return shared


def _running_mean(losses: Floats) -> Floats:
    running: Floats = np.cumsum(losses) / np.arange(1, len(losses) + 1)
    return running
