"""Builds the page's tables from cells that know how to sort; knows nothing of benchmarks."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.report.markup import Attributes, Markup, escape, join, tag, text_tag


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `hint` explains its title."""

    title: str
    numeric: bool = True
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """What stands in one place: `shown`, and `key` to sort by (the text itself if None)."""

    shown: Markup
    key: float | None = None
    style: str = ""


def plain(text: str, style: str = "") -> Value:
    """Return a place with text."""
    return Value(escape(text), None, style)


def figure(value: float | None, form: str = ".4f", style: str = "") -> Value:
    """Return a place with a number, "–" if there is none."""
    if value is None:
        return Value(escape("–"), None, style)
    return Value(escape(format(value, form)), value, style)


def table(
    columns: Sequence[Column], rows: Sequence[Sequence[Value]], *, caption: str, style: str = ""
) -> Markup:
    """Return a table that scrolls sideways by itself; its first column names the row."""
    head = tag("thead", None, tag("tr", None, *(_heading(column) for column in columns)))
    body = tag("tbody", None, *(_row(columns, row) for row in rows))
    whole = tag("table", {"class": style}, text_tag("caption", caption), head, body)
    frame = {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption}
    return tag("div", frame, whole)


def _heading(column: Column) -> Markup:
    attributes: Attributes = {
        "scope": "col",
        "class": "number" if column.numeric else "words",
        **({"title": column.hint} if column.hint else {}),
    }
    return text_tag("th", column.title, attributes)


def _row(columns: Sequence[Column], row: Sequence[Value]) -> Markup:
    first, *others = row
    places = [tag("th", {"scope": "row", **_attributes(first, "words")}, first.shown)]
    for column, value in zip(columns[1:], others, strict=True):
        kind = "number" if column.numeric else "words"
        places.append(tag("td", _attributes(value, kind), value.shown))
    return tag("tr", None, join(places))


def _attributes(value: Value, kind: str) -> dict[str, str]:
    style = f"{kind} {value.style}".strip()
    return {"class": style, **({} if value.key is None else {"data-key": repr(value.key)})}
