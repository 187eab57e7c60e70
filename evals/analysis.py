"""What a benchmark's scores show: intervals, verdicts, the winner, a recommendation; pure.

The primary measure decides. Within each measure, all cells but the baseline are one family.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

import numpy as np
from numpy.typing import NDArray

from evals.results import AskedQuestion, CellComparison, HeldOut, Recommendation
from evals.score_tables import Floats, Table
from evals.spec import Statistics
from evals.statistics.bootstrap import probability_best
from evals.statistics.comparison import Rule, cheapest_not_worse, compare_family
from evals.statistics.holdout import (
    HeldOutWinner,
    assign_folds,
    cross_validated_winner,
    held_out_winner,
    split_tune_test,
)
from evals.statistics.power import effective_sd, minimum_detectable_difference
from rag.errors import BenchError

# Fewer documents than this say too little when whole documents are resampled.
LEAST_CLUSTERS = 20
# Fewer questions than this cannot be divided into those that choose and those that score.
LEAST_HELD_OUT = 10
# Standard deviation of differences per question, for plans before any run: between .06 and .53 on
# the sample, for hybrid search against its legs and against smaller passages.
ASSUMED_SD = 0.3


def choose_clusters(questions: Sequence[AskedQuestion], wanted: str) -> dict[str, str] | None:
    """Return the cluster of each question, None where each stands alone."""
    clusters = {one.id: one.cluster or f"question {one.id}" for one in questions}
    many = len({one.cluster for one in questions if one.cluster}) >= LEAST_CLUSTERS
    if wanted == "none" or (wanted == "auto" and not many):
        return None
    return clusters if any(one.cluster for one in questions) else None


def compare(
    table: Table, measure: str, baseline: str, statistics: Statistics
) -> list[CellComparison]:
    """Compare every cell with the baseline."""
    if not _is_enough(table):
        return []
    found = compare_family(
        table.scores, baseline, clusters=table.clusters, rule=rule_of(statistics)
    )
    return [
        CellComparison(
            cell=one.name,
            baseline=baseline,
            measure=measure,
            difference=one.difference.mean,
            low=one.difference.low,
            high=one.difference.high,
            p=one.p_value,
            p_holm=one.adjusted_p_value,
            wins=one.wins,
            losses=one.losses,
            ties=one.ties,
            verdict=one.verdict,
        )
        for one in found
    ]


def rule_of(statistics: Statistics) -> Rule:
    """Return how verdicts are reached."""
    return Rule(
        alpha=statistics.alpha,
        margin=statistics.margin,
        resamples=statistics.resamples,
        seed=statistics.seed,
    )


def chances_of_best(table: Table, statistics: Statistics) -> dict[str, float]:
    """Return each cell's chance of being the best."""
    if not _is_enough(table):
        return {}
    chances = probability_best(
        table.values,
        clusters=table.clusters,
        resamples=statistics.resamples,
        seed=statistics.seed,
    )
    return {name: float(chance) for name, chance in zip(table.names, chances, strict=True)}


def detectable(table: Table, baseline: str, statistics: Statistics) -> float | None:
    """Return the difference that these questions show, from the spread that was met.

    None where no cell differs from the baseline: that says nothing about others.
    """
    others = [name for name in table.names if name != baseline]
    if not others or not _is_enough(table):
        return None
    reference = table.column(baseline)
    spreads = [effective_sd(table.column(n) - reference, table.clusters) for n in others]
    if median(spreads) == 0:
        return None
    return minimum_detectable_difference(
        median(spreads), len(reference), comparisons=len(others), alpha=statistics.alpha
    )


def recommend(
    table: Table,
    costs: Mapping[str, float],
    overrides: Mapping[str, Mapping[str, object]],
    statistics: Statistics,
) -> Recommendation | None:
    """Return the cheapest of our cells that is not worse than the best of them.

    Args:
        table: The primary measure; cells without an entry in `costs` (rivals) are not ours.
        costs: Of each of our cells, lower is better.
        overrides: Each cell's settings.
        statistics: Level, margin and how to hold questions out.
    """
    ours = {name: scores for name, scores in table.scores.items() if name in costs}
    if not ours or not _is_enough(table):
        return None
    cell = cheapest_not_worse(
        ours, {n: costs[n] for n in ours}, clusters=table.clusters, rule=rule_of(statistics)
    )
    winner = hold_out(ours, table, statistics) if len(ours) > 1 else None
    return Recommendation(
        cell=cell,
        why=_why(cell, ours, costs, statistics),
        held_out_score=None if winner is None else winner.mean,
        held_out=winner,
        overrides=dict(overrides[cell]),
    )


def hold_out(scores: Mapping[str, Floats], table: Table, statistics: Statistics) -> HeldOut | None:
    """Score the choice of a winner on questions that had no part in it."""
    questions = len(table.question_ids)
    groups = questions if table.clusters is None else len(set(table.clusters))
    if statistics.holdout == "none" or questions < LEAST_HELD_OUT or groups < 2:
        return None
    if statistics.holdout == "split":
        mask = _mask(table, statistics)
        found = held_out_winner(
            scores, mask, clusters=table.clusters, resamples=statistics.resamples
        )
        return _held_out(found, f"split, {statistics.test_share:.0%} held out")
    folds = min(statistics.folds, groups)
    numbers = assign_folds(questions, folds, clusters=table.clusters, seed=statistics.seed)
    found = cross_validated_winner(
        scores, numbers, clusters=table.clusters, resamples=statistics.resamples
    )
    return _held_out(found, f"cross-validation, {folds} folds")


def _mask(table: Table, statistics: Statistics) -> NDArray[np.bool_]:
    try:
        return split_tune_test(
            len(table.question_ids),
            test_share=statistics.test_share,
            clusters=table.clusters,
            seed=statistics.seed,
        )
    except ValueError as error:
        raise BenchError(f"statistics.holdout is split: {error}") from error


def _held_out(found: HeldOutWinner, method: str) -> HeldOut:
    interval = found.held_out
    return HeldOut(
        winner=found.name,
        method=method,
        picking_score=found.picking_score,
        mean=interval.mean,
        low=interval.low,
        high=interval.high,
        picks=dict(found.picks),
    )


def _why(
    cell: str, scores: Mapping[str, Floats], costs: Mapping[str, float], statistics: Statistics
) -> str:
    means = {name: float(values.mean()) for name, values in scores.items()}
    best = min(means, key=lambda name: (-means[name], costs[name], name))
    if len(scores) == 1:
        return f"it is the only cell of ours ({means[cell]:.4f})"
    unit = statistics.cost.replace("_", " ").removesuffix(" mean")
    if cell == best:
        return (
            f"it scores highest ({means[cell]:.4f}), and no cheaper cell is shown to be within "
            f"{statistics.margin:g} of it ({costs[cell]:.0f} {unit})"
        )
    return (
        f"it costs {costs[cell]:.0f} {unit} against {costs[best]:.0f} of {best}, which scores "
        f"highest ({means[best]:.4f}); its {means[cell]:.4f} is not worse by more than "
        f"{statistics.margin:g}"
    )


def _is_enough(table: Table) -> bool:
    groups = len(table.question_ids) if table.clusters is None else len(set(table.clusters))
    return groups >= 2


def most_lost(losses: Mapping[str, str]) -> list[tuple[str, int]]:
    """Return the stages that lost gold, by how many questions, most first."""
    return sorted(Counter(losses.values()).items(), key=lambda one: (-one[1], one[0]))
