"""`rag bench export`: writes the recommended settings to rag.toml; measures nothing."""

from pathlib import Path

import click

from rag.cli.shared import json_option, print_json


@click.command()
@click.argument("result", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--cell", metavar="NAME", help="Another cell than the recommended one.")
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rag.toml"),
    show_default=True,
    help="The settings file; what else it says stays.",
)
@json_option
def export(result: Path, cell: str | None, target: Path, as_json: bool) -> None:
    """Write the recommended settings of RESULT (results.json) to rag.toml."""
    from evals.export import check_written, chosen_overrides
    from evals.export import export as write
    from evals.results import read_result

    found = read_result(result)
    overrides = chosen_overrides(found, cell)
    text = write(overrides, target, note=f"rag bench {found.name}")
    check_written(text, target, overrides)
    target.write_text(text, encoding="utf-8")
    if as_json:
        print_json({"file": str(target), "settings": dict(overrides)})
        return
    for key, value in overrides.items():
        click.echo(f"{key} = {'none' if value is None else value}")
    click.echo(f"written to {target}; `rag sync` applies a change of passages", err=True)
