"""Draws the parts that all plots are made of, as SVG; knows neither plots nor benchmarks."""

from collections.abc import Sequence

from evals.report.axis import Axis, short_number
from evals.report.markup import Markup, escape, tag, text_tag

_LETTER = 7.2
"""Width of a letter at 12 px, rather too much; a wide one (Chinese) takes about two."""


def picture(width: float, height: float, label: str, parts: Sequence[Markup]) -> Markup:
    """Return a picture of the size, which a reader is told as `label`."""
    return tag(
        "svg",
        {
            "viewBox": f"0 0 {width:.0f} {height:.0f}",
            "width": f"{width:.0f}",
            "height": f"{height:.0f}",
            "role": "img",
            "aria-label": label,
        },
        *parts,
    )


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> Markup:
    """Return a straight line."""
    return tag("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "class": style})


def vertical_grid(axis: Axis, top: float, bottom: float) -> list[Markup]:
    """Return a line up from each tick of the axis."""
    places = [axis.position(tick) for tick in axis.ticks]
    return [line(at, top, at, bottom, "grid") for at in places]


def horizontal_grid(axis: Axis, left: float, right: float) -> list[Markup]:
    """Return a line across from each tick of an upward axis, and its number."""
    parts = []
    for tick in axis.ticks:
        at = axis.position(tick)
        parts.append(line(left, at, right, at, "grid"))
        parts.append(
            text_tag(
                "text",
                short_number(tick),
                {"x": left - 8, "y": at + 4, "text-anchor": "end", "class": "label"},
            )
        )
    return parts


def below(axis: Axis, bottom: float, label: str) -> list[Markup]:
    """Return the numbers of an axis, and what it is."""
    ticks = [
        middle(short_number(tick), axis.position(tick), bottom + 17, "label") for tick in axis.ticks
    ]
    return [*ticks, middle(label, (axis.start + axis.end) / 2, bottom + 35, "label")]


def middle(text: str, x: float, y: float, style: str = "") -> Markup:
    """Return text around a place."""
    return tag("text", {"x": x, "y": y, "text-anchor": "middle", "class": style}, escape(text))


def text_width(text: str) -> float:
    """Return how wide a text is at most, in pixels."""
    return sum(_LETTER if ord(letter) < 0x2E80 else 2 * _LETTER for letter in text)


def cut(text: str, width: float) -> str:
    """Return `text` without its middle where it is too wide: both ends tell cells apart."""
    if text_width(text) <= width:
        return text
    half = max(1, int(width / _LETTER) // 2 - 1)
    return f"{text[:half]}…{text[-half:]}"
