"""Prints a result as a table with intervals and verdicts; computes nothing."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from evals.report.coverage import HEADINGS, gaps
from evals.report.engines import engine_summary
from evals.results import BenchResult, CellResult
from rag.cli.console import make_console

if TYPE_CHECKING:
    from rich.console import Console

# Columns of text that the cell's name, its score, its verdict and its costs take on one line.
_ROOMY = 105
_MEASURE = 18
# Nothing is folded where nobody sees how wide a line is; `--json` is for programs.
_PIPE = 400


def print_leaderboard(result: BenchResult) -> None:
    """Print the cells, best first, the engines, scores that lack, and what follows from them.

    A terminal that is too narrow for one line a cell gets intervals under their means; a pipe gets
    whole lines.
    """
    console = make_console(sys.stdout)
    if not console.is_terminal:
        console.width = _PIPE
    others = result.measures[1 : 1 + max(0, (console.width - _ROOMY) // _MEASURE)]
    rows = [_row(result, cell, others) for cell in ranked(result)]
    headings = ["cell", f"{result.primary} (interval)", "against baseline", *others, "tokens", "ms"]
    if console.width < _ROOMY:
        headings[1] = result.primary
        rows = [[name, *map(_folded, others)] for name, *others in rows]
    _print_table(console, headings, rows)
    engines, lines = engine_summary(result)
    if lines:
        console.print()
        _print_table(console, engines, lines)
    if found := gaps(result):
        console.print()
        _print_table(console, HEADINGS, [one.lines() for one in found])
    for line in closing_lines(result):
        click.echo(line)


def _print_table(
    console: "Console", headings: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _row(result: BenchResult, cell: CellResult, others: Sequence[str]) -> list[str]:
    return [
        cell.name,
        _estimate(cell, result.primary),
        _verdict(result, cell),
        *(_mean(cell, measure) for measure in others),
        f"{cell.cost['context_tokens_mean']:.0f}",
        _milliseconds(cell),
    ]


def _folded(place: str) -> str:
    """Return a mean over its interval, or a difference over its p."""
    return place.replace(" [", "\n[").replace(" p=", "\np=")


def ranked(result: BenchResult) -> list[CellResult]:
    """Return the cells by the primary measure, best first, level ones by name."""

    def place(cell: CellResult) -> tuple[float, str]:
        found = cell.estimates.get(result.primary)
        return (-found.mean if found else 1.0, cell.name)

    return sorted(result.cells, key=place)


def closing_lines(result: BenchResult) -> list[str]:
    """Return what follows from the table, one sentence a line."""
    lines = [""]
    left_out = len(result.without_positives)
    scored = len(result.questions) - left_out
    said = f"{result.dataset.name}: {scored} questions scored"
    if left_out:
        said += f", {left_out} have no answer in the documents and are not"
    lines.append(f"{said}; baseline: {result.baseline}")
    if result.detectable_difference is not None:
        lines.append(
            f"a difference of {result.detectable_difference:.3f} would be found 8 times of 10"
        )
    found = result.recommendation
    if found is not None:
        lines.append(f"recommended: {found.cell}, since {found.why}")
        if found.held_out is not None:
            held = found.held_out
            lines.append(
                f"winner {held.winner} scores {held.mean:.4f} [{held.low:.4f}, {held.high:.4f}] on "
                f"questions that did not choose it ({held.method}); "
                f"{held.picking_score:.4f} on those that did"
            )
    lines += [f"left out: {name}: {why}" for name, why in result.skipped.items()]
    return lines


def _estimate(cell: CellResult, measure: str) -> str:
    found = cell.estimates.get(measure)
    return "" if found is None else f"{found.mean:.4f} [{found.low:.4f}, {found.high:.4f}]"


def _mean(cell: CellResult, measure: str) -> str:
    found = cell.estimates.get(measure)
    return "" if found is None else f"{found.mean:.4f}"


def _verdict(result: BenchResult, cell: CellResult) -> str:
    if cell.name == result.baseline:
        return "baseline"
    for one in result.comparisons:
        if (one.cell, one.measure) == (cell.name, result.primary):
            return f"{one.verdict} {one.difference:+.4f} p={one.p_holm:.3f}"
    return ""


def _milliseconds(cell: CellResult) -> str:
    found = cell.timings.get("latency_ms_p50")
    return "" if found is None else f"{found:.1f}"
