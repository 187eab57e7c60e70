"""What running a benchmark reports on the way and gives in the end; runs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from evals.cells import Cell
from evals.measures.replies import Reply
from evals.retrieving import Retrieved
from evals.splits import Split
from evals.stages import BuiltIndex


class BenchProgress(Protocol):
    """Told how far a run is: `done` of `total` things of a stage, the last being `detail`."""

    def __call__(self, stage: str, done: int, total: int, detail: str) -> None:
        """Take note."""
        ...


def silent(stage: str, done: int, total: int, detail: str) -> None:
    """Take no note of progress."""


@dataclass(frozen=True, slots=True)
class CellRun:
    """What running one cell gave; `split` and `index` are None for a rival.

    `replies` are {} unless a measure judges them; a rival gives none.
    """

    cell: Cell
    retrieved: Retrieved
    split: Split | None
    index: BuiltIndex | None
    replies: Mapping[str, Reply] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Runs:
    """All cells that were run, and why the others were not."""

    runs: tuple[CellRun, ...]
    skipped: Mapping[str, str]
