"""Fits what the signs of a quotable sentence weigh: a penalised conditional logistic regression."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.weights import NAMES, Signs

# Against weights that only the noise of some hundred questions supports; of signs in deviations.
_PENALTY: Final = 0.01
_STEPS: Final = 30

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Asked:
    """The sentences at hand for one question: signs, one row each, and which hold its answer."""

    signs: Floats
    holds: NDArray[np.bool_]


def fit(asked: Sequence[Asked], names: Sequence[str] = NAMES) -> Signs:
    """Return the weights under which a sentence that holds the answer is likeliest chosen.

    Args:
        asked: Questions; one without a sentence that holds its answer says nothing.
        names: The signs that may weigh something.
    """
    telling = [one for one in asked if one.holds.any()]
    columns = [NAMES.index(name) for name in names]
    scale = np.vstack([one.signs[:, columns] for one in telling]).std(axis=0)
    scale[scale == 0] = 1.0
    rows = [one.signs[:, columns] / scale for one in telling]
    found = _climb(rows, [one.holds for one in telling]) / scale
    return Signs(
        **dict.fromkeys(NAMES, 0.0)
        | {name: round(float(weight), 1) for name, weight in zip(names, found, strict=True)}
    )


def _climb(rows: Sequence[Floats], holds: Sequence[NDArray[np.bool_]]) -> Floats:
    """Maximise the mean log chance of the sentences that hold the answer, less the penalty.

    Which of several such sentences is meant is taken from the weights so far; given that, a step
    of Newton's, of one deviation at most so as not to overshoot (an expectation-maximisation).
    """
    width = rows[0].shape[1]
    weights = np.zeros(width)
    for _ in range(_STEPS):
        slope = -2 * _PENALTY * len(rows) * weights
        bend = 2 * _PENALTY * len(rows) * np.eye(width)
        for own, held in zip(rows, holds, strict=True):
            odds = own @ weights
            chances = _shares(odds)
            meant = np.zeros(len(odds))
            meant[held] = _shares(odds[held])
            slope += (meant - chances) @ own
            mean = chances @ own
            bend += (own * chances[:, None]).T @ own - np.outer(mean, mean)
        step = np.linalg.solve(bend, slope)
        weights = weights + step / max(1.0, float(np.linalg.norm(step)))
    return weights


def _shares(odds: Floats) -> Floats:
    powers = np.exp(odds - odds.max())
    shares: Floats = powers / powers.sum()
    return shares
