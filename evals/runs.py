"""What running a benchmark reports on the way and gives in the end; runs nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from evals.cells import Cell
from evals.judging.judge import Verdicts
from evals.measures.replies import Reply
from evals.results import Judgement
from evals.retrieving import Asked, Retrieved
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

    Attributes:
        asked: What was searched for each question.
        replies: {} unless a measure judges them; a rival gives none.
        failed: Question to why a chat model gave no query or no reply for it.
        verdicts: What the judge found of the replies.
        judgement: What the product itself says of what was found; None where it is not asked.
    """

    cell: Cell
    retrieved: Retrieved
    split: Split | None
    index: BuiltIndex | None
    asked: tuple[Asked, ...] = ()
    replies: Mapping[str, Reply] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    verdicts: Verdicts = field(default_factory=Verdicts)
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class Runs:
    """All cells that were run, and why the others were not."""

    runs: tuple[CellRun, ...]
    skipped: Mapping[str, str]
