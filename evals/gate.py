"""Decides whether a result may pass a gate that another one holds; reads no files.

It fails closed: whatever is not shown to be the same ground is refused, never passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evals.compare import PairedCells, ResultComparison, compare_results, require_same_ground
from evals.results import BenchResult
from evals.statistics.comparison import Rule, dropped
from rag.errors import BenchError


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate saw; it is open if nothing dropped."""

    comparison: ResultComparison
    drops: tuple[PairedCells, ...]

    @property
    def is_open(self) -> bool:
        """True if no cell dropped significantly by more than the margin."""
        return not self.drops

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: `passed`, `dropped` cells, and the comparison's."""
        dropped_cells = [pair.first for pair in self.drops]
        return {"passed": self.is_open, "dropped": dropped_cells, **self.comparison.to_dict()}

    def describe(self) -> str:
        """Return the outcome on one line."""
        compared = self.comparison
        ground = (
            f"{compared.measure}, {compared.questions} questions, margin {compared.rule.margin:g}"
        )
        if self.is_open:
            return f"passed: none of {len(compared.pairs)} cells dropped ({ground})"
        drops = "; ".join(_drop(pair) for pair in self.drops)
        return f"failed: {drops} ({ground})"


def check_results(
    baseline: BenchResult,
    current: BenchResult,
    *,
    cells: Sequence[str] = (),
    measure: str | None = None,
    rule: Rule,
) -> GateReport:
    """Compare the current result with the baseline's on exactly the same questions.

    Args:
        baseline: The result that must not be fallen short of.
        current: The result to judge.
        cells: The cells to hold; by default every cell of the baseline.
        measure: By default the baseline's primary one.
        rule: A drop counts if it is significant over the family and its mean beyond the margin.

    Raises:
        BenchError: Data, questions, measure, or the questions scored differ, or a cell is missing.
    """
    chosen = measure or baseline.primary
    require_same_ground(baseline, current, chosen)
    _require_equal_questions(baseline, current)
    held = list(cells) or [cell.name for cell in baseline.cells]
    for name in held:
        _require_equally_scored(baseline, current, name, chosen)
    pairs = [(name, name) for name in held]
    compared = compare_results(baseline, current, measure=chosen, pairs=pairs, rule=rule)
    drops = tuple(pair for pair in compared.pairs if _has_dropped(pair, rule))
    return GateReport(compared, drops)


def _require_equal_questions(baseline: BenchResult, current: BenchResult) -> None:
    asked = {question.id for question in baseline.questions}
    asked_now = {question.id for question in current.questions}
    if asked != asked_now:
        raise BenchError(
            f"wanted the baseline's {len(asked)} questions, found {len(asked_now)}, of which "
            f"{len(asked & asked_now)} are the same; run the same spec, or make a new baseline"
        )


def _require_equally_scored(
    baseline: BenchResult, current: BenchResult, cell: str, measure: str
) -> None:
    """Refuse a cell that is missing, or that scores other questions than it did.

    A question that lost its score would otherwise be left out of the comparison unseen.
    """
    found = [
        {
            key
            for key, score in result.cell(cell).per_question.get(measure, {}).items()
            if score is not None
        }
        for result in (baseline, current)
    ]
    if found[0] != found[1]:
        raise BenchError(
            f"wanted {measure} of {cell} for the baseline's {len(found[0])} questions, found it "
            f"for {len(found[1])}; run the same spec, or make a new baseline"
        )


def _has_dropped(pair: PairedCells, rule: Rule) -> bool:
    return dropped(pair.compared.difference, pair.compared.adjusted_p_value, rule)


def _drop(pair: PairedCells) -> str:
    difference = pair.compared.difference
    return (
        f"{pair.first} fell from {pair.first_mean:.4f} to {pair.second_mean:.4f} "
        f"({difference.low:+.4f} to {difference.high:+.4f}, p {pair.compared.adjusted_p_value:.2g})"
    )
