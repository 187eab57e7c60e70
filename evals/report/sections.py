"""Writes the parts of the page that sum a result up; knows nothing of single questions."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evals.report.axis import Axis
from evals.report.figures import Figure, cost_figures, difference_row, heat_figures
from evals.report.markup import Markup, breakable, escape, join, tag, text_tag
from evals.report.plots import ForestRow, interval_bar
from evals.report.tables import Column, Value, figure, plain, table
from evals.report.view import Standing, cost_of, group_scores, loss_counts, sentence, standings
from evals.results import BenchResult, CellResult

_BAR = 140.0

_STAGES = (
    "not split whole",
    "truncated",
    "not found by any leg",
    "lost in fusion",
    "lost to diversity",
    "demoted by the reranker",
    "below k",
    "not cited",
)
"""In the order of the pipeline; others follow as they are found."""


def heading(result: BenchResult) -> Markup:
    """Return the title and what was measured."""
    data = result.dataset
    languages = f" ({', '.join(data.languages)})" if data.languages else ""
    facts = [
        f"{data.name}: {data.documents:,} documents, {data.questions:,} questions{languages}",
        f"{len(result.cells)} cells, baseline {result.baseline}",
        f"primary measure {result.primary}",
        f"data {data.digest[:12]}",
    ]
    items = [text_tag("li", fact) for fact in facts]
    return tag("header", None, text_tag("h1", result.name), tag("ul", {"class": "facts"}, *items))


def recommendation(result: BenchResult) -> Markup:
    """Return what to use, why, what it scores held out, and what could not be seen."""
    chosen = result.recommendation
    parts = [text_tag("h2", "Recommendation")]
    if chosen is None:
        parts.append(text_tag("p", "None: no cell of ours was scored."))
    else:
        parts += [
            tag("p", {"class": "chosen"}, breakable(chosen.cell)),
            text_tag("p", sentence(chosen.why)),
        ]
        parts += _held_out(result)
        parts += _toml(chosen.overrides)
    parts += [text_tag("p", note, {"class": "note"}) for note in _limits(result)]
    return tag("section", {"id": "recommendation"}, *parts)


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
    return _section("leaderboard", "Leaderboard", [body, text_tag("p", note, {"class": "note"})])


def pareto(result: BenchResult) -> Markup:
    """Return quality against each cost."""
    figures = [_figure(one) for one in cost_figures(result)]
    if not figures:
        return Markup("")
    note = (
        "Numbered cells: no other is both cheaper and better. The rest are beaten by one of them."
    )
    parts = [tag("div", {"class": "plots"}, *figures), text_tag("p", note, {"class": "note"})]
    return _section("pareto", "Quality and cost", parts)


def heat_maps(result: BenchResult) -> Markup:
    """Return heat maps with a choice of the pair of settings."""
    figures = heat_figures(result)
    if not figures:
        return Markup("")
    note = f"Each field is the best {result.primary} of the cells that have both settings."
    options = [text_tag("option", one.title, {"value": one.name}) for one in figures]
    choice = tag(
        "label",
        {"class": "choice", "hidden": ""},
        escape("Settings "),
        tag("select", {"id": "heat-choice"}, *options),
    )
    panels = [
        tag("figure", {"class": "heat-map", "data-name": one.name}, _scrolling(one))
        for one in figures
    ]
    return _section("heat", "Heat maps", [choice, *panels, text_tag("p", note, {"class": "note"})])


def groups(result: BenchResult) -> Markup:
    """Return the primary measure by language and tag."""
    found = {one.cell.name: group_scores(result, one.cell) for one in standings(result)}
    names = sorted({name for scores in found.values() for name in scores}, key=_group_order)
    if not names:
        return Markup("")
    sizes = {name: max(one[name].scored for one in found.values() if name in one) for name in names}
    columns = [Column("cell", False), *(Column(f"{name} ({sizes[name]})") for name in names)]
    rows = [
        [plain(cell), *(figure(scores[name].mean if name in scores else None) for name in names)]
        for cell, scores in found.items()
    ]
    caption = f"{result.primary} by language and tag (questions)"
    return _section("groups", "By language and tag", [table(columns, rows, caption=caption)])


def losses(result: BenchResult) -> Markup:
    """Return how many questions each stage lost in each cell."""
    counts = {one.cell.name: loss_counts(one.cell) for one in standings(result)}
    seen = {stage for found in counts.values() for stage in found}
    if not seen:
        return Markup("")
    stages = [*(one for one in _STAGES if one in seen), *sorted(seen - set(_STAGES))]
    columns = [Column("cell", False), *(Column(stage) for stage in stages), Column("all")]
    rows = [
        [
            plain(cell),
            *(figure(found.get(stage, 0), "d") for stage in stages),
            figure(sum(found.values()), "d"),
        ]
        for cell, found in counts.items()
    ]
    caption = "Questions whose gold was lost, by the stage that lost it"
    return _section("losses", "Where gold is lost", [table(columns, rows, caption=caption)])


def audit(result: BenchResult) -> Markup:
    """Return what each cell loses before any search, and how large its index is."""
    cells = [one.cell for one in standings(result)]
    keys = list(dict.fromkeys(key for cell in cells for key in [*cell.index, *cell.audit]))
    if not keys:
        return Markup("")
    columns = [Column("cell", False), *(Column(_words(key)) for key in keys)]
    rows = [[plain(cell.name), *(_fact(cell, key) for key in keys)] for cell in cells]
    body = table(columns, rows, caption="Index and audit of each cell")
    return _section("audit", "Audit", [body])


def environment(result: BenchResult) -> Markup:
    """Return what the run was made of and on."""
    parts = [_skipped(result)] if result.skipped else []
    facts = sorted(result.environment.items())
    terms = [
        join([text_tag("dt", _words(key)), text_tag("dd", _flat(value))]) for key, value in facts
    ]
    parts.append(tag("dl", None, *terms))
    spec = json.dumps(result.spec, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    parts.append(tag("details", None, text_tag("summary", "Spec"), text_tag("pre", spec)))
    parts.append(text_tag("p", f"Data digest {result.dataset.digest}", {"class": "note digest"}))
    if result.dataset.licence:
        parts.append(text_tag("p", f"Data licence: {result.dataset.licence}", {"class": "note"}))
    return _section("environment", "Environment", parts)


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
    ]


def _leader_row(
    result: BenchResult, one: Standing, means: Axis, against: Axis, base: float | None
) -> list[Value]:
    found, compared = one.estimate, one.comparison
    others = [name for name in result.measures if name != result.primary]
    return [
        Value(_name(one), float(one.rank)),
        figure(found.mean if found else None, style="strong"),
        _bar(_mean_row(one), means, base),
        figure(compared.difference if compared else None, "+.4f"),
        _bar(difference_row(one), against, 0.0),
        figure(compared.p_holm if compared else None, ".3g"),
        Value(text_tag("span", one.verdict, {"class": f"verdict {one.verdict}"})),
        figure(one.probability_best, ".2f"),
        figure(cost_of(one.cell, "context_tokens_mean"), ",.0f"),
        figure(cost_of(one.cell, "latency_ms_p50"), ",.1f"),
        figure(one.cell.index.get("passages"), ",d"),
        *(figure(_mean(one.cell, name)) for name in others),
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


def _bar(row: ForestRow | None, axis: Axis, reference: float | None) -> Value:
    if row is None:
        return plain("")
    return Value(interval_bar(row, axis, reference=reference), row.mean, "bar")


def _axis(ranges: Sequence[tuple[float, float]], *, zero: bool = False) -> Axis:
    ends = [end for pair in ranges for end in pair]
    return Axis.covering([*ends, *([0.0] if zero else [])], start=6, end=_BAR - 6)


def _held_out(result: BenchResult) -> list[Markup]:
    held = result.recommendation.held_out if result.recommendation else None
    if held is None:
        return []
    words = (
        f"The winner, {held.winner}, scores {held.mean:.4f} ({held.low:.4f} to {held.high:.4f}) on "
        f"questions that had no part in choosing it ({held.method}); on those that chose it, "
        f"{held.picking_score:.4f}."
    )
    return [text_tag("p", words)]


def _toml(overrides: Mapping[str, Any]) -> list[Markup]:
    if not overrides:
        return [text_tag("p", "These are the defaults.")]
    lines = [f"{key} = {json.dumps(value, default=str)}" for key, value in overrides.items()]
    return [text_tag("pre", "\n".join(lines))]


def _limits(result: BenchResult) -> list[str]:
    notes = []
    if result.detectable_difference is not None:
        notes.append(
            f"This many questions show a difference of {result.detectable_difference:.4f} or more "
            f"8 times of 10; smaller ones mostly stay undecided."
        )
    if result.clustering != "questions":
        notes.append(f"Taken as independent: {result.clustering}.")
    if result.without_positives:
        notes.append(
            f"{len(result.without_positives):,} questions have no gold; no measure scores them."
        )
    return notes


def _skipped(result: BenchResult) -> Markup:
    items = [text_tag("li", f"{name}: {why}") for name, why in result.skipped.items()]
    return join([text_tag("h3", "Not run"), tag("ul", None, *items)])


def _figure(one: Figure) -> Markup:
    key = tag("ol", None, *(text_tag("li", line) for line in one.key))
    return tag("figure", None, one.svg, tag("figcaption", None, text_tag("b", one.title), key))


def _scrolling(one: Figure) -> Markup:
    frame = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": one.title}
    return tag("div", frame, one.svg)


def _section(name: str, title: str, parts: Sequence[Markup]) -> Markup:
    return tag("section", {"id": name}, text_tag("h2", title), *parts)


def _fact(cell: CellResult, key: str) -> Value:
    value = cell.index.get(key, cell.audit.get(key))
    if isinstance(value, bool) or value is None:
        return plain("–" if value is None else str(value))
    if isinstance(value, int):
        return figure(value, ",d")
    if isinstance(value, float):
        return figure(value, ".2%" if "share" in key else ",.4g")
    return plain(_flat(value))


def _flat(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) if len(value) <= 5 else f"{len(value):,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(one)}" for key, one in value.items())
    return str(value)


def _words(key: str) -> str:
    return key.replace("_", " ")


def _group_order(name: str) -> tuple[bool, str]:
    return name.startswith("#"), name


def _mean(cell: CellResult, measure: str) -> float | None:
    estimate = cell.estimates.get(measure)
    return estimate.mean if estimate else None
