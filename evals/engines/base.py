"""What the bench asks of an engine; knows none."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]


class Engine(Protocol):
    """An index of one engine over the unit vectors of one cell's passages."""

    @property
    def index_bytes(self) -> int:
        """What it takes on disk."""
        ...

    @property
    def build_seconds(self) -> float | None:
        """How long the vectors took to be indexed; None where that was not seen."""
        ...

    def search(self, vector: Vector, k: int) -> Sequence[str]:
        """Return the ids of about the `k` nearest passages, nearest first."""
        ...

    def rebuilt(self, number: int) -> "AbstractContextManager[Engine]":
        """Give the index built again from the same vectors; `number` tells rebuilds apart."""
        ...


def folder_bytes(folder: Path) -> int:
    """Return the size of all files below a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
