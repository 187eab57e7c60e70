"""Options and tables that `compare` and `check` share; decides nothing."""

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.compare import ResultComparison
    from evals.results import BenchResult
    from evals.statistics.comparison import Rule

_STATISTICS = ("alpha", "margin", "resamples", "seed")


def measure_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--measure`."""
    text = "Measure to compare.  [default: the first result's primary one]"
    return click.option("--measure", help=text)(command)


def margin_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--margin`."""
    text = "A difference this small does not matter.  [default: the first result's]"
    return click.option("--margin", type=click.FloatRange(min=0), help=text)(command)


def alpha_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--alpha`."""
    text = "Accepted chance of a false finding.  [default: the first result's]"
    kind = click.FloatRange(min=0, max=1, min_open=True, max_open=True)
    return click.option("--alpha", type=kind, help=text)(command)


def rule_for(result: "BenchResult", *, alpha: float | None, margin: float | None) -> "Rule":
    """Return the rule of a result's spec, with what is given here instead."""
    from evals.statistics.comparison import Rule

    declared = result.spec.get("statistics") or {}
    kept = {name: declared[name] for name in _STATISTICS if name in declared}
    given = {"alpha": alpha, "margin": margin}
    return Rule(**{**kept, **{name: value for name, value in given.items() if value is not None}})


def print_comparison(compared: "ResultComparison") -> None:
    """Print the pairs as a table, and what was left out."""
    from rich.table import Table

    from rag.cli.console import make_console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("cell", overflow="fold")
    for heading in ("first", "second", "difference (interval)", "p (Holm)", "won/lost/level"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for row in comparison_rows(compared):
        table.add_row(*row)
    make_console(sys.stdout).print(table)
    for line in closing_lines(compared):
        click.echo(line)


def comparison_rows(compared: "ResultComparison") -> list[list[str]]:
    """Return a row for each pair: names, means, difference, p, counts, verdict."""
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
