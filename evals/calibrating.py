"""Makes of a benchmark's labelled questions a calibration that the product loads; writes no file.

A rate that n unanswerable questions teach holds for others to within the interval of a binomial:
how many it takes follows from the rate and from how near it is to be.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np

from evals.results import BenchResult, Judgement
from rag.answering.sufficiency.calibration import Basis, Calibration
from rag.answering.sufficiency.decision import chance_of
from rag.errors import BenchError

_TWO_SIDED: Final = 1.959964
_HALVINGS: Final = 200
# Fewer cannot be halved with any sense.
_LEAST: Final = 10


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What half of the labels taught, realised on the other half; means over many halvings.

    Attributes:
        rate: The share of unanswerable questions that may be answered.
        labels: How many unanswerable questions there are in all.
        within: How far from the rate all of them together may leave it, 95 times of 100.
        unanswerable: The share that was.
        answerable: The share of answerable questions that was answered then.
        spread: Standard deviation of `unanswerable` from one halving to the next.
    """

    rate: float
    labels: int
    within: float
    unanswerable: float
    answerable: float
    spread: float


def judgement_of(result: BenchResult, cell: str | None) -> Judgement:
    """Return how sure a cell was; None is the recommended one.

    Raises:
        BenchError: There is no such cell, or it was not asked.
    """
    if cell is None and result.recommendation is None:
        raise BenchError("the result recommends no cell; name one with --cell")
    name = cell or (result.recommendation.cell if result.recommendation else "")
    judged = result.cell(name).judgement
    if judged is None:
        raise BenchError(
            f"{name} was not asked how sure it is: the set needs questions with an answer and some "
            "without (answerable: false), and the cell answer.false_answer_rate; add them and run "
            "the spec again"
        )
    return judged


def calibration_of(result: BenchResult, judged: Judgement) -> Calibration:
    """Return what the questions of a result teach."""
    known = {one.id: one.answerable for one in result.questions}
    odds = {
        answerable: tuple(
            sorted(one for id_, one in judged.odds.items() if known[id_] is answerable)
        )
        for answerable in (True, False)
    }
    return Calibration(_basis(judged), unanswerable=odds[False], answerable=odds[True])


def _basis(judged: Judgement) -> Basis:
    return Basis(**{**judged.basis, "passages": tuple(judged.basis["passages"])})


def half_width(rate: float, labels: int) -> float:
    """Return how far from `rate` the realised share may be, 95 times of 100."""
    return _TWO_SIDED * math.sqrt(rate * (1 - rate) / labels) if labels else 1.0


def labels_for(rate: float, within: float) -> int:
    """Return how many unanswerable questions hold a rate to within so much."""
    return max(_LEAST, math.ceil(rate * (1 - rate) * (_TWO_SIDED / within) ** 2))


def require_labels(calibration: Calibration, rate: float, within: float) -> None:
    """Refuse a calibration that would promise more than its labels can hold.

    Raises:
        BenchError: Says how many there are, how many it takes, and what these would hold.
    """
    labels, needed = len(calibration.unanswerable), labels_for(rate, within)
    if labels < needed:
        raise BenchError(
            f"{labels} questions without an answer hold a rate of {rate:g} to within "
            f"{half_width(rate, labels):.2f}; within {within:g} takes {needed}: add questions "
            "that the documents do not answer, or ask for less with --within"
        )


def held_out(calibration: Calibration, rate: float) -> HeldOut:
    """Return what becomes of a rate on questions that did not teach it."""
    draw = np.random.default_rng(0)
    odds = np.array(calibration.unanswerable)
    none: list[float] = []
    some: list[float] = []
    for _ in range(_HALVINGS):
        order = draw.permutation(len(odds))
        known = sorted(odds[order[::2]].tolist())
        none.append(_answered(odds[order[1::2]].tolist(), known, rate))
        some.append(_answered(calibration.answerable, known, rate))
    within = half_width(rate, len(odds))
    return HeldOut(rate, len(odds), within, fmean(none), fmean(some), float(np.std(none)))


def _answered(odds: Sequence[float], known: Sequence[float], rate: float) -> float:
    return fmean(chance_of(one, known) <= rate for one in odds)
