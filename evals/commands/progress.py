"""Draws how far a benchmark is, with the time that is left; knows no benchmark."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rag.cli.shared import printable

if TYPE_CHECKING:
    from evals.runs import BenchProgress

LABELS = {
    "split": "splitting",
    "parse": "splitting",
    "embed": "embedding",
    "write": "writing",
    "cells": "cells",
    "rewrite": "rewriting",
    "decide": "deciding",
    "answer": "answering",
    "judge": "judging",
    "served": "serving",
    "latency": "timing",
}
DETAIL_WIDTH = 40


@contextmanager
def bench_progress(*, quiet: bool) -> "Iterator[BenchProgress]":
    """Give something to report to: bars on a terminal, else nothing."""
    from evals.runs import silent

    if quiet or not sys.stderr.isatty():
        yield silent
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    from rag.cli.console import make_console

    columns = (
        TextColumn("{task.description:<10}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[detail]}", markup=False, style="dim"),
    )
    with Progress(*columns, console=make_console(sys.stderr), transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def note(stage: str, done: int, total: int, detail: str) -> None:
            if stage not in LABELS:
                return
            if stage not in tasks:
                tasks[stage] = bars.add_task(LABELS[stage], total=None, detail="")
            shown = printable(detail)[:DETAIL_WIDTH]
            bars.update(tasks[stage], completed=done, total=total or None, detail=shown)

        yield note
