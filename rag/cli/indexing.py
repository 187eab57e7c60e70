"""`rag add`, `sync`, `remove`, `list` and `status`; does not know how an index is kept."""

import sys
from typing import TYPE_CHECKING

import click

from rag.cli.filters import parse_metadata
from rag.cli.progress import progress_bars
from rag.cli.shared import (
    Invocation,
    json_option,
    paths_or_stdin,
    print_json,
    printable,
    quiet_option,
)

if TYPE_CHECKING:
    from rag.sync import SyncReport

SOME_FAILED = 3


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option(
    "--meta",
    "metadata",
    metavar="NAME=VALUE",
    multiple=True,
    help="Keep this with every passage, for `rag search --filter`. Repeatable.",
)
@json_option
@quiet_option
@click.pass_obj
def add(
    invocation: Invocation,
    paths: tuple[str, ...],
    metadata: tuple[str, ...],
    as_json: bool,
    quiet: bool,
) -> None:
    """Index files, folders and globs.

    What is unchanged since the last time is not read again. Folders honour .ragignore files. "-"
    reads paths from stdin, one a line.
    """
    given = paths_or_stdin(paths)
    kept = parse_metadata(metadata)
    with invocation.open() as rag, progress_bars(quiet=quiet) as progress:
        report = rag.add(*given, metadata=kept, progress=progress)
    _finish(report, as_json, quiet)


@click.command()
@click.option("--rebuild", is_flag=True, help="Embed everything anew, then switch to it at once.")
@json_option
@quiet_option
@click.pass_obj
def sync(invocation: Invocation, rebuild: bool, as_json: bool, quiet: bool) -> None:
    """Update the index to what the added files are now.

    New, changed, renamed and vanished files are noticed, and the loaders of rag.toml ([[sources]])
    are run. --rebuild is for another embedding model: the old index answers until the new one is
    complete.
    """
    with invocation.open() as rag, progress_bars(quiet=quiet) as progress:
        report = rag.rebuild(progress=progress) if rebuild else rag.sync(progress=progress)
    _finish(report, as_json, quiet)


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@json_option
@quiet_option
@click.pass_obj
def remove(invocation: Invocation, paths: tuple[str, ...], as_json: bool, quiet: bool) -> None:
    """Take files or folders out of the index.

    The files themselves stay. "-" reads paths from stdin, one a line.
    """
    given = paths_or_stdin(paths)
    with invocation.open() as rag:
        report = rag.remove(*given)
    _finish(report, as_json, quiet)


@click.command("list")
@json_option
@click.pass_obj
def list_sources(invocation: Invocation, as_json: bool) -> None:
    """List the indexed documents.

    Those that could not be read are listed with the reason. In a pipe: tab-separated lines of
    source, kind, passages, modified, status, title, error.
    """
    from rag.cli.tables import print_sources

    with invocation.open() as rag:
        records = rag.list()
    if as_json:
        print_json({"sources": [record.to_dict() for record in records]})
    else:
        print_sources(records)


@click.command()
@json_option
@click.pass_obj
def status(invocation: Invocation, as_json: bool) -> None:
    """Show what the index holds and what it was built with."""
    with invocation.open() as rag:
        values = rag.status().to_dict()
    if as_json:
        print_json(values)
        return
    for name, value in values.items():
        click.echo(f"{name.replace('_', ' ')}: {printable(_readable(value))}")


def _readable(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case list():
            return ", ".join(map(str, value))
        case _:
            return str(value)


def _finish(report: "SyncReport", as_json: bool, quiet: bool) -> None:
    """Show the report and exit with the code that tells whether some documents failed."""
    if as_json:
        print_json(report.to_dict())
    else:
        _print_report(report, quiet)
    if report.failed:
        sys.exit(SOME_FAILED)


def _print_report(report: "SyncReport", quiet: bool) -> None:
    for failure in report.failed:
        # Most errors name their document themselves.
        named = "" if failure.source in failure.error else f"{failure.source}: "
        click.echo(printable(f"failed: {named}{failure.error}"), err=True)
    if not quiet:
        click.echo(describe_report(report))


def describe_report(report: "SyncReport") -> str:
    """Return what was done in one line."""
    counts = {
        "added": report.added,
        "updated": report.updated,
        "removed": report.removed,
        "unchanged": report.unchanged,
        "failed": len(report.failed),
    }
    done = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    plural = "" if report.passages_embedded == 1 else "s"
    return (
        f"{done or 'nothing to do'}; {report.passages_embedded:,} passage{plural} embedded "
        f"in {report.seconds:.1f} s"
    )
