"""`rag bench check`: a gate for continuous integration; what passes is decided elsewhere."""

from pathlib import Path

import click

from evals.commands.comparing import alpha_option, margin_option, measure_option, rule_for
from rag.cli.shared import json_option, print_json

_DROPPED = 1


@click.command()
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    help="The result that must not be fallen short of.",
)
@click.argument("current", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--cell",
    "cells",
    multiple=True,
    help="Cell to hold; may be given several times.  [default: every cell of the baseline]",
)
@measure_option
@margin_option
@alpha_option
@json_option
def check(
    baseline: Path,
    current: Path,
    cells: tuple[str, ...],
    measure: str | None,
    margin: float | None,
    alpha: float | None,
    as_json: bool,
) -> None:
    """Fail if CURRENT falls significantly short of a baseline result, beyond the margin.

    Exits with 0 if nothing dropped, 1 if something did, and 8 if the two cannot be compared: other
    data, other questions, another definition of the measure, a cell that is missing.
    """
    from evals.gate import check_results
    from evals.results import read_result

    held, judged = read_result(baseline), read_result(current)
    rule = rule_for(held, alpha=alpha, margin=margin)
    report = check_results(held, judged, cells=cells, measure=measure, rule=rule)
    if as_json:
        print_json(report.to_dict())
    else:
        click.echo(report.describe(), err=not report.is_open)
    if not report.is_open:
        raise SystemExit(_DROPPED)
