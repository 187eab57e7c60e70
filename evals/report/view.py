"""Reads off a result what every report shows: ranks, fronts, axes, groups; writes no form of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, isfinite

from evals.measures.summary import Summary, summarise_by
from evals.results import BenchResult, CellComparison, CellResult, Estimate


@dataclass(frozen=True, slots=True)
class Cost:
    """What quality is plotted against.

    Attributes:
        name: In a cell's `cost` or `timings`.
        label: With the unit.
        unit: How much of what the result counts in makes one of that unit.
    """

    name: str
    label: str
    unit: float = 1.0


COSTS = (
    Cost("latency_ms_p50", "latency p50, ms"),
    Cost("index_bytes", "index, MB", 1e6),
    Cost("context_tokens_mean", "context tokens a question"),
)

_FEWEST_IN_GROUP = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """One line of the leaderboard; `estimate` is None if no question of the cell was scored."""

    rank: int
    cell: CellResult
    estimate: Estimate | None
    comparison: CellComparison | None
    probability_best: float | None
    is_baseline: bool
    is_recommended: bool

    @property
    def verdict(self) -> str:
        """The verdict against the baseline, "baseline" for itself, "" if none was reached."""
        if self.is_baseline:
            return "baseline"
        return self.comparison.verdict if self.comparison else ""


@dataclass(frozen=True, slots=True)
class GridAxis:
    """A setting that differs between our cells; its values in order, as text."""

    key: str
    values: tuple[str, ...]


def standings(result: BenchResult) -> list[Standing]:
    """Return the leaderboard: cells by the primary measure, best first, ties by name."""
    found = {cell.name: cell.estimates.get(result.primary) for cell in result.cells}
    ordered = sorted(result.cells, key=lambda cell: (-_mean(found[cell.name]), cell.name))
    against = {one.cell: one for one in result.comparisons if one.measure == result.primary}
    chosen = result.recommendation.cell if result.recommendation else None
    return [
        Standing(
            rank=rank,
            cell=cell,
            estimate=found[cell.name],
            comparison=against.get(cell.name),
            probability_best=result.probability_best.get(cell.name),
            is_baseline=cell.name == result.baseline,
            is_recommended=cell.name == chosen,
        )
        for rank, cell in enumerate(ordered, start=1)
    ]


def cost_of(cell: CellResult, name: str) -> float | None:
    """Return one cost of a cell, wherever the result keeps it; None if it was not measured."""
    value = cell.cost.get(name, cell.timings.get(name))
    return None if value is None or not isfinite(value) else float(value)


def pareto_front(costs: Mapping[str, float], scores: Mapping[str, float]) -> list[str]:
    """Return the names that no other beats in one respect without losing in the other.

    Args:
        costs: Lower is better.
        scores: Higher is better; the same names.

    Returns:
        Names from the cheapest to the best; of two that are level in both, the first by name.
    """
    front: list[str] = []
    reached = -inf
    for name in sorted(costs, key=lambda name: (costs[name], -scores[name], name)):
        if scores[name] > reached:
            front.append(name)
            reached = scores[name]
    return front


def grid_axes(result: BenchResult) -> list[GridAxis]:
    """Return the settings of which our cells have several values, in the order they appear.

    A cell that does not name a setting has the default that the result tells of it.
    """
    ours = [cell for cell in result.cells if cell.rival is None]
    seen: dict[str, dict[str, object]] = {key: {} for cell in ours for key in cell.overrides}
    for cell in ours:
        own = _settings(result, cell)
        for key, values in seen.items():
            if key in own:
                values[setting_text(own[key])] = own[key]
    return [GridAxis(key, _in_order(values)) for key, values in seen.items() if len(values) > 1]


def setting_text(value: object) -> str:
    """Return a setting's value as it is written in rag.toml."""
    if value is None:
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def axis_pairs(result: BenchResult) -> list[tuple[GridAxis, GridAxis]]:
    """Return every pair of axes of which the cells fill more than a line; the longer is across.

    Those that are filled best come first.
    """
    pairs: list[tuple[float, tuple[GridAxis, GridAxis]]] = []
    for first, second in combinations(grid_axes(result), 2):
        across, down = (
            (first, second) if len(first.values) > len(second.values) else (second, first)
        )
        filled = len(best_by_pair(result, down.key, across.key))
        if filled > max(len(across.values), 2):
            share = filled / (len(down.values) * len(across.values))
            pairs.append((share, (down, across)))
    return [pair for _, pair in sorted(pairs, key=lambda one: -one[0])]


def best_by_pair(result: BenchResult, down: str, across: str) -> dict[tuple[str, str], float]:
    """Return the best primary mean among the cells of each pair of values of two settings."""
    best: dict[tuple[str, str], float] = {}
    for cell in result.cells:
        estimate, own = cell.estimates.get(result.primary), _settings(result, cell)
        if cell.rival is None and estimate is not None and down in own and across in own:
            pair = setting_text(own[down]), setting_text(own[across])
            best[pair] = max(best.get(pair, -inf), estimate.mean)
    return best


def _settings(result: BenchResult, cell: CellResult) -> Mapping[str, object]:
    """Return a cell's settings; what the default was then, a later version cannot know."""
    return {**result.defaults, **cell.overrides}


def group_scores(result: BenchResult, cell: CellResult) -> Mapping[str, Summary]:
    """Return the primary measure by language ("zh") and tag ("#table"), small groups left out."""
    scores = cell.per_question.get(result.primary, {})
    groups = [_groups(question.language, question.tags) for question in result.questions]
    found = summarise_by([scores.get(question.id) for question in result.questions], groups)
    kept = {name: one for name, one in found.items() if one.scored >= _FEWEST_IN_GROUP}
    return kept if len(kept) > 1 else {}


def loss_counts(cell: CellResult) -> dict[str, int]:
    """Return how many questions each stage lost."""
    counts: dict[str, int] = {}
    for stage in cell.losses.values():
        counts[stage] = counts.get(stage, 0) + 1
    return counts


def sentence(clause: str) -> str:
    """Return a clause as a sentence: a capital at the start, a stop at the end."""
    whole = clause[:1].upper() + clause[1:]
    return whole if whole.endswith((".", "。")) else f"{whole}."


def _groups(language: str, tags: Sequence[str]) -> list[str]:
    return [*filter(None, [language]), *(f"#{tag}" for tag in tags)]


def _mean(estimate: Estimate | None) -> float:
    return estimate.mean if estimate else -inf


def _in_order(values: Mapping[str, object]) -> tuple[str, ...]:
    """Return "none" first, then numbers by size, then the rest by spelling."""

    def place(text: str) -> tuple[int, float, str]:
        value = values[text]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return 1, float(value), text
        return (0 if value is None else 2), 0.0, text

    return tuple(sorted(values, key=place))
