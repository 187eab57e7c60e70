"""Fits how much each sign of a claim weighs; knows no sign by name.

Run `python -m evals.claims.fit`: it prints the weights of `rag.answering.support.scoring`, and what
other constants would flag and leave alone.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evals.claims.case import Case
from evals.claims.check import is_flagged
from evals.claims.written import written_cases
from evals.logistic import fit_logistic
from rag.answering.support.scoring import Weights
from rag.answering.support.verdict import weighed

PARTS: Final = ("tuned", "second", "third")
"""Parts that weights are fitted on."""

FLAGGED: Final = 0.925
"""Share of the altered sentences of the parts once unseen that is to be flagged, each scored by
weights that were fitted without its document: where more is flagged, more of the true ones is."""

_ONCE_UNSEEN: Final = ("second", "third")
# The sample's sentences were before the eyes of whoever wrote the lists of words.
_TUNED_COUNTS: Final = 0.5
_FOLDS: Final = 8
_CURVE: Final = (0.9, 0.925, 0.95, 0.97)

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Sentences with their signs.

    Attributes:
        cases: Each sentence.
        rows: Its signs, shape (cases, signs + 1), the first 1; zeros where nothing is weighed.
        weighed: Whether signs decide on it.
        flagged: Whether it is flagged where they do not.
    """

    cases: Sequence[Case]
    rows: Floats
    weighed: Mask
    flagged: Mask

    @property
    def is_true(self) -> Mask:
        """Whether each is true."""
        return np.array([one.is_true for one in self.cases])

    def of(self, *parts: str) -> Mask:
        """Say which are of one of the parts."""
        return np.array([one.part in parts for one in self.cases])

    def passed(self, odds: Floats, threshold: float) -> Mask:
        """Say which are left alone where so many log odds are asked for."""
        return np.where(self.weighed, odds > threshold, ~self.flagged)


def main() -> int:
    """Print the weights for each language."""
    for name, language in (("ENGLISH", "en"), ("CHINESE", "zh")):
        data = weigh([one for one in written_cases() if one.language == language])
        odds = crosswise(data)
        weights = fitted(data, data.of(*PARTS))
        weights[0] -= threshold(data, odds)
        chosen = Weights(*(round(float(one), 2) for one in weights))
        sys.stdout.write(f"{name} = {chosen}\n")
        for asked in _CURVE:
            passed = data.passed(odds, threshold(data, odds, flagged=asked))
            sys.stdout.write(f"  {asked:.3f} asked for: {shares(data, passed)}\n")
    return 0


def shares(data: Weighed, passed: Mask) -> str:
    """Return what is flagged of the altered and left alone of the true sentences of each part."""
    return "  ".join(
        f"{part} {1 - passed[data.of(part) & ~data.is_true].mean():.3f}"
        f"/{passed[data.of(part) & data.is_true].mean():.3f}"
        for part in dict.fromkeys(case.part for case in data.cases)
    )


def weigh(cases: Sequence[Case], more: Callable[[Case], Sequence[float]] | None = None) -> Weighed:
    """Return sentences with their signs, and with what else is told of each.

    Stitched sentences are left out: they cite two passages, which are compared one by one.
    """
    kept = [one for one in cases if one.kind != "stitched"]
    signs = [weighed(one.text, one.passages[0]) for one in kept]
    rows = [
        [1.0, *astuple(found), *(more(case) if more else ())] if found else None
        for case, found in zip(kept, signs, strict=True)
    ]
    width = max(len(row) for row in rows if row)
    return Weighed(
        kept,
        np.array([row or [0.0] * width for row in rows]),
        np.array([row is not None for row in rows]),
        np.array(
            [found is None and is_flagged(case) for case, found in zip(kept, signs, strict=True)]
        ),
    )


def crosswise(data: Weighed) -> Floats:
    """Return log odds: of each sentence of `PARTS` by weights fitted without its document.

    Those of other parts are by weights fitted on all of `PARTS`.
    """
    odds: Floats = data.rows @ fitted(data, data.of(*PARTS))
    sources = [one.passages[0].metadata["source"] for one in data.cases]
    order = sorted(set(sources))
    folds = np.array([order.index(one) % _FOLDS for one in sources])
    for fold in range(_FOLDS):
        out = data.of(*PARTS) & (folds == fold)
        odds[out] = data.rows[out] @ fitted(data, data.of(*PARTS) & ~out)
    return odds


def threshold(data: Weighed, odds: Floats, *, flagged: float = FLAGGED) -> float:
    """Return the log odds above which so few altered sentences lie that enough are flagged."""
    altered = data.of(*_ONCE_UNSEEN) & ~data.is_true
    decided = np.where(data.flagged, -np.inf, np.inf)
    worst_first = np.sort(np.where(data.weighed, odds, decided)[altered])
    return float(worst_first[int(flagged * len(worst_first))])


def fitted(data: Weighed, chosen: Mask) -> Floats:
    """Fit on the chosen sentences; true ones count as much as altered ones together."""
    chosen = chosen & data.weighed
    wanted = data.is_true[chosen].astype(np.float64)
    counts = np.where(data.of("tuned")[chosen], _TUNED_COUNTS, 1.0)
    for side in (0.0, 1.0):
        counts[wanted == side] *= 0.5 / counts[wanted == side].sum()
    return fit_logistic(data.rows[chosen], wanted, counts)


if __name__ == "__main__":
    sys.exit(main())
