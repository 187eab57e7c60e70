"""Draws plots as inline SVG whose colours a style sheet gives; knows no benchmark, only values."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from evals.report.axis import Axis, short_number
from evals.report.drawing import (
    below,
    cut,
    horizontal_grid,
    line,
    middle,
    picture,
    text_width,
    vertical_grid,
)
from evals.report.markup import Markup, tag, text_tag

_MARGIN = 12
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One setting in a forest plot; `style` is its verdict, "baseline" or ""."""

    name: str
    mean: float
    low: float
    high: float
    style: str = ""


@dataclass(frozen=True, slots=True)
class PlotPoint:
    """One setting in a scatter plot; `number` is written in it if it lies on the front."""

    name: str
    x: float
    y: float
    number: int | None = None


def interval_bar(row: ForestRow, axis: Axis, *, reference: float | None = None) -> Markup:
    """Return one interval as a bar of the axis' length, with a line at `reference`."""
    width = axis.end + axis.start
    label = f"{row.mean:.4f}, interval {row.low:.4f} to {row.high:.4f}"
    parts = [text_tag("title", label)]
    if reference is not None:
        parts.append(line(axis.position(reference), 0, axis.position(reference), 20, "reference"))
    parts.append(_interval(row, axis, 10))
    return picture(width, 20, label, parts)


def forest_plot(rows: Sequence[ForestRow], *, label: str, reference: float) -> Markup:
    """Return rows of intervals under each other, names at the left, numbers at the right."""
    names = min(360.0, max((text_width(row.name) for row in rows), default=0.0)) + 16
    values = [value for row in rows for value in (row.low, row.mean, row.high)]
    axis = Axis.covering([*values, reference], start=names, end=names + 300)
    bottom = 8 + 24 * len(rows)
    parts = [*vertical_grid(axis, 4, bottom), *below(axis, bottom, label)]
    at = axis.position(reference)
    parts.append(line(at, 4, at, bottom, "reference"))
    for position, row in enumerate(rows):
        parts.extend(_forest_row(row, axis, 20 + 24 * position))
    return picture(axis.end + 76, bottom + 40, label, parts)


def scatter_plot(points: Sequence[PlotPoint], *, x_label: str, y_label: str) -> Markup:
    """Return quality (upward) against cost (to the right) with the Pareto front as a line."""
    across = Axis.for_costs([point.x for point in points], start=52, end=408)
    upward = Axis.covering([point.y for point in points], start=228, end=28)
    parts = [*vertical_grid(across, 28, 228), *horizontal_grid(upward, 52, 408)]
    parts += below(across, 228, x_label)
    parts.append(text_tag("text", y_label, {"x": 4, "y": 14, "class": "label"}))
    parts.append(_front_line([point for point in points if point.number], across, upward))
    parts += [_point(point, across, upward) for point in _front_last(points)]
    return picture(420, 268, f"{y_label} against {x_label}", parts)


def heat_map(
    values: Mapping[tuple[str, str], float],
    *,
    rows: Sequence[str],
    columns: Sequence[str],
    row_label: str,
    column_label: str,
) -> Markup:
    """Return a table of coloured values; darker is higher, and the highest is framed.

    Args:
        values: (row, column) to value; pairs without a value stay empty.
        rows: Names, top to bottom.
        columns: Names, left to right.
        row_label: What the rows are.
        column_label: What the columns are.
    """
    left = min(220.0, max(text_width(name) for name in [*rows, row_label])) + 14
    cell = max(64.0, *(min(140.0, text_width(name) + 12) for name in columns))
    parts = [
        text_tag("text", column_label, {"x": left, "y": 14, "class": "label"}),
        text_tag("text", row_label, {"x": 0, "y": 34, "class": "label"}),
    ]
    parts += [middle(name, left + cell * (index + 0.5), 34) for index, name in enumerate(columns)]
    low, high = min(values.values()), max(values.values())
    for down, row in enumerate(rows):
        top = 42 + 34 * down
        parts.append(text_tag("text", cut(row, left - 14), {"x": 0, "y": top + 21}))
        for index, column in enumerate(columns):
            value = values.get((row, column))
            at = left + cell * index
            parts.append(_heat_cell(value, (low, high), (at, top, cell), f"{row}, {column}"))
    label = f"{row_label} by {column_label}"
    return picture(left + cell * len(columns) + 2, 44 + 34 * len(rows), label, parts)


@dataclass(frozen=True, slots=True)
class PlotCurve:
    """One line of a curve plot; `style` is a class of the style sheet."""

    name: str
    style: str
    points: Sequence[tuple[float, float]]
    mark: tuple[float, float] | None = None


def curve_plot(
    curves: Sequence[PlotCurve], *, x_label: str, y_label: str, mark_label: str
) -> Markup:
    """Return shares (upward) against a share from 0 to 1 (to the right), and where one stands.

    Args:
        curves: Each with points from left to right.
        x_label: What is to the right.
        y_label: What is upward.
        mark_label: What the curves' marks stand for.
    """
    across = Axis.for_shares(start=52, end=408)
    upward = Axis.for_costs([y for one in curves for _, y in one.points], start=228, end=44)
    parts = [*vertical_grid(across, 44, 228), *horizontal_grid(upward, 52, 408)]
    parts += below(across, 228, x_label)
    parts.append(text_tag("text", y_label, {"x": 4, "y": 14, "class": "label"}))
    for place, one in enumerate(curves):
        parts.append(_curve_line(one, across, upward))
        parts += _curve_name(one.name, one.style, 52 + 178 * place)
    for one in curves:
        if one.mark is not None:
            parts.append(_curve_mark(one, one.mark, across, upward, mark_label))
    return picture(420, 268, f"{y_label} against {x_label}", parts)


def standalone(svg: Markup, *, key: Sequence[str] = ()) -> str:
    """Return a plot as a file of its own, with colours that follow the reader's light or dark.

    Args:
        svg: As the functions above return it.
        key: What the numbers in it stand for, written under it.
    """
    theme = files("evals.report").joinpath("theme.css").read_text("utf-8")
    width, height = map(float, _SIZE.findall(svg)[0])
    lines = [f"{number}. {line}" for number, line in enumerate(key, start=1)]
    wide = max([width, *map(text_width, lines)]) + 2 * _MARGIN
    high = height + 18 * len(lines) + 2 * _MARGIN
    written = [
        text_tag("text", line, {"x": 0, "y": height + 12 + 18 * row, "class": "label"})
        for row, line in enumerate(lines)
    ]
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide:.0f}" height="{high:.0f}" '
        f'viewBox="{-_MARGIN} {-_MARGIN} {wide:.0f} {high:.0f}">'
    )
    ground = (
        f'<rect x="{-_MARGIN}" y="{-_MARGIN}" width="100%" height="100%" fill="var(--surface)"/>'
    )
    return f"{opening}<style>{theme}</style>{ground}{svg}{''.join(written)}</svg>\n"


def _interval(row: ForestRow, axis: Axis, y: float) -> Markup:
    low, high = axis.position(row.low), axis.position(row.high)
    dot = tag("circle", {"cx": axis.position(row.mean), "cy": y, "r": 4, "class": "dot"})
    return tag("g", {"class": row.style}, line(low, y, high, y, "whisker"), dot)


def _forest_row(row: ForestRow, axis: Axis, y: float) -> list[Markup]:
    return [
        text_tag("text", cut(row.name, axis.start - 16), {"x": 0, "y": y + 4}),
        _interval(row, axis, y),
        text_tag("text", f"{row.mean:+.4f}", {"x": axis.end + 12, "y": y + 4}),
    ]


def _front_last(points: Sequence[PlotPoint]) -> list[PlotPoint]:
    """Return the points so that those on the front are drawn over the others."""
    return sorted(points, key=lambda point: (point.number is not None, point.number or 0))


def _front_line(front: Sequence[PlotPoint], across: Axis, upward: Axis) -> Markup:
    """Return the steps below which every cell is beaten in both respects."""
    steps: list[str] = []
    for point in sorted(front, key=lambda point: (point.x, point.y)):
        x, y = across.position(point.x), upward.position(point.y)
        steps.append(f"H{x:.1f} V{y:.1f}" if steps else f"M{x:.1f} {y:.1f}")
    return tag("path", {"d": " ".join([*steps, "H408"] if steps else []), "class": "frontier"})


def _point(point: PlotPoint, across: Axis, upward: Axis) -> Markup:
    x, y = across.position(point.x), upward.position(point.y)
    label = f"{point.name}: {short_number(point.y)} at {short_number(point.x)}"
    parts = [text_tag("title", label)]
    if point.number is None:
        parts.append(tag("circle", {"cx": x, "cy": y, "r": 4}))
        return tag("g", {"class": "point"}, *parts)
    parts.append(tag("circle", {"cx": x, "cy": y, "r": 8}))
    parts.append(middle(str(point.number), x, y + 3.5))
    return tag("g", {"class": "point on-front"}, *parts)


def _curve_line(curve: PlotCurve, across: Axis, upward: Axis) -> Markup:
    places = (f"{across.position(x):.1f} {upward.position(y):.1f}" for x, y in curve.points)
    return tag("path", {"d": "M" + " L".join(places), "class": f"curve {curve.style}"})


def _curve_name(name: str, style: str, x: float) -> list[Markup]:
    return [
        line(x, 31, x + 18, 31, f"curve {style}"),
        text_tag("text", name, {"x": x + 24, "y": 35, "class": "label"}),
    ]


def _curve_mark(
    curve: PlotCurve, mark: tuple[float, float], across: Axis, upward: Axis, label: str
) -> Markup:
    x, y = mark
    said = f"{curve.name}, {label}: {short_number(y)} at {short_number(x)}"
    place = {"cx": across.position(x), "cy": upward.position(y), "r": 5}
    return tag("g", {"class": f"mark {curve.style}"}, text_tag("title", said), tag("circle", place))


def _heat_cell(
    value: float | None,
    span: tuple[float, float],
    place: tuple[float, float, float],
    name: str,
) -> Markup:
    x, y, width = place
    box: dict[str, str | float] = {"x": x, "y": y, "width": width - 2, "height": 32}
    if value is None:
        return tag("rect", {**box, "class": "frame"}, text_tag("title", f"{name}: not run"))
    low, high = span
    share = (value - low) / (high - low) if high > low else 0.0
    parts = [
        text_tag("title", f"{name}: {value:.4f}"),
        tag("rect", {**box, "class": "heat", "fill-opacity": 0.06 + 0.94 * share}),
    ]
    if value == high:
        parts.append(tag("rect", {**box, "class": "best"}))
    parts.append(middle(f"{value:.3f}", x + width / 2 - 1, y + 20))
    return tag("g", None, *parts)
