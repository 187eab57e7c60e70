"""Reads numbers with units and dates out of English and Chinese text, and compares them.

"1,234.5" is "1234.5", "three and a half hours" is "210 minutes", 百分之五 is "5 %", "15 January
2026" is 2026年1月15日 and 2026-01-15. A number that is part of a name (H204, E-12) is not a value.
Not read: decimal commas, fractions, and days and months that could be either (03/04/2026).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from evals.measures.numerals import NumeralReader
from evals.measures.units import COUNTERS, UNITS, Unit


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount with its unit as it was spelt, "" if none was."""

    amount: Decimal
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar date; what the text leaves open is None."""

    year: int | None
    month: int | None = None
    day: int | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """A number with several dots, such as a version or an address: compared as it stands."""

    text: str


Value = Quantity | Date | Label


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern of the longest of `words` that fits; Latin ones end where letters end."""
    latin: list[str] = []
    other: list[str] = []
    for word in sorted(words, key=len, reverse=True):
        (latin if re.search("[a-z]", word) else other).append(re.escape(word))
    return rf"(?:{'|'.join(latin)})(?![a-z])|{'|'.join(other)}"


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_NAME = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4})(?!\d)"
_BIG_DAY = r"(?P<day>1[3-9]|2\d|3[01])"  # no month has this number, so the order is certain
_DATES = [
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d.]){_YEAR}([-/.])(?P<month>\d{{1,2}})\2(?P<day>\d{{1,2}})(?![\d.]\d|\d)",
        r"(?<!\d)(?P<year>\d{4}) ?年(?: ?(?P<month>\d{1,2}) ?月(?: ?(?P<day>\d{1,2}) ?[日号號])?)?",
        r"(?<!\d)(?P<month>\d{1,2}) ?月(?: ?(?P<day>\d{1,2}) ?[日号號])?",
        rf"(?<![\w.]){_DAY} (?:of )?{_NAME}(?:,? {_YEAR})?",
        rf"\b{_NAME} {_DAY}(?!\d)(?:,? {_YEAR})?",
        rf"\b{_NAME},? {_YEAR}",
        rf"(?<![\d.]){_BIG_DAY}([-/.])(?P<month>\d{{1,2}})\2{_YEAR}",
        rf"(?<![\d.])(?P<month>\d{{1,2}})([-/.]){_BIG_DAY}\2{_YEAR}",
    )
]
_YEARS = frozenset(map(str, range(1, 10_000)))
_CLOCK = re.compile(
    r"(?<![\d:.])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?![\d:])(?: ?(?P<half>[ap])\.?m\b)?"
)
_LABEL = re.compile(r"(?<![a-uw-z0-9_.-])\d+(?:\.\d+){2,}")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
_SCALES |= {"千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_QUANTITY = re.compile(
    r"(?P<money>[€$£¥]|(?<![a-z])(?:eur|usd|gbp|cny|rmb|jpy)(?![a-z]))? ?"
    r"(?<![a-z0-9_.])(?<![a-z]-)(?P<sign>(?<![a-z0-9_)\]])-)?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?!\d)"
    rf"(?: ?(?P<scale>{_any_of(_SCALES)}))?"
    rf"(?:[ -]?(?P<unit>{_any_of(UNITS)})|(?:st|nd|rd|th)(?![a-z])|(?![a-z]))"
)
_NUMERALS = NumeralReader(_any_of([*UNITS, *COUNTERS, "月", "号", "號"]))
_COMPOUNDS = [
    (
        re.compile(
            rf"(?<![\d.,])(\d{{1,9}})[ -]?(?:{first})(?:,? and |,| |又|零)? ?"
            rf"(\d{{1,9}})[ -]?(?:{second})"
        ),
        ratio,
        unit,
    )
    for first, second, ratio, unit in (
        ("hours?|h|个?小时", "minutes?|mins?|m|分钟?", 60, "minutes"),
        ("minutes?|mins?|分钟?", "seconds?|secs?|s|秒钟?", 60, "seconds"),
        ("years?|年", "months?|个月", 12, "months"),
        ("days?|天", "hours?|h|个?小时", 24, "hours"),
    )
]


def read_values(text: str) -> list[Value]:
    """Return the dates, clock times, labels and quantities of `text`, in this order."""
    rest = _NUMERALS.to_digits(_fold(text))
    values: list[Value] = []

    def taking(make: Callable[[re.Match[str]], Value | None]) -> Callable[[re.Match[str]], str]:
        def take(match: re.Match[str]) -> str:
            value = make(match)
            if value is None:
                return match[0]
            values.append(value)
            return " ; "  # holds the neighbours apart

        return take

    for pattern in _DATES:
        rest = pattern.sub(taking(_date), rest)
    rest = _CLOCK.sub(taking(_clock), rest)
    rest = _LABEL.sub(taking(lambda match: Label(match[0])), rest)
    _QUANTITY.sub(taking(_quantity), _join_compounds(rest))
    return values


def values_match(reply: str, answer: str) -> bool | None:
    """Say whether every number and date of `answer` is in `reply`; None if it has none.

    A unit that only one side names is not held against it; a date must have all that the answer's
    has. It is containment: a reply that lists many numbers is not punished here.
    """
    wanted = read_values(answer)
    if not wanted:
        return None
    found = read_values(reply)
    return all(any(_gives(one, value) for one in found) for value in wanted)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).lower()
    return re.sub(r"\s+", " ", folded.replace("\u2212", "-"))


def _join_compounds(text: str) -> str:
    """Rewrite "2 hours and 16 minutes" as "136 minutes"."""
    for pattern, ratio, unit in _COMPOUNDS:
        pieces = pattern.split(text)
        for at in range(1, len(pieces), 3):
            pieces[at : at + 2] = [str(int(pieces[at]) * ratio + int(pieces[at + 1])), f" {unit}"]
        text = "".join(pieces)
    return text


def _date(match: re.Match[str]) -> Date | None:
    parts = match.groupdict()
    month = int(parts["month"]) if parts.get("month") else None
    if parts.get("name"):
        month = _MONTHS.index(parts["name"][:3]) + 1
    day = int(parts["day"]) if parts.get("day") else None
    if not 1 <= (month or 1) <= 12 or not 1 <= (day or 1) <= 31 or month == 0 or day == 0:
        return None
    return Date(int(parts["year"]) if parts.get("year") else None, month, day)


def _clock(match: re.Match[str]) -> Quantity | None:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 24 or minute > 59:
        return None
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] == "p" else 0)
    return Quantity(Decimal(hour * 60 + minute), "o'clock")


def _quantity(match: re.Match[str]) -> Quantity:
    amount = Decimal(match["digits"].replace(",", "")) * _SCALES.get(match["scale"] or "", 1)
    return Quantity(-amount if match["sign"] else amount, match["unit"] or match["money"] or "")


def _gives(found: Value, wanted: Value) -> bool:
    if isinstance(found, Date) or isinstance(wanted, Date):
        return _gives_date(_as_date(found), _as_date(wanted))
    if isinstance(found, Label) or isinstance(wanted, Label):
        return found == wanted
    if not found.unit or not wanted.unit:
        return found.amount == wanted.amount
    mine, other = _unit(found.unit), _unit(wanted.unit)
    return mine.base == other.base and found.amount * mine.factor == wanted.amount * other.factor


def _gives_date(found: Date | None, wanted: Date | None) -> bool:
    if found is None or wanted is None:
        return False
    pairs = (
        (found.year, wanted.year),
        (found.month, wanted.month),
        (found.day, wanted.day),
    )
    return all(want is None or have == want for have, want in pairs)


def _as_date(value: Value) -> Date | None:
    """Read a plain whole number as a year: "2026" may answer for 2026年, and the reverse."""
    if isinstance(value, Quantity) and not value.unit and str(value.amount) in _YEARS:
        return Date(int(value.amount))
    return value if isinstance(value, Date) else None


def _unit(name: str) -> Unit:
    return UNITS.get(name) or Unit(name, Decimal(1))
