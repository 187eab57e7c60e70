"""Shows the list of sources as a table on a terminal and as lines in a pipe; reads no index."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rag.cli.shared import printable

if TYPE_CHECKING:
    from rag.store.records import SourceRecord


def print_sources(records: Sequence["SourceRecord"]) -> None:
    """Print one line for each source: a table on a terminal, else tab-separated."""
    if sys.stdout.isatty():
        _print_table(records)
        return
    for record in records:
        click.echo("\t".join(map(_cell, _row(record))))


def _row(record: "SourceRecord") -> tuple[object, ...]:
    return (
        record.source,
        record.kind,
        record.passages,
        record.modified,
        record.status,
        record.title,
        record.error,
    )


def _cell(value: object) -> str:
    """Return a value as one cell: a tab or line break in it would shift the columns."""
    return "" if value is None else printable(" ".join(str(value).split()))


def _print_table(records: Sequence["SourceRecord"]) -> None:
    from rich.table import Table
    from rich.text import Text

    from rag.cli.console import make_console

    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("source", style="green", overflow="fold")
    table.add_column("title", overflow="fold")
    table.add_column("kind")
    table.add_column("passages", justify="right")
    table.add_column("modified (UTC)", no_wrap=True)
    for record in records:
        failed = record.status == "failed"
        title = Text(f"failed: {record.error}", "red") if failed else Text(record.title)
        title.plain = printable(title.plain)
        when = record.modified[:16].replace("T", " ")
        source = printable(record.source)
        table.add_row(Text(source), title, record.kind, f"{record.passages:,}", when)
    console = make_console(sys.stdout)
    console.print(table)
    console.print(f"{len(records):,} sources", style="dim")
