"""`rag bench compare`: lays two results side by side; the statistics are elsewhere."""

from pathlib import Path

import click

from evals.commands.comparing import (
    HEADINGS,
    alpha_option,
    closing_lines,
    comparison_rows,
    margin_option,
    measure_option,
    print_comparison,
    rule_for,
)
from rag.cli.shared import json_option, print_json


@click.command()
@click.argument("first", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("second", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--cells",
    "pairs",
    type=(str, str),
    multiple=True,
    metavar="CELL CELL",
    help="A cell of the first and one of the second; may be given several times.  "
    "[default: all that have the same name]",
)
@measure_option
@margin_option
@alpha_option
@click.option("--markdown", is_flag=True, help="Print a Markdown table, for a pull request.")
@json_option
def compare(
    first: Path,
    second: Path,
    pairs: tuple[tuple[str, str], ...],
    measure: str | None,
    margin: float | None,
    alpha: float | None,
    markdown: bool,
    as_json: bool,
) -> None:
    """Say what changed from FIRST to SECOND, two results over the same data.

    Each cell is compared with its partner question by question, and p is corrected for the number
    of cells. Results over other data or by another definition of the measure are refused.
    """
    from evals.compare import compare_results
    from evals.results import read_result

    earlier, later = read_result(first), read_result(second)
    rule = rule_for(earlier, alpha=alpha, margin=margin)
    compared = compare_results(earlier, later, measure=measure, pairs=pairs, rule=rule)
    if as_json:
        print_json(compared.to_dict())
    elif markdown:
        from evals.report.markdown import code_name, markdown_table

        rows = [[code_name(name), *others] for name, *others in comparison_rows(compared)]
        for line in markdown_table(HEADINGS, rows):
            click.echo(line)
        click.echo("\n" + "  \n".join(closing_lines(compared)))
    else:
        print_comparison(compared)
