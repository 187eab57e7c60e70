"""Writes a result as a Markdown table for a pull request; knows no HTML."""

from collections.abc import Sequence

from evals.report.coverage import HEADINGS, gaps
from evals.report.engines import engine_summary
from evals.report.view import Standing, cost_of, sentence, standings
from evals.report.withholding import HEADINGS as DECIDED
from evals.report.withholding import curves
from evals.results import BenchResult

_MARKS = {"better": "▲", "worse": "▼", "equivalent": "=", "undecided": "?", "baseline": "●"}


def render_markdown(result: BenchResult) -> str:
    """Return the leaderboard with intervals, verdicts and costs, and the recommendation."""
    data = result.dataset
    lines = [
        f"### {_plain(result.name)}",
        "",
        f"{_plain(data.name)}: {data.documents:,} documents, {data.questions:,} questions; "
        f"baseline {code_name(result.baseline)}; data `{data.digest[:12]}`",
        "",
        *markdown_table(_headings(result), [_row(result, one) for one in standings(result)]),
        "",
        *_recommendation(result),
        *_coverage(result),
        *_withholding(result),
        *_engines(result),
    ]
    if result.skipped:
        lines += [
            "",
            *(
                f"- not run: {code_name(name)}: {_plain(why)}"
                for name, why in result.skipped.items()
            ),
        ]
    return "\n".join(lines) + "\n"


def markdown_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the lines of a table; the first column is set left, all others right."""
    rule = ["---", *("---:" for _ in headings[1:])]
    return [f"| {' | '.join(row)} |" for row in [headings, rule, *rows]]


def _headings(result: BenchResult) -> list[str]:
    others = [name for name in result.measures if name != result.primary]
    return [
        "cell",
        result.primary,
        "difference (interval)",
        "p (Holm)",
        "verdict",
        *others,
        "tokens / question",
        "p50 ms",
    ]


def _row(result: BenchResult, one: Standing) -> list[str]:
    compared, verdict = one.comparison, one.verdict
    difference = (
        f"{compared.difference:+.4f} ({compared.low:+.4f} to {compared.high:+.4f})"
        if compared
        else "–"
    )
    estimates = one.cell.estimates
    others = [estimates.get(name) for name in result.measures if name != result.primary]
    name = code_name(one.cell.name)
    return [
        f"**{name}**" if one.is_recommended else name,
        f"{one.estimate.mean:.4f}" if one.estimate else "–",
        difference,
        f"{compared.p_holm:.3g}" if compared else "–",
        f"{_MARKS.get(verdict, '')} {verdict}".strip() or "–",
        *(f"{found.mean:.4f}" if found else "–" for found in others),
        _number(cost_of(one.cell, "context_tokens_mean"), ",.0f"),
        _number(cost_of(one.cell, "latency_ms_p50"), ",.1f"),
    ]


def _recommendation(result: BenchResult) -> list[str]:
    chosen = result.recommendation
    if chosen is None:
        return []
    lines = [f"**Recommended: {code_name(chosen.cell)}.** {_plain(sentence(chosen.why))}"]
    if chosen.held_out is not None:
        held = chosen.held_out
        lines.append(
            f"Held out ({_plain(held.method)}): {code_name(held.winner)} scores {held.mean:.4f} "
            f"({held.low:.4f} to {held.high:.4f})."
        )
    if result.detectable_difference is not None:
        lines.append(
            f"This many questions show a difference of {result.detectable_difference:.4f} or more "
            "8 times of 10."
        )
    return ["\n".join(lines)]


def _coverage(result: BenchResult) -> list[str]:
    """Return a table of the measures that lack scores, with a blank line behind it."""
    found = gaps(result)
    if not found:
        return []
    rows = [[code_name(one.cell), *map(_plain, one.lines()[1:])] for one in found]
    return [*markdown_table(HEADINGS, rows), ""]


def _withholding(result: BenchResult) -> list[str]:
    """Return what each cell answers at some rates; nothing where all questions have an answer."""
    found = curves(result)
    if not found:
        return []
    rows = [
        [
            code_name(line.cell),
            f"**{line.rate:g}**" if line.is_set else f"{line.rate:g}",
            *(_number(share, ".3f") for share in line.figures()),
        ]
        for curve in found
        for line in curve.lines
    ]
    told = [
        f"- {code_name(one.cell)} tells answerable from unanswerable questions with an AUROC of "
        f"{one.auroc:.3f} (excess risk {one.excess:.3f})."
        for one in found
    ]
    return ["", *markdown_table(DECIDED, rows), "", *told]


def _engines(result: BenchResult) -> list[str]:
    headings, rows = engine_summary(result)
    return ["", *markdown_table(headings, rows)] if rows else []


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def code_name(name: str) -> str:
    """Return a name as code, on one line, that a table's column can hold."""
    line = " ".join(name.split())
    return "`" + line.replace("`", "'").replace("|", "\\|") + "`"


def _plain(text: str) -> str:
    """Return text on one line that neither ends a table cell nor opens HTML."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
