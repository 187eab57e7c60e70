"""`rag bench plan`: prints what a run would do; embeds nothing."""

import sys
from pathlib import Path

import click

from evals.commands.run import cache_option, given_config, spec_argument
from rag.cli.shared import json_option, print_json, quiet_option


@click.command()
@spec_argument
@cache_option
@json_option
@quiet_option
def plan(spec: Path, cache: Path, as_json: bool, quiet: bool) -> None:
    """Print cells, passages, texts to embed, time, and the difference that could be shown."""
    from evals.commands.progress import bench_progress
    from evals.plan import index_rows, make_plan, plan_lines
    from evals.running import open_bench

    config = given_config()
    with (
        bench_progress(quiet=quiet) as progress,
        open_bench(spec, cache, progress, config=config) as bench,
    ):
        planned = make_plan(bench)
    if as_json:
        print_json(planned.to_dict())
        return
    from rich.table import Table

    from rag.cli.console import make_console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("index", overflow="fold")
    for name in ("cells", "passages", "texts", "to embed"):
        table.add_column(name, justify="right")
    for row in index_rows(planned.indexes):
        table.add_row(*row)
    make_console(sys.stdout).print(table)
    click.echo("\n".join(["", *plan_lines(planned)]))
