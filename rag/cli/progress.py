"""Draws on stderr what is under way, as bars or a spinner; does not know what is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from rag.cli.shared import printable

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

Stage = Literal["scan", "parse", "embed", "write"]
DETAIL_WIDTH = 24
LABELS: dict[Stage, str] = {
    "scan": "finding files",
    "parse": "reading",
    "embed": "embedding",
    "write": "writing",
}


class ProgressBars:
    """One bar for each stage, drawn when the stage first reports."""

    def __init__(self, bars: "RichProgress") -> None:
        self._bars = bars
        self._tasks: dict[Stage, TaskID] = {}

    def __call__(self, stage: Stage, done: int, total: int, detail: str) -> None:
        """Show that `done` of `total` things of a stage are done, the last being `detail`."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(LABELS[stage], total=None, detail="")
        task = self._tasks[stage]
        # The end of a path tells most, and the numbers must not be squeezed out by it.
        shown = detail if len(detail) <= DETAIL_WIDTH else f"…{detail[1 - DETAIL_WIDTH :]}"
        self._bars.update(task, completed=done, total=total or None, detail=printable(shown))


@contextmanager
def spinner(what: str) -> Iterator[None]:
    """Show on stderr, if it is a terminal, that `what` is under way: a model takes seconds."""
    if not sys.stderr.isatty():
        yield
        return
    from rag.cli.console import make_console

    with make_console(sys.stderr).status(f"{what} …"):
        yield


@contextmanager
def progress_bars(*, quiet: bool) -> Iterator[ProgressBars | None]:
    """Give bars to report to, or None where stderr is no terminal or quiet was asked for."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as RichProgress

    from rag.cli.console import make_console

    columns = (
        TextColumn("{task.description:<13}", markup=False),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[detail]}", markup=False, style="dim"),
    )
    with RichProgress(*columns, console=make_console(sys.stderr), transient=True) as bars:
        yield ProgressBars(bars)
