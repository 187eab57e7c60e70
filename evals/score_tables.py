"""Lines up the scores of cells and estimates their means; pure, compares nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.results import Estimate, Scores
from evals.spec import Statistics
from evals.statistics.bootstrap import Interval, bootstrap_intervals

Floats = NDArray[np.float64]

# A cell scored on a smaller share of the baseline's questions is compared with nothing.
LEAST_SHARED = 0.5


@dataclass(frozen=True, slots=True)
class Table:
    """Scores of one measure over the questions that every one of `names` was scored on."""

    names: tuple[str, ...]
    question_ids: tuple[str, ...]
    values: Floats
    clusters: tuple[str, ...] | None

    def column(self, name: str) -> Floats:
        """Return one cell's scores."""
        column: Floats = self.values[:, self.names.index(name)]
        return column

    @property
    def scores(self) -> dict[str, Floats]:
        """Return every cell's scores."""
        return {name: self.column(name) for name in self.names}


ByMeasure = Mapping[str, Mapping[str, Scores]]
"""Cell to measure to scores."""


def make_tables(
    scores: ByMeasure, measures: Sequence[str], baseline: str, clusters: Mapping[str, str] | None
) -> dict[str, Table]:
    """Return a table for each measure that scores any question of the baseline."""
    found = {}
    for measure in measures:
        table = make_table(_of_measure(scores, measure), baseline, clusters)
        if table is not None:
            found[measure] = table
    return found


def estimate_all(
    scores: ByMeasure,
    measures: Sequence[str],
    clusters: Mapping[str, str] | None,
    statistics: Statistics,
) -> dict[str, dict[str, Estimate]]:
    """Return each measure's mean of each cell that it scores, with its interval."""
    return {
        measure: estimate(_of_measure(scores, measure), clusters, statistics)
        for measure in measures
    }


def _of_measure(scores: ByMeasure, measure: str) -> dict[str, Scores]:
    return {name: by_measure[measure] for name, by_measure in scores.items()}


def make_table(
    scores: Mapping[str, Scores], baseline: str, clusters: Mapping[str, str] | None
) -> Table | None:
    """Line up the cells' scores of the questions they share; None if the baseline has none.

    A cell that lacks most scores of the baseline (a rival whose splitting is not known, a chat
    model that failed) is left out, so that the others keep their questions.
    """
    asked = _scored(scores[baseline])
    names = [
        name
        for name, own in scores.items()
        if sum(own.get(key) is not None for key in asked) >= LEAST_SHARED * len(asked)
    ]
    shared = [key for key in asked if all(scores[name].get(key) is not None for name in names)]
    return _table(scores, names, shared, clusters) if shared else None


def _scored(scores: Scores) -> tuple[str, ...]:
    return tuple(key for key, value in scores.items() if value is not None)


def _table(
    scores: Mapping[str, Scores],
    names: Sequence[str],
    asked: Sequence[str],
    clusters: Mapping[str, str] | None,
) -> Table:
    values = np.array([[scores[name][key] for name in names] for key in asked], dtype=np.float64)
    grouped = None if clusters is None else tuple(clusters[key] for key in asked)
    return Table(tuple(names), tuple(asked), values, grouped)


def estimate(
    scores: Mapping[str, Scores], clusters: Mapping[str, str] | None, statistics: Statistics
) -> dict[str, Estimate]:
    """Return each cell's mean with its interval, over all questions that it has a score for."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, own in scores.items():
        alike.setdefault(_scored(own), []).append(name)
    found: dict[str, Estimate] = {}
    for asked, names in alike.items():
        if asked:
            found |= _estimates(_table(scores, names, asked, clusters), statistics)
    return found


def _estimates(table: Table, statistics: Statistics) -> dict[str, Estimate]:
    intervals = _intervals(table, statistics)
    scored = len(table.question_ids)
    return {
        name: Estimate(one.mean, one.low, one.high, scored)
        for name, one in zip(table.names, intervals, strict=True)
    }


def _intervals(table: Table, statistics: Statistics) -> list[Interval]:
    if table.values.shape[0] < 2 or (table.clusters and len(set(table.clusters)) < 2):
        means = table.values.mean(axis=0)
        return [Interval(float(m), float(m), float(m), 1 - statistics.alpha) for m in means]
    return bootstrap_intervals(
        table.values,
        clusters=table.clusters,
        confidence=1 - statistics.alpha,
        resamples=statistics.resamples,
        seed=statistics.seed,
    )
