"""Writes the parts of the page that list facts: of cells, of engines, of the run; ranks nothing."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from evals.report.engines import FACTS, Fact, engine_rows, without_engines
from evals.report.figures import curve_figures
from evals.report.markup import Markup, escape, join, section, tag, text_tag
from evals.report.sections import captioned
from evals.report.tables import Column, Value, figure, plain, table
from evals.report.view import standings
from evals.report.withholding import HEADINGS, curves
from evals.results import BenchResult


def audit(result: BenchResult) -> Markup:
    """Return what each cell loses before any search, and how large its index is."""
    return _facts(
        result,
        "audit",
        "Audit",
        [{**one.cell.index, **one.cell.audit} for one in standings(result)],
    )


def serving(result: BenchResult) -> Markup:
    """Return what each cell costs where it is served: time, memory, disk, nearest neighbours."""
    return _facts(
        result,
        "serving",
        "As it is served",
        [{**one.cell.cost, **without_engines(one.cell.timings)} for one in standings(result)],
    )


def engines(result: BenchResult) -> Markup:
    """Return what each engine loses beside exact search, and what it takes."""
    rows = engine_rows(result)
    if not rows:
        return Markup("")
    told = [fact for fact in FACTS if any(fact.name in row.facts for row in rows)]
    columns = [Column("engine", False), Column("serves", False)]
    columns += [Column(fact.heading) for fact in told]
    lines = [
        [
            plain(row.engine),
            plain(row.served),
            *(figure(_in_unit(row.facts, fact), fact.form) for fact in told),
        ]
        for row in rows
    ]
    note = (
        "How many of the ten nearest passages an engine finds, how many of its ten it finds again "
        "when it is rebuilt, and how long it searches for a question's vector alone. Chroma is "
        "asked as the product asks it, and its folder holds the passages' texts as well."
    )
    body = table(columns, lines, caption="Engines beside exact search")
    return section("engines", "Engines", [body, text_tag("p", note, {"class": "note"})])


def withholding(result: BenchResult) -> Markup:
    """Return what answering more questions costs; nothing where all of them have an answer."""
    found = curves(result)
    if not found:
        return Markup("")
    columns = [Column(name, name != "cell") for name in HEADINGS]
    rows = [
        [
            plain(line.cell),
            figure(line.rate, "g", "strong" if line.is_set else ""),
            *(figure(share, ".3f") for share in line.figures()),
        ]
        for curve in found
        for line in curve.lines
    ]
    told = [[plain(one.cell), figure(one.auroc, ".3f"), figure(one.excess, ".3f")] for one in found]
    figures = tag("div", {"class": "plots"}, *map(captioned, curve_figures(result)))
    told_columns = [Column("cell", False), Column("AUROC"), Column("excess risk")]
    return section(
        "withholding",
        "Answered or not in the documents",
        [
            figures,
            table(told_columns, told, caption="How well answerable questions are told apart"),
            text_tag("p", _WITHHOLDING, {"class": "note"}),
            table(columns, rows, caption="What is answered at which false-answer rate"),
        ],
    )


_WITHHOLDING = (
    "Questions are answered from the surest on; circles and bold rates stand for the cell's "
    "setting, answer.false_answer_rate: the share of unanswerable questions that may be answered. "
    "A question without an answer that is answered is false; wrong are these, and questions whose "
    "gold was lost. AUROC is the chance that an answerable question looks surer than an "
    "unanswerable one; excess risk is the area under the curve of what is false, above the "
    "best possible one."
)


def _in_unit(facts: Mapping[str, float], fact: Fact) -> float | None:
    return facts[fact.name] / fact.unit if fact.name in facts else None


def _facts(
    result: BenchResult, name: str, title: str, facts: Sequence[Mapping[str, Any]]
) -> Markup:
    """Return a table of facts by cell, in the order of the leaderboard; nothing without any."""
    keys = list(dict.fromkeys(key for own in facts for key in own))
    if not keys:
        return Markup("")
    columns = [Column("cell", False), *(Column(_words(key)) for key in keys)]
    cells = [one.cell.name for one in standings(result)]
    rows = [
        [plain(cell), *(_fact(key, own.get(key)) for key in keys)]
        for cell, own in zip(cells, facts, strict=True)
    ]
    return section(name, title, [table(columns, rows, caption=title)])


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
    return section("environment", "Environment", parts)


def _skipped(result: BenchResult) -> Markup:
    items = [text_tag("li", f"{name}: {why}") for name, why in result.skipped.items()]
    return join([text_tag("h3", "Not run"), tag("ul", None, *items)])


def _fact(key: str, value: object) -> Value:
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return plain("–" if value is None else _flat(value))
    if "bytes" in key:
        return Value(escape(f"{value / 1e6:,.1f} MB"), float(value))
    if isinstance(value, int):
        return figure(value, ",d")
    return figure(value, ".2%" if "share" in key else ",.4g" if abs(value) < 1000 else ",.0f")


def _flat(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) if len(value) <= 5 else f"{len(value):,}"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(one)}" for key, one in value.items())
    return str(value)


def _words(key: str) -> str:
    return key.replace("_", " ").removesuffix(" bytes")
