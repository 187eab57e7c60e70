"""Compares two results on the questions that both scored; reads no files, draws no table.

Cells of the same name (or named pairs) make one family: the test is paired by question and Holm's
correction is over all of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evals.results import BenchResult, Scores
from evals.statistics.comparison import Comparison, Rule, compare_family
from rag.errors import BenchError

Pair = tuple[str, str]
"""A cell of the first result and the cell of the second that it is compared with."""

_LEVEL = ""
"""Name of the column of zeros that differences are compared with; no cell is called so."""


@dataclass(frozen=True, slots=True)
class PairedCells:
    """One cell of each result; `compared.difference` is second minus first."""

    first: str
    second: str
    first_mean: float
    second_mean: float
    compared: Comparison


@dataclass(frozen=True, slots=True)
class ResultComparison:
    """Two results side by side.

    Attributes:
        measure: What was compared.
        questions: How many questions every compared cell has a score for.
        left_out: Questions asked in either result that some compared cell has no score for.
        pairs: The family, in the order of the first result.
        only_first: Cells that are neither compared nor in the second result.
        only_second: Cells that are neither compared nor in the first.
        rule: Levels and margin.
    """

    measure: str
    questions: int
    left_out: int
    pairs: tuple[PairedCells, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    rule: Rule

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON.

        `measure`, `questions`, `left_out`, `alpha`, `margin`, `only_first`, `only_second`, and
        `pairs` of `first`, `second`, `first_mean`, `second_mean`, `difference`, `low`, `high`,
        `p`, `p_holm`, `wins`, `losses`, `ties`, `verdict`.
        """
        return {
            "measure": self.measure,
            "questions": self.questions,
            "left_out": self.left_out,
            "alpha": self.rule.alpha,
            "margin": self.rule.margin,
            "pairs": [_pair_fields(pair) for pair in self.pairs],
            "only_first": list(self.only_first),
            "only_second": list(self.only_second),
        }


def compare_results(
    first: BenchResult,
    second: BenchResult,
    *,
    measure: str | None = None,
    pairs: Sequence[Pair] = (),
    rule: Rule,
) -> ResultComparison:
    """Compare the second result with the first, cell by cell.

    Args:
        first: The one compared with.
        second: The one judged.
        measure: By default the first result's primary one.
        pairs: Which cells; by default all that have the same name.
        rule: Levels, margin and draws.

    Raises:
        BenchError: The results are not of the same data and measure, or have nothing in common.
    """
    chosen = measure or first.primary
    require_same_ground(first, second, chosen)
    wanted = list(pairs) or _namesakes(first, second)
    scores = [(_scores(first, a, chosen), _scores(second, b, chosen)) for a, b in wanted]
    shared = _shared_questions(first, scores)
    family = _family(first, second, shared, wanted, scores, rule)
    asked = {one.id for one in (*first.questions, *second.questions)}
    return ResultComparison(
        measure=chosen,
        questions=len(shared),
        left_out=len(asked) - len(shared),
        pairs=tuple(family),
        only_first=_without(first, second, [pair[0] for pair in wanted]),
        only_second=_without(second, first, [pair[1] for pair in wanted]),
        rule=rule,
    )


def require_same_ground(first: BenchResult, second: BenchResult, measure: str) -> None:
    """Refuse results whose scores cannot be laid side by side.

    Raises:
        BenchError: The data, a question or the measure's definition differs.
    """
    if first.dataset.digest != second.dataset.digest:
        raise BenchError(
            f"wanted two results over the same data, found {_data(first)} and {_data(second)}; "
            "run both specs over one set"
        )
    for result in (first, second):
        if measure not in result.measures:
            raise BenchError(
                f"wanted {measure} in both results, found {', '.join(result.measures)} in "
                f"{result.name}; name another measure or add it to the spec's measures"
            )
    definitions = [result.definitions.get(measure) for result in (first, second)]
    if None in definitions or len(set(definitions)) > 1:
        raise BenchError(
            f"wanted {measure} by the same definition in both results, found "
            f"{definitions[0]} and {definitions[1]}; run the older one again"
        )
    _require_same_questions(first, second)


def _require_same_questions(first: BenchResult, second: BenchResult) -> None:
    """Refuse a question that has another text or gold in the other result.

    What is searched for it follows from the settings, so it may differ as the rankings may.
    """
    known = {question.id: replace(question, query="") for question in first.questions}
    for question in second.questions:
        if question.id in known and replace(question, query="") != known[question.id]:
            raise BenchError(
                f"wanted the same questions in both results, found {question.id} asked or judged "
                "in two ways; run both over the same set"
            )


def _namesakes(first: BenchResult, second: BenchResult) -> list[Pair]:
    names = {cell.name for cell in second.cells}
    return [(cell.name, cell.name) for cell in first.cells if cell.name in names]


def _scores(result: BenchResult, cell: str, measure: str) -> Scores:
    return result.cell(cell).per_question.get(measure, {})


def _shared_questions(first: BenchResult, scores: Sequence[tuple[Scores, Scores]]) -> list[str]:
    """Return the questions that every compared cell has a score for, in the first's order."""
    if not scores:
        raise BenchError(
            "wanted cells of the same name in both results, found none; name them with --cells"
        )
    shared = [
        question.id
        for question in first.questions
        if all(one.get(question.id) is not None for both in scores for one in both)
    ]
    if not shared:
        raise BenchError("wanted questions that every compared cell has a score for, found none")
    return shared


def _family(
    first: BenchResult,
    second: BenchResult,
    shared: Sequence[str],
    wanted: Sequence[Pair],
    scores: Sequence[tuple[Scores, Scores]],
    rule: Rule,
) -> list[PairedCells]:
    columns = [tuple(_column(one, shared) for one in both) for both in scores]
    # Every pair has its own baseline, so differences are compared with a column of zeros.
    differences = {str(row): later - earlier for row, (earlier, later) in enumerate(columns)}
    level = {_LEVEL: np.zeros(len(shared))}
    compared = compare_family(
        {**level, **differences}, _LEVEL, clusters=_clusters(first, second, shared), rule=rule
    )
    return [
        PairedCells(pair[0], pair[1], float(earlier.mean()), float(later.mean()), one)
        for pair, (earlier, later), one in zip(wanted, columns, compared, strict=True)
    ]


def _column(scores: Scores, shared: Sequence[str]) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([scores[question] for question in shared], dtype=np.float64)


def _clusters(first: BenchResult, second: BenchResult, shared: Sequence[str]) -> list[str] | None:
    """Return the clusters if either result took whole documents as independent."""
    if "documents" not in (first.clustering, second.clustering):
        return None
    # A question without a cluster stands alone.
    found = {question.id: question.cluster or question.id for question in first.questions}
    return [found[question] for question in shared]


def _without(result: BenchResult, other: BenchResult, compared: Sequence[str]) -> tuple[str, ...]:
    partners = {*compared, *(cell.name for cell in other.cells)}
    return tuple(cell.name for cell in result.cells if cell.name not in partners)


def _data(result: BenchResult) -> str:
    return f"{result.dataset.name} {result.dataset.digest[:12]}"


def _pair_fields(pair: PairedCells) -> dict[str, Any]:
    compared = pair.compared
    return {
        "first": pair.first,
        "second": pair.second,
        "first_mean": pair.first_mean,
        "second_mean": pair.second_mean,
        "difference": compared.difference.mean,
        "low": compared.difference.low,
        "high": compared.difference.high,
        "p": compared.p_value,
        "p_holm": compared.adjusted_p_value,
        "wins": compared.wins,
        "losses": compared.losses,
        "ties": compared.ties,
        "verdict": compared.verdict,
    }
