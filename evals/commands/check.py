"""`rag bench check`: a gate for continuous integration; what passes is decided elsewhere."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.comparing import alpha_option, margin_option, measure_option
from evals.commands.gating import print_gate
from evals.commands.run import cache_option, despite_errors_option, out_option, run_spec
from rag.cli.shared import json_option, print_json, quiet_option

if TYPE_CHECKING:
    from evals.results import BenchResult
    from evals.spec import Gate

SPEC_SUFFIXES = (".yaml", ".yml")


@click.command()
@click.option(
    "--baseline",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The result that must not be fallen short of.  [default: the spec's gate.baseline]",
)
@click.argument(
    "current", metavar="RESULT_OR_SPEC", type=click.Path(dir_okay=False, path_type=Path)
)
@click.option(
    "--cell",
    "cells",
    multiple=True,
    help="Cell to hold; may be given several times.  [default: every cell of the baseline]",
)
@measure_option
@margin_option
@alpha_option
@out_option
@cache_option
@despite_errors_option
@json_option
@quiet_option
def check(
    baseline: Path | None,
    current: Path,
    cells: tuple[str, ...],
    measure: str | None,
    margin: float | None,
    alpha: float | None,
    out: Path | None,
    cache: Path,
    despite_errors: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fail if a result falls significantly short of a baseline result, beyond the margin.

    A spec is run first, and held to its section `gate`; the options given here go before it.

    Exits with 0 if nothing dropped, 1 if something did, and 8 if the two cannot be compared: other
    data, other questions, another definition of the measure, a cell that is missing.
    """
    from evals.gate import open_gate, read_baseline

    is_spec = current.suffix in SPEC_SUFFIXES
    gate = _gate(
        _declared(current) if is_spec else None,
        baseline=baseline,
        cells=cells,
        measure=measure,
        margin=margin,
        alpha=alpha,
    )
    read_baseline(gate)  # before a long run, not after it
    if is_spec:
        result = run_spec(
            current,
            out=out,
            cache=cache,
            despite_errors=despite_errors,
            quiet=quiet,
            gate=gate,
        ).result
    else:
        result = _read(current)
    reports = open_gate(gate, result)
    if as_json:
        print_json(reports[0].to_dict() if len(reports) == 1 else [r.to_dict() for r in reports])
    print_gate(reports, shown=not as_json)


def _declared(spec: Path) -> "Gate | None":
    from evals.spec_reading import read_spec

    return read_spec(spec).gate


def _read(path: Path) -> "BenchResult":
    from evals.results import read_result

    return read_result(path)


def _gate(
    declared: "Gate | None",
    *,
    baseline: Path | None,
    cells: tuple[str, ...],
    measure: str | None,
    margin: float | None,
    alpha: float | None,
) -> "Gate":
    """Return the declared gate with what is given on the command line instead."""
    from evals.spec import Gate

    if baseline is None and declared is None:
        raise click.UsageError("wanted --baseline, or a spec with the section gate.")
    chosen = declared or Gate("")
    return Gate(
        baseline=chosen.baseline if baseline is None else str(baseline),
        measures=chosen.measures if measure is None else (measure,),
        cells=cells or chosen.cells,
        margin=chosen.margin if margin is None else margin,
        alpha=chosen.alpha if alpha is None else alpha,
    )
