"""Compiles a metadata filter into a condition on the catalog; pure, knows no connection.

A filter is a mapping of names to what they must be. All must hold:

    {"source": "docs/handbook.md"}            exact, or a pattern with * and ?
    {"source": {"eq": "what?"}}                exact, whatever is in it
    {"folder": "docs/zh"}                      this folder and all below it
    {"kind": ["pdf", "docx"]}                  any of a list
    {"page": {"gte": 3, "lt": 10}}             gte, gt, lte, lt, eq, ne
    {"section": "Warranty"}                    some heading above the passage, in any letter case
    {"date": {"lte": "2026-01-31"}}            the file's time of modification, ISO 8601, UTC;
                                               a day means all of it
    {"team": "ops"}                            any other name: metadata given to `add`
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rag.errors import RetrievalError

_COLUMNS = {"kind": "s.kind", "title": "s.title"}
_UNORDERED = ("source", "folder", "section")
_OPERATORS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
_OTHERS = ("eq", "ne")
_DAY = 86_400_000_000_000
_SECOND = 1_000_000_000
_LARGEST = 2**63
# SQLite joins no more than 1,000 conditions and matches no pattern longer than 50,000 bytes.
_MOST_VALUES = 500
_LONGEST_PATTERN = 1000
_Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL over passages `p` joined with sources `s`, and its parameters."""

    sql: str
    parameters: tuple[_Scalar, ...] = ()


def compile_filter(wanted: Mapping[str, Any]) -> Condition:
    """Compile a filter.

    Raises:
        RetrievalError: A name, a value or an operator cannot be used.
    """
    conditions = [_field(name, value) for name, value in _few(wanted).items()]
    return _join(conditions, "AND") if conditions else Condition("1")


def _field(name: str, value: Any) -> Condition:  # noqa: ANN401 - what a user wrote
    if not name.strip():
        raise RetrievalError("a filter has no name; write e.g. kind=pdf")
    if isinstance(value, Mapping):
        return _join([_compare(name, key, one) for key, one in _filled(name, value).items()], "AND")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _join([_equal(name, _scalar(name, one)) for one in _filled(name, value)], "OR")
    return _equal(name, _scalar(name, value))


def _equal(name: str, value: _Scalar) -> Condition:
    text = str(value)
    match name:
        case "source" if "*" in text or "?" in text:
            if len(text) > _LONGEST_PATTERN:
                raise RetrievalError(
                    f"filter 'source' has a pattern of {len(text)} characters; use at most "
                    f"{_LONGEST_PATTERN}"
                )
            return Condition("s.source GLOB ?", (text.replace("[", "[[]"),))
        case "source":
            return _exact_source(text)
        case "folder":
            return _folder(text)
        case "section":
            return Condition(
                "EXISTS (SELECT 1 FROM json_each(p.section) h WHERE casefold(h.value) = ?)",
                (text.casefold(),),
            )
        case "date":
            start, end = _moment(text)
            return Condition("s.mtime_ns >= ? AND s.mtime_ns < ?", (start, end))
        case "page":
            return Condition("p.page IS ?", (_number(name, value),))
        case _ if name in _COLUMNS:
            return Condition(f"{_COLUMNS[name]} = ?", (text,))
        case _:
            return _own_equal(name, value)


def _exact_source(text: str) -> Condition:
    return Condition("s.source = ?", (text,))


def _folder(text: str) -> Condition:
    folder = text.strip("/")
    if folder in ("", "."):
        return Condition("1")
    folder = ("/" if text.startswith("/") else "") + folder + "/"
    return Condition("substr(s.source, 1, ?) = ?", (len(folder), folder))


def _compare(name: str, operator: str, operand: Any) -> Condition:  # noqa: ANN401
    value = _scalar(name, operand)
    if operator == "eq":
        return _exact_source(str(value)) if name == "source" else _equal(name, value)
    if operator == "ne":
        equal = _equal(name, value)
        return Condition(f"NOT ({equal.sql})", equal.parameters)
    if operator not in _OPERATORS:
        raise RetrievalError(
            f"filter {name!r} has the unknown operator {operator!r}; use one of "
            f"{', '.join((*_OPERATORS, *_OTHERS))}"
        )
    if name in _UNORDERED:
        raise RetrievalError(f"filter {name!r} has no order; use a value, a list or ne")
    sign = _OPERATORS[operator]
    if name == "date":
        return _compare_date(operator, str(value))
    if name == "page":
        return Condition(f"p.page {sign} ?", (_number(name, value),))
    if name in _COLUMNS:
        return Condition(f"{_COLUMNS[name]} {sign} ?", (str(value),))
    return _own_ordered(name, sign, value)


def _compare_date(operator: str, text: str) -> Condition:
    """Compare with a whole day or second: until a day means until its end."""
    start, end = _moment(text)
    bounds = {"gte": (">=", start), "gt": (">=", end), "lte": ("<", end), "lt": ("<", start)}
    sign, bound = bounds[operator]
    return Condition(f"s.mtime_ns {sign} ?", (bound,))


def _own_equal(name: str, value: _Scalar) -> Condition:
    """Compare with metadata of the user's own; a number or truth value may be given as text."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    same, parameters = "CAST(m.atom AS TEXT) = ? AND m.type NOT IN ('true', 'false')", [text]
    if text.lower() in ("true", "false"):
        same, parameters = f"({same}) OR m.type = ?", [text, text.lower()]
    condition = Condition(
        f"EXISTS (SELECT 1 FROM json_each(s.metadata) m WHERE m.key = ? AND ({same}))",
        (name, *parameters),
    )
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return condition
    return _join([condition, _own_ordered(name, "=", value)], "OR")


def _own_ordered(name: str, sign: str, value: _Scalar) -> Condition:
    """Compare a number with numbers and a text with texts: 10 is not before "9"."""
    types = "('text')" if isinstance(value, str) else "('integer', 'real')"
    return Condition(
        f"""EXISTS (SELECT 1 FROM json_each(s.metadata) m
            WHERE m.key = ? AND m.type IN {types} AND m.atom {sign} ?)""",
        (name, value),
    )


def _filled(name: str, values: Any) -> Any:  # noqa: ANN401 - a list or a mapping
    if not values:
        raise RetrievalError(f"filter {name!r} is empty; name at least one value")
    return _few(values)


def _few(values: Any) -> Any:  # noqa: ANN401 - a list or a mapping
    if len(values) > _MOST_VALUES:
        raise RetrievalError(
            f"a filter names {len(values)} values at once; name at most {_MOST_VALUES}"
        )
    return values


def _scalar(name: str, value: Any) -> _Scalar:  # noqa: ANN401
    if not isinstance(value, (str, int, float, bool)):
        raise RetrievalError(
            f"filter {name!r} compares with {value!r}; use a text, a number, true or false"
        )
    if not isinstance(value, str) and not abs(value) < _LARGEST:
        raise RetrievalError(f"filter {name!r} compares with {value!r}; use a smaller number")
    return value


def _number(name: str, operand: _Scalar) -> int | float:
    try:
        number = float(operand)
    except ValueError as error:
        raise RetrievalError(f"filter {name!r} wants a number, not {operand!r}") from error
    if not abs(number) < _LARGEST:
        raise RetrievalError(f"filter {name!r} wants a number, not {operand!r}")
    return int(number) if number.is_integer() else number


def _moment(text: str) -> tuple[int, int]:
    """Return the first nanosecond of a day or second, and the first after it."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        start = int(moment.timestamp()) * _SECOND
    except (ValueError, OverflowError) as error:
        raise RetrievalError(
            f"filter 'date' wants an ISO date such as 2026-01-31, not {text!r}"
        ) from error
    end = start + (_DAY if len(text) <= len("2026-01-31") else _SECOND)
    # The years SQLite's integers reach in nanoseconds are 1677 to 2262.
    return _in_reach(start), _in_reach(end)


def _in_reach(nanoseconds: int) -> int:
    return max(-_LARGEST, min(_LARGEST - 1, nanoseconds))


def _join(conditions: Sequence[Condition], word: str) -> Condition:
    sql = f" {word} ".join(f"({condition.sql})" for condition in conditions)
    return Condition(f"({sql})", tuple(one for c in conditions for one in c.parameters))
