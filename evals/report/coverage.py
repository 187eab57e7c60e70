"""Reads off a result which scores are missing that there should be; writes no form of it."""

from collections import Counter
from dataclasses import dataclass

from evals.report.view import standings
from evals.results import BenchResult, CellResult

HEADINGS = ("cell", "measure", "coverage", "scored", "most often because")


@dataclass(frozen=True, slots=True)
class Gap:
    """A measure of one cell that lacks scores: `scored` of `due` questions have one."""

    cell: str
    measure: str
    scored: int
    due: int
    why: str

    @property
    def share(self) -> float:
        """Share of the questions to which the measure applies that are scored."""
        return self.scored / self.due

    def lines(self) -> list[str]:
        """Return the gap as a row of a table."""
        return [self.cell, self.measure, percent(self.share), f"{self.scored}/{self.due}", self.why]


def gaps(result: BenchResult) -> list[Gap]:
    """Return every measure of every cell that lacks scores, best cell first."""
    return [
        _gap(one.cell, measure)
        for one in standings(result)
        for measure in result.measures
        if one.cell.unscored.get(measure)
    ]


def coverage_of(cell: CellResult, measure: str) -> float | None:
    """Return the share of questions that a cell's mean speaks for; None: it has no such measure."""
    found = cell.estimates.get(measure)
    if found is not None:
        return found.coverage
    return 0.0 if cell.unscored.get(measure) else None


def lacks_scores(result: BenchResult, measure: str) -> bool:
    """Return whether any cell lacks scores of this measure."""
    return any(cell.unscored.get(measure) for cell in result.cells)


def percent(share: float) -> str:
    """Return a share in percent; only what is whole is 100."""
    return "100%" if share == 1 else f"{min(share, 0.999):.1%}"


def _gap(cell: CellResult, measure: str) -> Gap:
    missing, found = cell.unscored[measure], cell.estimates.get(measure)
    scored = found.scored if found else 0
    ((why, _),) = Counter(missing.values()).most_common(1)
    return Gap(cell.name, measure, scored, scored + len(missing), why)
