"""`rag bench SPEC.yaml`: runs a spec, prints the leaderboard, writes the result; draws little."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import Invocation, json_option, print_json, quiet_option

if TYPE_CHECKING:
    from evals.results import BenchResult
    from evals.runner import Bench
    from evals.spec import Gate

CACHE = Path(".rag-bench")


def cache_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--cache` as the parameter `cache`."""
    return click.option(
        "--cache",
        type=click.Path(file_okay=False, path_type=Path),
        default=CACHE,
        show_default=True,
        help="Where vectors, indexes and rankings are kept between runs.",
    )(command)


def spec_argument(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add SPEC as the parameter `spec`."""
    return click.argument("spec", type=click.Path(dir_okay=False, path_type=Path))(command)


def out_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--out`."""
    return click.option(
        "--out",
        type=click.Path(file_okay=False, path_type=Path),
        help="Where results.json and reports go.  [default: bench-NAME]",
    )(command)


def despite_errors_option(command: "click.decorators.FC") -> "click.decorators.FC":
    """Add `--despite-errors`."""
    return click.option(
        "--despite-errors",
        is_flag=True,
        help="Measure on a set in which `rag bench validate` finds errors.",
    )(command)


def given_config() -> Path | None:
    """Return what `rag --config` names, None without it."""
    invocation = click.get_current_context().find_object(Invocation)
    return None if invocation is None else invocation.config


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that was written."""

    result: "BenchResult"
    file: Path
    gate: "Gate | None"


@click.command()
@spec_argument
@out_option
@cache_option
@despite_errors_option
@json_option
@quiet_option
def run(
    spec: Path, out: Path | None, cache: Path, despite_errors: bool, as_json: bool, quiet: bool
) -> None:
    """Run a spec; what earlier runs made is used again, and a stopped run goes on.

    With a section `gate` it exits with 1 if the result falls short of the gate's baseline.
    """
    from evals.commands.gating import print_gate
    from evals.commands.leaderboard import print_leaderboard
    from evals.gate import open_gate

    ran = run_spec(spec, out=out, cache=cache, despite_errors=despite_errors, quiet=quiet)
    if not as_json:
        print_leaderboard(ran.result)
    if not as_json and not quiet:
        click.echo(f"result: {ran.file}", err=True)
    reports = () if ran.gate is None else open_gate(ran.gate, ran.result)
    if as_json:
        gate = [report.to_dict() for report in reports]
        print_json({"result": str(ran.file), **summary(ran.result), "gate": gate})
    print_gate(reports, shown=not as_json)


def run_spec(
    spec: Path,
    *,
    out: Path | None,
    cache: Path,
    despite_errors: bool,
    quiet: bool,
    gate: "Gate | None" = None,
) -> Ran:
    """Run a spec and write its result and reports.

    Args:
        spec: The file.
        out: Where to; None: a folder by the spec's name.
        cache: What runs share.
        despite_errors: Whether a set with errors is measured.
        quiet: Whether no progress is shown.
        gate: Declared in place of the spec's.

    Raises:
        BenchError: The spec or its set cannot be used, the baseline cannot be run, or the gate's
            baseline would be written over.
    """
    from evals.commands.progress import bench_progress
    from evals.datasets.validate import require_sound
    from evals.gate import refuse_overwriting
    from evals.results import write_result
    from evals.running import open_bench, run_bench

    try:
        with (
            bench_progress(quiet=quiet) as progress,
            open_bench(spec, cache, progress, config=given_config()) as bench,
        ):
            folder = out or Path(f"bench-{bench.spec.name}")
            chosen = gate or bench.spec.gate
            refuse_overwriting(chosen, folder / "results.json")
            if not despite_errors:
                require_sound(bench.dataset)
            result = run_bench(bench)
    except KeyboardInterrupt:
        click.echo(f"stopped; what was made is kept in {cache}, run it again to go on", err=True)
        raise
    write_result(result, folder / "results.json")
    _write_reports(bench, result, folder)
    return Ran(result, folder / "results.json", chosen)


def summary(result: "BenchResult") -> dict[str, object]:
    """Return what a pipe wants to know of a result."""
    from evals.report.coverage import coverage_of

    found = result.recommendation
    return {
        "name": result.name,
        "primary": result.primary,
        "baseline": result.baseline,
        "leaderboard": [
            {
                "cell": cell.name,
                **{m: one.mean for m, one in cell.estimates.items()},
                **cell.cost,
                "coverage": {m: coverage_of(cell, m) for m in cell.unscored},
            }
            for cell in result.cells
        ],
        "recommendation": None if found is None else found.cell,
        "skipped": dict(result.skipped),
    }


def _write_reports(bench: "Bench", result: "BenchResult", folder: Path) -> None:
    """Write the formats that the spec names; without any, results.json is all."""
    from evals.report.writing import write_reports

    texts = {document.source: document.text for document in bench.dataset.documents}
    write_reports(result, folder, formats=bench.spec.report, texts=texts)
