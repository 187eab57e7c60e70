"""Compares settings with a baseline on the same questions and says what follows; knows no metric.

The verdict is *better* or *worse* only where the sign-flip test stays significant after Holm's
correction over the whole declared family, so that a grid without any true effect seldom shows one.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evals.statistics.bootstrap import Interval, bootstrap_intervals
from evals.statistics.resampling import Floats, as_table
from evals.statistics.sign_flip import sign_flip_test

Verdict = Literal["better", "worse", "equivalent", "undecided"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How a verdict is reached.

    Attributes:
        alpha: Chance of any false *better* or *worse* in the family that is accepted.
        margin: A mean difference this small does not matter; 0: every one does.
        resamples: Of the test and of the interval.
        seed: Same seed, same verdicts.
    """

    alpha: float = 0.05
    margin: float = 0.0
    resamples: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"wanted alpha between 0 and 1, found {self.alpha}")
        if not self.margin >= 0:
            raise ValueError(f"wanted a margin of 0 or more, found {self.margin}")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One setting against the baseline.

    Attributes:
        name: The setting.
        difference: Mean of setting minus baseline with its interval at 1 - alpha (BCa).
        p_value: Two-sided, of this comparison alone.
        adjusted_p_value: After Holm's correction over the family.
        exact: The test counted every sign combination.
        wins: Questions on which the setting scores higher.
        losses: Questions on which it scores lower.
        ties: All others.
        verdict: See `decide`.
    """

    name: str
    difference: Interval
    p_value: float
    adjusted_p_value: float
    exact: bool
    wins: int
    losses: int
    ties: int
    verdict: Verdict


def compare_family(
    scores: Mapping[str, ArrayLike],
    baseline: str,
    *,
    clusters: Sequence[Hashable] | None = None,
    rule: Rule = Rule(),
) -> list[Comparison]:
    """Compare every other setting of `scores` with the baseline; together they are the family.

    Args:
        scores: Setting to scores per question, all over the same questions in the same order.
        baseline: One of the settings.
        clusters: Of each question, where questions of one document depend on each other.
        rule: Levels, margin and draws.

    Raises:
        ValueError: The baseline is not among the settings, or a score is missing.
    """
    if baseline not in scores:
        raise ValueError(f"wanted a baseline among {', '.join(scores)}; found {baseline!r}")
    names = [name for name in scores if name != baseline]
    if not names:
        return []
    differences = paired_differences([scores[name] for name in names], scores[baseline])
    return _judge_columns(names, differences, clusters, rule)


def _judge_columns(
    names: Sequence[str],
    differences: Floats,
    clusters: Sequence[Hashable] | None,
    rule: Rule,
) -> list[Comparison]:
    tests = sign_flip_test(differences, clusters=clusters, resamples=rule.resamples, seed=rule.seed)
    intervals = bootstrap_intervals(
        differences,
        clusters=clusters,
        confidence=1 - rule.alpha,
        resamples=rule.resamples,
        seed=rule.seed,
    )
    adjusted = holm([test.p_value for test in tests])
    return [
        Comparison(
            name=name,
            difference=interval,
            p_value=test.p_value,
            adjusted_p_value=p_value,
            exact=test.exact,
            wins=int(np.count_nonzero(column > 0)),
            losses=int(np.count_nonzero(column < 0)),
            ties=int(np.count_nonzero(column == 0)),
            verdict=decide(interval, p_value, rule),
        )
        for name, interval, test, p_value, column in zip(
            names, intervals, tests, adjusted, differences.T, strict=True
        )
    ]


def paired_differences(settings: Sequence[ArrayLike], baseline: ArrayLike) -> Floats:
    """Return setting minus baseline, shape (questions, settings).

    Raises:
        ValueError: The settings were not scored on the same questions.
    """
    columns = [as_table(setting)[:, 0] for setting in settings]
    reference = as_table(baseline)[:, 0]
    lengths = {len(column) for column in [*columns, reference]}
    if len(lengths) > 1:
        raise ValueError(f"wanted scores of the same questions, found {sorted(lengths)} of them")
    differences: Floats = np.stack(columns, axis=1) - reference[:, None]
    return differences


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the family, in the order given.

    Step-down: the smallest of m is multiplied by m, the next by m - 1, none falls below the one
    before it. Holds the family-wise error under any dependence (Holm, Scand. J. Statist. 1979).
    """
    adjusted = [0.0] * len(p_values)
    running = 0.0
    for position, index in enumerate(np.argsort(p_values, kind="stable")):
        running = max(running, p_values[index] * (len(p_values) - position))
        adjusted[index] = min(1.0, running)
    return adjusted


def decide(difference: Interval, adjusted_p_value: float, rule: Rule) -> Verdict:
    """Say what one comparison shows.

    *Equivalent*: the whole interval lies within ±margin, whatever its p-value: what is sure to be
    too small to matter is no reason to switch. The interval is the printed one, of 1 - alpha, which
    is stricter than the 1 - 2 alpha of two one-sided tests (Schuirmann 1987). *Better* or *worse*:
    the adjusted p-value is at most alpha. Else *undecided*, which says that there were too few
    questions, not that there is no difference. Each equivalence is judged by itself; Holm's
    correction guards against false differences, not against false equivalences.
    """
    if rule.margin > 0 and -rule.margin <= difference.low and difference.high <= rule.margin:
        return "equivalent"
    if adjusted_p_value <= rule.alpha and difference.mean != 0:
        return "better" if difference.mean > 0 else "worse"
    return "undecided"


def dropped(difference: Interval, adjusted_p_value: float, rule: Rule) -> bool:
    """Say whether a gate must fail: a significant drop whose mean is beyond the margin."""
    return adjusted_p_value <= rule.alpha and difference.mean < -rule.margin


def cheapest_not_worse(
    scores: Mapping[str, ArrayLike],
    costs: Mapping[str, float],
    *,
    clusters: Sequence[Hashable] | None = None,
    rule: Rule = Rule(),
) -> str:
    """Return the cheapest setting that is not shown to be worse than the best by the margin.

    A setting stays in the choice if the whole interval of its difference to the best setting lies
    above -margin (it is shown not to be worse by more), or, with margin 0, if it is not shown to be
    worse, which few questions seldom do.

    Args:
        scores: Setting to scores per question, higher is better.
        costs: Setting to its cost in any one unit, lower is better; ties go to the higher mean.
        clusters: Of each question.
        rule: Levels, margin and draws.

    Raises:
        ValueError: A setting has no cost, or there are no settings.
    """
    if not scores or set(scores) - set(costs):
        raise ValueError(
            f"wanted a cost of every setting, found none of {set(scores) - set(costs)}"
        )
    means = {name: float(as_table(values).mean()) for name, values in scores.items()}
    best = min(means, key=lambda name: (-means[name], costs[name], name))
    compared = compare_family(scores, best, clusters=clusters, rule=rule)
    choice = [best, *(one.name for one in compared if _not_worse(one, rule))]
    return min(choice, key=lambda name: (costs[name], -means[name], name))


def _not_worse(compared: Comparison, rule: Rule) -> bool:
    if rule.margin > 0:
        return compared.difference.low >= -rule.margin
    return compared.verdict != "worse"
