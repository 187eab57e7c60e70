"""Writes the leaderboard: each cell with its intervals as bars; knows no other part of the page."""

from collections.abc import Sequence

from evals.report.axis import Axis
from evals.report.coverage import coverage_of, lacks_scores
from evals.report.figures import difference_row
from evals.report.markup import Markup, breakable, escape, join, tag, text_tag
from evals.report.plots import ForestRow, interval_bar
from evals.report.tables import Column, Value, figure, plain, table
from evals.report.view import Standing, cost_of, standings
from evals.results import BenchResult, CellResult

_BAR = 140.0
_COVERAGE = "share of the questions the measure applies to that have a score"


def leaderboard(result: BenchResult) -> Markup:
    """Return every cell with intervals, verdicts and costs, best first."""
    rows = standings(result)
    columns = _leader_columns(result)
    means = _axis([(e.low, e.high) for one in rows if (e := one.estimate)])
    against = _axis([(c.low, c.high) for one in rows if (c := one.comparison)], zero=True)
    base = next((one.estimate.mean for one in rows if one.is_baseline and one.estimate), None)
    lines = [_leader_row(result, one, means, against, base) for one in rows]
    caption = f"Cells by {result.primary}, with intervals"
    note = (
        "Bars: mean and difference to the baseline with their intervals; the dashed lines are the "
        "baseline and no difference. p is after Holm's correction over the family. A click on a "
        "column's title sorts."
    )
    body = table(columns, lines, caption=caption, style="leaders")
    return tag(
        "section",
        {"id": "leaderboard"},
        text_tag("h2", "Leaderboard"),
        body,
        text_tag("p", note, {"class": "note"}),
    )


def _leader_columns(result: BenchResult) -> list[Column]:
    others = [Column(name) for name in result.measures if name != result.primary]
    return [
        Column("cell", False),
        Column(result.primary),
        Column("interval", False),
        Column("difference to baseline", hint=f"to {result.baseline}"),
        Column("interval of difference", False),
        Column("p (Holm)", hint="of no difference, corrected for the number of cells"),
        Column("verdict", False),
        Column("P(best)", hint="chance of being the best cell"),
        Column("tokens / question", hint="mean tokens of the passages given to the reader"),
        Column("p50 ms", hint="median latency of a search"),
        Column("passages"),
        *others,
        *(Column(f"{name}, coverage", hint=_COVERAGE) for name in _incomplete(result)),
    ]


def _incomplete(result: BenchResult) -> list[str]:
    return [name for name in result.measures if lacks_scores(result, name)]


def _leader_row(
    result: BenchResult, one: Standing, means: Axis, against: Axis, base: float | None
) -> list[Value]:
    compared = one.comparison
    others = [name for name in result.measures if name != result.primary]
    return [
        Value(_name(one), float(one.rank)),
        _estimate(_mean_row(one), ".4f", "strong"),
        _bar(_mean_row(one), means, base),
        _estimate(difference_row(one), "+.4f"),
        _bar(difference_row(one), against, 0.0),
        figure(compared.p_holm if compared else None, ".3g"),
        Value(text_tag("span", one.verdict, {"class": f"verdict {one.verdict}"})),
        figure(one.probability_best, ".2f"),
        figure(cost_of(one.cell, "context_tokens_mean"), ",.0f"),
        figure(cost_of(one.cell, "latency_ms_p50"), ",.1f"),
        figure(one.cell.index.get("passages"), ",d"),
        *(figure(_mean(one.cell, name)) for name in others),
        *(figure(coverage_of(one.cell, name), ".1%") for name in _incomplete(result)),
    ]


def _name(one: Standing) -> Markup:
    parts = [tag("span", {"class": "cell"}, breakable(one.cell.name))]
    if one.is_recommended:
        parts.append(text_tag("span", "recommended", {"class": "badge"}))
    if one.cell.rival is not None:
        parts.append(text_tag("span", "rival", {"class": "badge quiet"}))
    return join(parts, " ")


def _mean_row(one: Standing) -> ForestRow | None:
    found = one.estimate
    return ForestRow("", found.mean, found.low, found.high, one.verdict) if found else None


def _estimate(row: ForestRow | None, form: str, style: str = "") -> Value:
    """Return a mean with its interval under it."""
    if row is None:
        return figure(None)
    interval = text_tag("small", f"{row.low:{form}} to {row.high:{form}}")
    return Value(join([escape(format(row.mean, form)), interval]), row.mean, style)


def _bar(row: ForestRow | None, axis: Axis, reference: float | None) -> Value:
    if row is None:
        return plain("")
    return Value(interval_bar(row, axis, reference=reference), row.mean, "bar")


def _axis(ranges: Sequence[tuple[float, float]], *, zero: bool = False) -> Axis:
    ends = [end for pair in ranges for end in pair]
    return Axis.covering([*ends, *([0.0] if zero else [])], start=6, end=_BAR - 6)


def _mean(cell: CellResult, measure: str) -> float | None:
    estimate = cell.estimates.get(measure)
    return estimate.mean if estimate else None
