"""Options and tables that `compare` and `check` share; decides nothing."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.compare import ResultComparison
    from evals.results import BenchResult
    from evals.statistics.comparison import Rule

HEADINGS = ["cell", "first", "second", "difference (interval)", "p (Holm)", "+/-/=", "verdict"]


def measure_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--measure`."""
    text = "Measure to compare.  [default: the earlier result's primary one]"
    return click.option("--measure", help=text)(command)


def margin_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--margin`."""
    text = "A difference this small does not matter.  [default: the earlier result's]"
    return click.option("--margin", type=click.FloatRange(min=0), help=text)(command)


def alpha_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--alpha`."""
    text = "Accepted chance of a false finding.  [default: the earlier result's]"
    kind = click.FloatRange(min=0, max=1, min_open=True, max_open=True)
    return click.option("--alpha", type=kind, help=text)(command)


def rule_for(result: "BenchResult", *, alpha: float | None, margin: float | None) -> "Rule":
    """Return the rule of a result's spec, with what is given here instead."""
    from evals.gate import declared_rule

    return declared_rule(result, alpha=alpha, margin=margin)


def print_comparison(compared: "ResultComparison") -> None:
    """Print the pairs as a table (tab-separated in a pipe), and what was left out on stderr."""
    if sys.stdout.isatty():
        _print_table(compared)
    else:
        for row in [HEADINGS, *comparison_rows(compared)]:
            click.echo("\t".join(row))
    for line in closing_lines(compared):
        click.echo(line, err=True)


def _print_table(compared: "ResultComparison") -> None:
    from rich.table import Table

    from rag.cli.console import make_console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(HEADINGS[0], overflow="fold", min_width=14)
    for heading in HEADINGS[1:]:
        table.add_column(heading, justify="right")
    for row in comparison_rows(compared):
        # The interval goes under the difference: a narrow terminal keeps room for the names.
        table.add_row(*(place.replace(" (", "\n(") for place in row))
    make_console(sys.stdout).print(table)


def comparison_rows(compared: "ResultComparison") -> list[list[str]]:
    """Return a row for each pair, in the order of `HEADINGS`."""
    rows = []
    for pair in compared.pairs:
        found = pair.compared
        span = found.difference
        rows.append(
            [
                pair.first if pair.first == pair.second else f"{pair.first} → {pair.second}",
                f"{pair.first_mean:.4f}",
                f"{pair.second_mean:.4f}",
                f"{span.mean:+.4f} ({span.low:+.4f} to {span.high:+.4f})",
                f"{found.adjusted_p_value:.3g}",
                f"{found.wins}/{found.losses}/{found.ties}",
                found.verdict,
            ]
        )
    return rows


def closing_lines(compared: "ResultComparison") -> list[str]:
    """Return what was compared and what was not, one sentence a line."""
    lines = [f"{compared.measure}, second against first, on {compared.questions} questions"]
    if compared.left_out:
        lines[0] += f" ({compared.left_out} are not scored in every cell)"
    for where, names in (("first", compared.only_first), ("second", compared.only_second)):
        if names:
            lines.append(f"only in the {where}: {', '.join(names)}")
    return lines
