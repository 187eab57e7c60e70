"""Puts the page together: one file that loads nothing and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files

from evals.report import fact_sections, sections
from evals.report.cases import case_data
from evals.report.leaderboard import leaderboard
from evals.report.markup import Markup, escape, tag, text_tag, writable
from evals.report.view import standings
from evals.results import BenchResult

_KINDS = {"differing": "won and lost", "won": "won", "lost": "lost", "level": "level"}


def render_html(result: BenchResult, texts: Mapping[str, str]) -> str:
    """Return the report as one HTML file; the same result gives the same bytes.

    Args:
        result: What was measured.
        texts: Source to the document's text, for the words of gold and passages; may be empty.
    """
    style, script = _resource("theme.css") + _resource("page.css"), _resource("page.js")
    head = tag(
        "head",
        None,
        tag("meta", {"charset": "utf-8"}),
        tag("meta", {"http-equiv": "Content-Security-Policy", "content": _policy(style, script)}),
        tag("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}),
        text_tag("title", f"{result.name} · rag bench"),
        tag("style", None, Markup(style)),
    )
    body = tag("body", None, *_body(result, texts), tag("script", None, Markup(script)))
    return f"<!doctype html>\n{tag('html', {'lang': 'en'}, head, body)}\n"


def _body(result: BenchResult, texts: Mapping[str, str]) -> list[Markup]:
    parts = [
        sections.recommendation(result),
        leaderboard(result),
        sections.pareto(result),
        sections.heat_maps(result),
        sections.groups(result),
        sections.losses(result),
        _cases(result),
        fact_sections.withholding(result),
        sections.coverage(result),
        fact_sections.audit(result),
        fact_sections.serving(result),
        fact_sections.engines(result),
        fact_sections.environment(result),
    ]
    data = tag("script", {"type": "application/json", "id": "cases-data"}, _data(result, texts))
    return [sections.heading(result), tag("main", None, *parts), data]


def _cases(result: BenchResult) -> Markup:
    """Return the frame that the script fills with the questions two cells differ on."""
    first, second = _first_choice(result)
    kinds = [text_tag("option", label, {"value": value}) for value, label in _KINDS.items()]
    controls = tag(
        "div",
        {"class": "controls"},
        _choice("left", "Cell", result, first),
        _choice("right", "against", result, second),
        tag("label", None, escape("Show "), tag("select", {"id": "case-kind"}, *kinds)),
        tag(
            "label",
            None,
            escape("with the words "),
            tag("input", {"id": "case-filter", "type": "search", "autocomplete": "off"}),
        ),
    )
    without = "This part needs the page's own script, which this viewer does not run."
    return tag(
        "section",
        {"id": "cases"},
        text_tag("h2", "Questions won and lost"),
        controls,
        tag("p", {"id": "case-count", "class": "note", "role": "status"}),
        tag("div", {"id": "case-list"}),
        tag("noscript", None, text_tag("p", without)),
    )


def _first_choice(result: BenchResult) -> tuple[str, str]:
    """Return the two cells shown at first: the recommended one and the baseline, if they differ."""
    names = [one.cell.name for one in standings(result)]
    first = result.recommendation.cell if result.recommendation else "".join(names[:1])
    return first, next((name for name in [result.baseline, *names] if name != first), first)


def _choice(side: str, label: str, result: BenchResult, chosen: str) -> Markup:
    options = [
        text_tag(
            "option",
            cell.name,
            {"value": index, **({"selected": ""} if cell.name == chosen else {})},
        )
        for index, cell in enumerate(result.cells)
    ]
    return tag("label", None, escape(f"{label} "), tag("select", {"id": f"case-{side}"}, *options))


def _data(result: BenchResult, texts: Mapping[str, str]) -> Markup:
    written = json.dumps(case_data(result, texts), ensure_ascii=False, separators=(",", ":"))
    # "<" alone can end a script element or open a comment inside it.
    return Markup(writable(written.replace("<", "\\u003c")))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    digest = hashlib.sha256(content.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _resource(name: str) -> str:
    return files("evals.report").joinpath(name).read_text("utf-8")
