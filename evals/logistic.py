"""Penalised logistic regression by Newton's method; knows no signs."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# Against weights that only the noise of a few thousand rows supports.
_PENALTY: Final = 1e-3
_STEPS: Final = 50


def fit_logistic(
    rows: NDArray[np.float64], wanted: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the weights of the largest likelihood less a penalty, which spares the constant.

    Args:
        rows: One a case, shape (cases, signs), the first of each 1.
        wanted: What each case is, 0 or 1.
        counts: How much each case counts; they sum up to 1.
    """
    penalty = _PENALTY * np.diag([0.0] + [1.0] * (rows.shape[1] - 1))
    weights: NDArray[np.float64] = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        chances = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (counts * (wanted - chances)) - penalty @ weights
        bend = (rows * (counts * chances * (1 - chances))[:, None]).T @ rows + penalty
        weights = weights + np.linalg.solve(bend, slope)
    return weights
