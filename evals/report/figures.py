"""Makes the plots of a result: differences, quality against costs, heat maps; writes no files."""

from dataclasses import dataclass, replace

from evals.report.axis import short_number
from evals.report.markup import Markup
from evals.report.plots import (
    ForestRow,
    PlotCurve,
    PlotPoint,
    curve_plot,
    forest_plot,
    heat_map,
    scatter_plot,
)
from evals.report.view import (
    COSTS,
    Cost,
    Standing,
    axis_pairs,
    best_by_pair,
    cost_of,
    pareto_front,
    standings,
)
from evals.report.withholding import Curve, curves
from evals.results import BenchResult

_MOST_HEAT_MAPS = 10
_FEWEST_POINTS = 2


@dataclass(frozen=True, slots=True)
class Figure:
    """One plot; `name` serves as a file name, `key` lists what its numbers stand for."""

    name: str
    title: str
    svg: Markup
    key: tuple[str, ...] = ()


def forest_figure(result: BenchResult) -> Figure | None:
    """Return every cell's difference to the baseline with its interval; None without a second."""
    found = ((one, difference_row(one)) for one in standings(result))
    rows = [replace(row, name=_apart(result, one)) for one, row in found if row is not None]
    if not rows:
        return None
    title = f"{result.primary}: difference to the baseline"
    return Figure("differences", title, forest_plot(rows, label=title, reference=0.0))


def _apart(result: BenchResult, one: Standing) -> str:
    """Return in what a cell of the grid differs from the baseline; any other cell's own name."""
    cell, base = one.cell, result.cell(result.baseline)
    said = {part.partition("=")[0]: part for part in cell.name.split(", ") if "=" in part}
    if cell.rival or base.rival or len(said) != len(cell.name.split(", ")):
        return cell.name
    same = set(base.name.split(", "))
    return ", ".join(part for part in said.values() if part not in same) or cell.name


def difference_row(one: Standing) -> ForestRow | None:
    """Return a cell's difference to the baseline; None for the baseline itself."""
    found = one.comparison
    if found is None:
        return None
    return ForestRow(one.cell.name, found.difference, found.low, found.high, found.verdict)


def cost_figures(result: BenchResult) -> list[Figure]:
    """Return quality against each cost that two cells at least have."""
    found = (_cost_figure(result, cost) for cost in COSTS)
    return [figure for figure in found if figure is not None]


def heat_figures(result: BenchResult) -> list[Figure]:
    """Return a heat map for each pair of settings that vary, the best cell of each pair shown."""
    return [
        Figure(
            f"heat-{down.key}-{across.key}",
            f"{down.key} by {across.key}",
            heat_map(
                best_by_pair(result, down.key, across.key),
                rows=down.values,
                columns=across.values,
                row_label=down.key,
                column_label=across.key,
            ),
        )
        for down, across in axis_pairs(result)[:_MOST_HEAT_MAPS]
    ]


def curve_figures(result: BenchResult) -> list[Figure]:
    """Return what answering more costs: of the best cell that tells, and of the baseline."""
    found = curves(result)
    kept = dict.fromkeys([*(one.cell for one in found[:1]), result.baseline])
    return [_curve_figure(one) for one in found if one.cell in kept]


def _curve_figure(curve: Curve) -> Figure:
    line = curve.set_line
    marks = [
        None if share is None else (line.answered, share) for share in (line.false, line.wrong)
    ]
    shares = (
        ("have no answer", "false", curve.false),
        ("or the gold was lost", "wrong", curve.wrong),
    )
    svg = curve_plot(
        [
            PlotCurve(name, style, [*zip(curve.coverage, risk, strict=True)], mark)
            for (name, style, risk), mark in zip(shares, marks, strict=True)
        ],
        x_label="share of all questions answered, surest first",
        y_label="share of the answered ones that",
        mark_label=f"at a false-answer rate of {line.rate:g}",
    )
    return Figure(f"answered-{curve.cell}", f"{curve.cell}: what answering more costs", svg)


def _cost_figure(result: BenchResult, cost: Cost) -> Figure | None:
    means = {
        cell.name: cell.estimates[result.primary].mean
        for cell in result.cells
        if result.primary in cell.estimates
    }
    costs = {
        cell.name: value / cost.unit
        for cell in result.cells
        if cell.name in means and (value := cost_of(cell, cost.name)) is not None
    }
    if len(costs) < _FEWEST_POINTS or not any(costs.values()):
        return None
    front = pareto_front(costs, means)
    numbers = {cell: number for number, cell in enumerate(front, start=1)}
    points = [PlotPoint(cell, costs[cell], means[cell], numbers.get(cell)) for cell in costs]
    svg = scatter_plot(points, x_label=cost.label, y_label=result.primary)
    key = tuple(f"{cell}: {means[cell]:.4f} at {short_number(costs[cell])}" for cell in front)
    return Figure(cost.name, f"{result.primary} against {cost.label}", svg, key)
