"""`rag bench report`: writes a result as a page, tables, runs or plots; draws nothing itself."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from evals.report.formats import Format
from rag.cli.console import remark
from rag.cli.shared import quiet_option
from rag.errors import RagError

if TYPE_CHECKING:
    from evals.results import BenchResult

_STDOUT = Path("-")


@click.command()
@click.argument("result", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "-f",
    "--format",
    "formats",
    type=click.Choice(get_args(Format)),
    multiple=True,
    default=("html",),
    show_default=True,
    help="What to write; may be given several times.",
)
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Folder to write into, or - to print Markdown.  [default: the result's folder]",
)
@quiet_option
def report(result: Path, formats: tuple[Format, ...], out: Path | None, quiet: bool) -> None:
    """Write RESULT (a results.json) for people or other programs.

    html is one page that opens offline, markdown a table for a pull request, csv tables, trec
    a run file for each cell, plots SVG files. The page quotes the documents where the set that was
    measured is still to be found.
    """
    from evals.report.writing import write_reports
    from evals.results import read_result

    found = read_result(result)
    if out == _STDOUT:
        _print_markdown(found, formats)
        return
    texts = _texts(found, quiet=quiet) if "html" in formats else {}
    for path in write_reports(found, out or result.parent, formats=formats, texts=texts):
        click.echo(path)


def _print_markdown(result: "BenchResult", formats: tuple[Format, ...]) -> None:
    from evals.report.markdown import render_markdown

    if formats != ("markdown",):
        raise click.UsageError("-o - prints Markdown only; add -f markdown and no other format.")
    sys.stdout.write(render_markdown(result))


def _texts(result: "BenchResult", *, quiet: bool) -> Mapping[str, str]:
    """Return the documents of the set that was measured, {} if it is not here unchanged."""
    from evals.datasets.found import load_dataset

    place = str(result.spec.get("dataset", result.dataset.name))
    try:
        found = load_dataset(place)
    except RagError as error:
        why = str(error)
    else:
        if found.digest == result.dataset.digest:
            return {document.source: document.text for document in found.documents}
        why = f"{place} is no longer the set that was measured"
    if not quiet:
        remark(f"the page shows places without their words: {why}")
    return {}
