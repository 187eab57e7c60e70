"""Finds days, months, weekdays and times of day in a text; knows no other number."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from rag.answering.support.numerals import HAN, read_chinese, read_digits, read_english

_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    "|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_MONTH_STARTS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_WEEKDAYS: Final = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_CAPITAL_MONTHS: Final = "|".join(
    f"{one[0].upper()}{one[1:]}" for one in re.split(r"\|(?![^(]*\))", _MONTHS)
)
_HALF_DAY: Final = "上午|早上|清晨|凌晨|中午|下午|傍晚|晚上|夜里|晚"
_DATE: Final = re.compile(
    r"(?<![\d-])(?P<iso_year>\d{4})[-/.](?P<iso_month>\d{1,2})[-/.](?P<iso_day>\d{1,2})(?![\d-])"
    rf"|(?<![\d第])(?P<year_zh>\d{{4}}|[{HAN}]{{4}})\s*年(?!度?[制级])"
    rf"|(?<![\d个{HAN}])(?P<month_zh>\d{{1,2}}|[{HAN}]{{1,3}})\s*月(?![球亮])"
    rf"(?:\s*(?P<day_zh>\d{{1,2}}|[{HAN}]{{1,3}})\s*[日号]|(?P<end_zh>[底末]))?"
    rf"|(?P<end>\bend of )?(?:(?<![\w.,])(?P<day_before>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? )?"
    rf"\b(?P<month>{_CAPITAL_MONTHS})\b\.?"
    r"(?: (?P<day_after>\d{1,2})(?:st|nd|rd|th)?(?![\d:]))?(?:,? (?P<year>\d{4})\b)?"
    r"|\b(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?)\b"
    r"|(?:星期|礼拜|周)(?P<weekday_zh>[一二三四五六日天末])(?!次)"
    rf"|(?:(?P<half_zh>{_HALF_DAY})\s*)?(?P<hour>(?<![\d:.])\d{{1,2}})[:：](?P<minute>\d{{2}})(?![\d:])"
    r"(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"|(?<![\w.:])(?P<hour_alone>\d{1,2}|[a-z]+)\s?(?:(?P<half_alone>[ap])\.?m\b\.?|o['’]clock)"
    rf"|(?:(?<=\b(?:at|to|by) )|(?<=\bfrom )|(?<=\b(?:until|after) )|(?<=\bbefore )|(?<=\bbetween )"
    r"|(?<=\band )(?![1-4] ))(?P<hour_spoken>\d{1,2}|[a-z]+)"
    r" (?P<spoken>in the (?:morning|afternoon|evening)|at night)\b"
    rf"|(?P<half_point>{_HALF_DAY})\s*(?P<hour_point>\d{{1,2}}|[{HAN}]{{1,3}})\s*[点时]"
    rf"(?!钟头)(?:(?P<thirty>半)|(?P<quarter>[一三])刻|(?P<minute_point>\d{{1,2}}|[{HAN}]{{1,3}})分(?!钟))?"
    rf"|(?<![\d.])(?P<hour_plain>\d{{1,2}}|(?<=[至到在于])[{HAN}]{{1,3}})\s*点(?!\s*\d+\s*[个%％]|[个儿])"
    rf"(?:\s*(?P<minute_plain>\d{{1,2}})(?!\d|\s*分钟)\s*分?|(?P<thirty_plain>半))?"
    r"|\b(?P<noon>noon|midnight|midday)\b|(?P<noon_zh>正午|午夜)",
)

Found = tuple[str, frozenset[Fraction], int, int]


def dates(text: str) -> Iterator[Found]:
    """Yield kind, possible values, start and end of each date or time of day.

    Kinds: "calendar" (a year), "month" (1 to 12), "monthday" (28 to 31 for a month's end),
    "weekday" (Monday is 1, weekend 8)
    and "clock" (minutes since midnight; twelve hours later too where the half may be left out).
    """
    for match in _DATE.finditer(text):
        parts = {name: value for name, value in match.groupdict().items() if value is not None}
        if "month" in parts and _is_verb(match, text):
            continue
        for kind, values in _read(parts):
            if any(values) or kind == "clock":
                yield kind, frozenset(values), match.start(), match.end()


def _read(parts: dict[str, str]) -> Iterator[tuple[str, set[Fraction]]]:
    for name, kind in _NUMBERED.items():
        if name in parts:
            yield kind, set(_number(parts[name]))
    if "month" in parts:
        yield "month", {Fraction(1 + _MONTH_STARTS.index(parts["month"][:3].lower()))}
    if "end" in parts or "end_zh" in parts:
        yield "monthday", set(map(Fraction, range(28, 32)))
    if "weekday" in parts:
        yield "weekday", {Fraction(1 + _WEEKDAYS.index(parts["weekday"][:3].lower()))}
    if "weekday_zh" in parts:
        yield (
            "weekday",
            {Fraction(1 + "一二三四五六日末".index(parts["weekday_zh"].replace("天", "日")))},
        )
    if minutes := _minutes(parts):
        yield "clock", minutes


_NUMBERED: Final = {
    "iso_year": "calendar", "year_zh": "calendar", "year": "calendar", "iso_month": "month",
    "month_zh": "month", "iso_day": "monthday", "day_zh": "monthday", "day_before": "monthday",
    "day_after": "monthday",
}  # fmt: skip


def _number(text: str) -> frozenset[Fraction]:
    return frozenset((read_digits(text),)) if text.isdigit() else read_chinese(text)


def _minutes(parts: dict[str, str]) -> set[Fraction]:
    if "noon" in parts or "noon_zh" in parts:
        is_night = (parts.get("noon") or parts.get("noon_zh")) in ("midnight", "午夜")
        return {Fraction(0 if is_night else 720)} | ({Fraction(1440)} if is_night else set())
    hour_text = parts.get("hour") or parts.get("hour_alone")
    hour_text = hour_text or parts.get("hour_point") or parts.get("hour_plain")
    hours = _hours(hour_text) if hour_text else frozenset[Fraction]()
    half = (parts.get("half") or parts.get("half_alone") or "").lower()
    spoken = parts.get("half_zh") or parts.get("half_point") or ""
    if "spoken" in parts:
        return {_spoken(hour, parts["spoken"]) for hour in _hours(parts["hour_spoken"])}
    found: set[Fraction] = set()
    for hour in hours:
        minute = 60 * hour + _past(parts)
        is_late = half == "p" or spoken in ("下午", "傍晚", "晚上", "晚", "夜里")
        if half == "a" or spoken in ("上午", "早上", "清晨", "凌晨"):
            found.add(minute % 720 if hour == 12 else minute)
        elif is_late or (spoken == "中午" and hour < 10):
            found.add(minute if hour >= 12 else minute + 720)
        elif hour <= 12 and ("hour_alone" in parts or "hour_plain" in parts):
            found |= {minute, minute + 720}
        else:
            found.add(minute)
    return found


def _spoken(hour: Fraction, half: str) -> Fraction:
    """Return the minute of the day: "10 at night" is before midnight, "2 at night" behind it."""
    is_late = 5 <= hour < 12 if half == "at night" else "morning" not in half and hour < 12
    return 60 * (hour + 12 if is_late else hour % 12 if "noon" not in half else hour)


def _hours(text: str) -> frozenset[Fraction]:
    if text.isascii() and text.isalpha():
        value = read_english(text)
        return frozenset((value,) if 0 < value <= 12 else ())
    return frozenset(value for value in _number(text) if value <= 24)


def _past(parts: dict[str, str]) -> Fraction:
    if "thirty" in parts or "thirty_plain" in parts:
        return Fraction(30)
    if "quarter" in parts:
        return Fraction(15 if parts["quarter"] == "一" else 45)
    minute = parts.get("minute") or parts.get("minute_point") or parts.get("minute_plain")
    return min(_number(minute)) if minute else Fraction(0)


def _is_verb(match: "re.Match[str]", text: str) -> bool:
    """Say whether "May" or "March" opens a sentence as another word."""
    if match["month"] not in ("May", "March", "Mar") or match["day_before"] or match["day_after"]:
        return False
    before = text[: match.start()].rstrip()
    return not match["year"] and (not before or before[-1] in ".!?:;")
