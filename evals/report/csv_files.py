"""Writes a result as CSV tables: cells, questions, comparisons; knows nothing of how they look."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields

from evals.report.coverage import coverage_of
from evals.report.withholding import Curve, curves
from evals.results import BenchResult, CellComparison, CellResult

Value = str | int | float | None

_GROUPS: tuple[Callable[[CellResult], Mapping[str, object]], ...] = (
    lambda cell: cell.overrides,
    lambda cell: cell.index,
    lambda cell: cell.cost,
    lambda cell: cell.timings,
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_tables(result: BenchResult) -> Mapping[str, str]:
    """Return file name to content: `cells.csv`, `questions.csv`, `comparisons.csv`.

    Where some questions have no answer, also `risk_coverage.csv`.

    Scores have their full precision; an empty field is a score that does not exist, which is not 0.
    """
    tables = {
        "cells.csv": _cells(result),
        "questions.csv": _questions(result),
        "comparisons.csv": _comparisons(result),
    }
    found = curves(result)
    return {**tables, "risk_coverage.csv": _risk_coverage(found)} if found else tables


def _cells(result: BenchResult) -> str:
    keys = list(
        dict.fromkeys(key for group in _GROUPS for cell in result.cells for key in group(cell))
    )
    headings = ["cell", "rival"]
    for name in result.measures:
        headings += [name, f"{name} low", f"{name} high", f"{name} scored", f"{name} coverage"]
    headings += keys
    return _table(headings, (_cell_row(result, cell, keys) for cell in result.cells))


def _cell_row(result: BenchResult, cell: CellResult, keys: Sequence[str]) -> list[Value]:
    row: list[Value] = [cell.name, cell.rival]
    for name in result.measures:
        found = cell.estimates.get(name)
        row += [found.mean, found.low, found.high, found.scored] if found else [None] * 4
        row.append(coverage_of(cell, name))
    known = [group(cell) for group in _GROUPS]
    # A rival's sizes are among its timings, ours are not: each fact has one column.
    return row + [_value(next((own[key] for own in known if key in own), None)) for key in keys]


def _questions(result: BenchResult) -> str:
    headings = ["cell", "question", "language", "tags", *result.measures, "lost"]
    rows = (
        [
            cell.name,
            question.id,
            question.language,
            " ".join(question.tags),
            *(cell.per_question.get(name, {}).get(question.id) for name in result.measures),
            cell.losses.get(question.id),
        ]
        for cell in result.cells
        for question in result.questions
    )
    return _table(headings, rows)


def _comparisons(result: BenchResult) -> str:
    headings = [one.name for one in fields(CellComparison)]
    rows = ([getattr(one, name) for name in headings] for one in result.comparisons)
    return _table(headings, rows)


def _risk_coverage(found: Sequence[Curve]) -> str:
    """Return a line a question, surest first: what answering so far costs."""
    headings = ["cell", "chance", "share answered", "false of these", "wrong of these"]
    rows: list[list[Value]] = [
        [one.cell, *point]
        for one in found
        for point in zip(one.chances, one.coverage, one.false, one.wrong, strict=True)
    ]
    return _table(headings, rows)


def _table(headings: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(headings)
    writer.writerows([_harmless(value) for value in row] for row in rows)
    return written.getvalue()


def _harmless(value: Value) -> Value:
    """Return text with a mark before what a spreadsheet would run as a formula (OWASP)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _value(value: object) -> Value:
    if value is None or isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)
