"""Decides whether a result may pass a gate that another one holds; runs nothing.

It fails closed: whatever is not shown to be the same ground is refused, never passed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from evals.compare import PairedCells, ResultComparison, compare_results, require_same_ground
from evals.results import BenchResult, read_result
from evals.spec import Gate
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


def open_gate(gate: Gate, current: BenchResult) -> tuple[GateReport, ...]:
    """Hold a result to its spec's gate, measure by measure, each at its share of alpha.

    Raises:
        BenchError: The baseline cannot be read, or is not of the same ground.
    """
    baseline = read_baseline(gate)
    measures = gate.measures or (baseline.primary,)
    rule = declared_rule(baseline, alpha=gate.alpha, margin=gate.margin)
    share = replace(rule, alpha=rule.alpha / len(measures))
    return tuple(
        check_results(baseline, current, cells=gate.cells, measure=measure, rule=share)
        for measure in measures
    )


def read_baseline(gate: Gate) -> BenchResult:
    """Return the result that a gate holds.

    Raises:
        BenchError: It cannot be read.
    """
    try:
        return read_result(Path(gate.baseline))
    except BenchError as error:
        raise BenchError(
            f"the gate has no baseline: {error}; put the results.json there that later runs are "
            "to be held to"
        ) from error


def refuse_overwriting(gate: Gate | None, file: Path) -> None:
    """Refuse a run that would write its result over the gate's baseline and be held to itself.

    Raises:
        BenchError: It would.
    """
    if gate is not None and Path(gate.baseline).resolve() == file.resolve():
        raise BenchError(
            f"the gate's baseline is {file}, which this run writes; keep the baseline elsewhere"
        )


def declared_rule(result: BenchResult, *, alpha: float | None, margin: float | None) -> Rule:
    """Return the rule of a result's spec, with what is given here instead."""
    declared = result.spec.get("statistics") or {}
    kept = {one.name: declared[one.name] for one in fields(Rule) if one.name in declared}
    given = {"alpha": alpha, "margin": margin}
    return Rule(**{**kept, **{name: value for name, value in given.items() if value is not None}})


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
