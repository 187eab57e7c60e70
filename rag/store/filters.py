"""Compiles a metadata filter into a condition on the catalog; pure, knows no connection.

A filter is a mapping of names to what they must be. All must hold:

    {"source": "docs/handbook.md"}            exact, or a pattern with * and ?
    {"folder": "docs/zh"}                      this folder and all below it
    {"kind": ["pdf", "docx"]}                  any of a list
    {"page": {"gte": 3, "lt": 10}}             gte, gt, lte, lt, ne
    {"section": "Warranty"}                    some heading above the passage, in any letter case
    {"date": {"gte": "2026-01-01"}}            the file's time of modification, ISO 8601, UTC
    {"team": "ops"}                            any other name: metadata given to `add`
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.errors import RetrievalError

_COLUMNS = {"kind": "s.kind", "page": "p.page", "title": "s.title"}
_OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<", "ne": "IS NOT", "eq": "IS"}
_Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over passages `p` joined with sources `s`, and its parameters."""

    sql: str
    parameters: tuple[_Scalar, ...] = ()


def compile_filter(wanted: Mapping[str, Any]) -> Condition:
    """Compile a filter.

    Raises:
        RetrievalError: A value or an operator cannot be used.
    """
    conditions = [_field(name, value) for name, value in wanted.items()]
    return _join(conditions, "AND") if conditions else Condition("1")


def _field(name: str, value: Any) -> Condition:  # noqa: ANN401 - what a user wrote
    if isinstance(value, Mapping):
        return _join([_compare(name, key, operand) for key, operand in value.items()], "AND")
    if isinstance(value, Sequence) and not isinstance(value, str):
        if not value:
            raise RetrievalError(f"filter {name!r} is an empty list; name at least one value")
        return _join([_equal(name, one) for one in value], "OR")
    return _equal(name, value)


def _equal(name: str, value: Any) -> Condition:  # noqa: ANN401
    text = str(value)
    match name:
        case "source" if "*" in text or "?" in text:
            return Condition("s.source GLOB ?", (text.replace("[", "[[]"),))
        case "source":
            return Condition("s.source = ?", (text,))
        case "folder":
            folder = text.strip("/") if text.strip("/") not in ("", ".") else ""
            if not folder:
                return Condition("1")
            folder = ("/" if text.startswith("/") else "") + folder + "/"
            return Condition("substr(s.source, 1, ?) = ?", (len(folder), folder))
        case "section":
            return Condition(
                "EXISTS (SELECT 1 FROM json_each(p.section) h WHERE lower(h.value) = lower(?))",
                (text,),
            )
        case "date":
            return _day(text)
        case _:
            return _compare(name, "eq", value)


def _day(text: str) -> Condition:
    start = _nanoseconds(text)
    length = 86_400_000_000_000 if len(text) == len("2026-01-01") else 1_000_000_000
    return Condition("s.mtime_ns >= ? AND s.mtime_ns < ?", (start, start + length))


def _compare(name: str, operator: str, operand: Any) -> Condition:  # noqa: ANN401
    if operator not in _OPERATORS:
        raise RetrievalError(
            f"filter {name!r} has the unknown operator {operator!r}; use one of "
            f"{', '.join(_OPERATORS)}"
        )
    if not isinstance(operand, (str, int, float, bool)):
        raise RetrievalError(
            f"filter {name!r} compares with {operand!r}; use a text, a number, true or false"
        )
    sign = _OPERATORS[operator]
    if name == "date":
        return Condition(f"s.mtime_ns {sign} ?", (_nanoseconds(str(operand)),))
    if name in ("source", "folder", "section") and operator == "ne":
        positive = _equal(name, operand)
        return Condition(f"NOT ({positive.sql})", positive.parameters)
    if name == "page":
        return Condition(f"p.page {sign} ?", (_number(name, operand),))
    if name in _COLUMNS:
        return Condition(f"{_COLUMNS[name]} {sign} ?", (operand,))
    if name in ("source", "folder", "section"):
        raise RetrievalError(f"filter {name!r} has no order; use a value, a list or ne")
    return _custom(name, sign, operand)


def _custom(name: str, sign: str, operand: _Scalar) -> Condition:
    """Compare with metadata of the user's own; a number given as text equals the number."""
    path = "$." + json.dumps(name)
    column = "json_extract(s.metadata, ?)"
    if sign in ("IS", "IS NOT"):
        truth = {True: "1", False: "0"}.get(operand) if isinstance(operand, bool) else str(operand)
        return Condition(f"CAST({column} AS TEXT) {sign} ?", (path, str(truth)))
    return Condition(f"{column} {sign} ?", (path, operand))


def _number(name: str, operand: _Scalar) -> int | float:
    try:
        number = float(operand)
    except ValueError as error:
        raise RetrievalError(f"filter {name!r} wants a number, not {operand!r}") from error
    return int(number) if number.is_integer() else number


def _nanoseconds(text: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RetrievalError(
            f"filter 'date' wants an ISO date such as 2026-01-31, not {text!r}"
        ) from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(moment.timestamp()) * 1_000_000_000


def _join(conditions: Sequence[Condition], word: str) -> Condition:
    sql = f" {word} ".join(f"({condition.sql})" for condition in conditions)
    return Condition(f"({sql})", tuple(one for c in conditions for one in c.parameters))
