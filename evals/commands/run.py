"""`rag bench SPEC.yaml`: runs a spec, prints the leaderboard, writes the result; draws little."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import json_option, print_json, quiet_option

if TYPE_CHECKING:
    from evals.results import BenchResult
    from evals.runner import Bench

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


@click.command()
@spec_argument
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where results.json and reports go.  [default: bench-NAME]",
)
@cache_option
@json_option
@quiet_option
def run(spec: Path, out: Path | None, cache: Path, as_json: bool, quiet: bool) -> None:
    """Run a spec; what earlier runs made is used again, and a stopped run goes on."""
    from evals.commands.progress import bench_progress
    from evals.results import write_result
    from evals.running import open_bench, run_bench

    try:
        with bench_progress(quiet=quiet) as progress, open_bench(spec, cache, progress) as bench:
            result = run_bench(bench)
    except KeyboardInterrupt:
        click.echo(f"stopped; what was made is kept in {cache}, run it again to go on", err=True)
        raise
    folder = out or Path(f"bench-{result.name}")
    write_result(result, folder / "results.json")
    _write_reports(bench, result, folder)
    if as_json:
        print_json({"result": str(folder / "results.json"), **summary(result)})
        return
    from evals.commands.leaderboard import print_leaderboard

    print_leaderboard(result)
    if not quiet:
        click.echo(f"result: {folder / 'results.json'}", err=True)


def summary(result: "BenchResult") -> dict[str, object]:
    """Return what a pipe wants to know of a result."""
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
