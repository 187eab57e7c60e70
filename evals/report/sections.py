"""Writes the parts of the page that sum scores up; knows nothing of single questions."""

import json
from collections.abc import Mapping
from typing import Any

from evals.report.coverage import HEADINGS, gaps
from evals.report.figures import Figure, cost_figures, heat_figures
from evals.report.markup import Markup, breakable, escape, section, tag, text_tag
from evals.report.tables import Column, figure, plain, table
from evals.report.view import group_scores, loss_counts, sentence, standings
from evals.results import BenchResult

_STAGES = (
    "not split whole",
    "truncated",
    "not found by any leg",
    "lost in fusion",
    "lost to diversity",
    "demoted by the reranker",
    "below the least score",
    "left out of a passage",
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


def pareto(result: BenchResult) -> Markup:
    """Return quality against each cost."""
    figures = [captioned(one) for one in cost_figures(result)]
    if not figures:
        return Markup("")
    note = (
        "Numbered cells: no other is both cheaper and better. The rest are beaten by one of them."
    )
    parts = [tag("div", {"class": "plots"}, *figures), text_tag("p", note, {"class": "note"})]
    return section("pareto", "Quality and cost", parts)


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
    return section("heat", "Heat maps", [choice, *panels, text_tag("p", note, {"class": "note"})])


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
    return section("groups", "By language and tag", [table(columns, rows, caption=caption)])


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
    return section("losses", "Where gold is lost", [table(columns, rows, caption=caption)])


def coverage(result: BenchResult) -> Markup:
    """Return which measures of which cells lack scores, and why; nothing where none does."""
    found = gaps(result)
    if not found:
        return Markup("")
    columns = [Column(name, name == "coverage") for name in HEADINGS]
    rows = [
        [
            plain(one.cell),
            plain(one.measure),
            figure(one.share, ".1%"),
            plain(f"{one.scored}/{one.due}"),
            plain(one.why),
        ]
        for one in found
    ]
    note = (
        "A chat model or the judge gave nothing for the other questions: they are not scored, and "
        "not 0. Means are over the scored ones; run the spec again to ask for the rest."
    )
    body = table(columns, rows, caption="Measures that lack scores")
    return section("coverage", "Coverage", [body, text_tag("p", note, {"class": "note"})])


def captioned(one: Figure) -> Markup:
    """Return a plot with its title and its key."""
    key = tag("ol", None, *(text_tag("li", line) for line in one.key))
    return tag("figure", None, one.svg, tag("figcaption", None, text_tag("b", one.title), key))


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
        notes.append(
            f"Intervals and tests resample whole {result.clustering}: questions about one of them "
            "are not independent."
        )
    if result.without_positives:
        notes.append(
            f"{len(result.without_positives):,} questions have no gold; no measure scores them."
        )
    return notes


def _scrolling(one: Figure) -> Markup:
    frame = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": one.title}
    return tag("div", frame, one.svg)


def _group_order(name: str) -> tuple[bool, str]:
    return name.startswith("#"), name
