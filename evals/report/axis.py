"""Maps values to places along a plot's edge, with round ticks; knows nothing of drawing."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10

_LOGARITHMIC_FROM = 20.0
"""Costs that differ by more than this factor would crowd at one end of a linear axis."""


@dataclass(frozen=True, slots=True)
class Axis:
    """A linear or logarithmic scale from `low` at `start` to `high` at `end`.

    Attributes:
        low: Value at `start`.
        high: Value at `end`; above `low`.
        start: Place in pixels.
        end: Place in pixels; below `start` where the axis points upward.
        ticks: Values to label, ascending.
        logarithmic: Equal ratios are equally far apart.
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    logarithmic: bool = False

    @classmethod
    def covering(cls, values: Iterable[float], *, start: float, end: float) -> "Axis":
        """Return a linear axis with some room beside the values; they may be none or all alike."""
        low, high = _bounds(values)
        room = (high - low) * 0.06 or abs(high) * 0.06 or 0.5
        return cls._linear(low - room, high + room, start, end)

    @classmethod
    def for_costs(cls, values: Iterable[float], *, start: float, end: float) -> "Axis":
        """Return an axis from 0, or a logarithmic one where costs differ by orders of size."""
        kept = [value for value in values if isfinite(value)]
        low, high = _bounds(kept)
        if low > 0 and high / low > _LOGARITHMIC_FROM:
            return cls._powers(low / 1.3, high * 1.3, start, end)
        return cls._linear(min(low, 0.0), (high or 1.0) * 1.08, start, end)

    @classmethod
    def for_shares(cls, *, start: float, end: float) -> "Axis":
        """Return the axis from 0 to 1."""
        return cls(0.0, 1.0, start, end, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0))

    def position(self, value: float) -> float:
        """Return the place of `value`; values beyond the ends lie at the ends."""
        low, high, at = self.low, self.high, min(max(value, self.low), self.high)
        if self.logarithmic:
            low, high, at = log10(low), log10(high), log10(at)
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    @classmethod
    def _linear(cls, low: float, high: float, start: float, end: float) -> "Axis":
        return cls(low, high, start, end, _round_ticks(low, high))

    @classmethod
    def _powers(cls, low: float, high: float, start: float, end: float) -> "Axis":
        powers = range(floor(log10(low)), ceil(log10(high)) + 1)
        every = [step * 10.0**power for power in powers for step in (1, 2, 5)]
        ticks = [tick for tick in every if low <= tick <= high]
        if len(ticks) > 6:
            ticks = [tick for tick in ticks if f"{tick:e}"[0] == "1"]
        return cls(low, high, start, end, tuple(ticks), logarithmic=True)


def _bounds(values: Iterable[float]) -> tuple[float, float]:
    kept = [value for value in values if isfinite(value)]
    return (min(kept), max(kept)) if kept else (0.0, 1.0)


def _round_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return about five ticks at multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 5
    unit = 10.0 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    digits = max(0, -floor(log10(step)))
    return tuple(
        round(index * step, digits) for index in range(ceil(low / step), int(high // step) + 1)
    )


def short_number(value: float) -> str:
    """Return a number for a label: 0.644, 12.5, 1,250, 3.4 M."""
    size = abs(value)
    if size >= 1e6:
        return f"{value / 1e6:.3g} M"
    if size >= 1000:
        return f"{value:,.0f}"
    return f"{round(value, 4):.4g}" if size < 10 else f"{value:.3g}"
