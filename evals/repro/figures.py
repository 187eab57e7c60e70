"""Measured figures beside published ones, and whether they agree; knows no data and no model."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Verdict = Literal["holds", "off", "shown"]
"""Within what is allowed; outside it; not compared."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        row: What was measured, such as a model or a splitter.
        measure: By what, such as "nDCG@10".
        measured: In the unit of the publication, a share or a percentage.
        published: What was published, None if nothing was.
        allowed: How far from it we may be, None if that is only shown.
        at_least: What must be reached where nothing was published.
        digits: Digits behind the point, as published.
    """

    row: str
    measure: str
    measured: float
    published: float | None = None
    allowed: float | None = None
    at_least: float | None = None
    digits: int = 4

    @property
    def difference(self) -> float | None:
        """Measured less published."""
        return None if self.published is None else self.measured - self.published

    @property
    def verdict(self) -> Verdict:
        """Whether the figure is what it should be."""
        if self.at_least is not None:
            return "holds" if self.measured >= self.at_least else "off"
        if self.difference is None or self.allowed is None:
            return "shown"
        return "holds" if abs(self.difference) <= self.allowed else "off"


@dataclass(frozen=True, slots=True)
class Reproduction:
    """The figures of one publication."""

    title: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """True if no figure is off."""
        return all(figure.verdict != "off" for figure in self.figures)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, with the verdicts."""
        figures = [
            {**asdict(one), "difference": one.difference, "verdict": one.verdict}
            for one in self.figures
        ]
        return {
            "title": self.title,
            "holds": self.holds,
            "figures": figures,
            "notes": list(self.notes),
        }

    def to_text(self) -> str:
        """Return a table for people, with the notes below it."""
        head = ("", "measure", "measured", "published", "difference", "allowed", "")
        rows = [head, *(_cells(figure) for figure in self.figures)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        lines = [_line(row, widths) for row in rows]
        return "\n".join([self.title, "", *lines, *([""] if self.notes else []), *self.notes])


def _cells(figure: Figure) -> tuple[str, ...]:
    digits = figure.digits
    allowed = "" if figure.allowed is None else f"±{figure.allowed:g}"
    if figure.at_least is not None:
        allowed = f"≥{figure.at_least:g}"
    return (
        figure.row,
        figure.measure,
        f"{figure.measured:.{digits}f}",
        "" if figure.published is None else f"{figure.published:.{digits}f}",
        "" if figure.difference is None else f"{figure.difference:+.{digits}f}",
        allowed,
        "" if figure.verdict == "shown" else figure.verdict,
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if column in (0, 1, len(row) - 1) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()
