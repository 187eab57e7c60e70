"""Compares numbers with what they measure; knows no negation and no names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Final

from rag.answering.numbers import stated_numbers

_UNITS: Final = {
    "second": r"seconds?|secs?|秒钟?",
    "minute": r"minutes?|mins?|分钟",
    "hour": r"hours?|hrs?|(?:个)?(?:小时|钟头)",
    "day": r"days?|nights?|个?工作日|天|日",
    "week": r"weeks?|(?:个)?(?:星期|周)(?!岁|[一二三四五六日天])",
    "month": r"months?|个月",
    "year": r"years?|年",
    "decade": r"decades?|年代",
    "century": r"centur(?:y|ies)|世纪",
    "percent": r"%|percent(?:age points?)?|per cent",
    "degree": r"°\s?[cf]\b|℃|度",
    "metre": r"met(?:re|er)s?\b|m\b|米",
    "kilometre": r"kilomet(?:re|er)s?|km\b|公里|千米",
    "mile": r"miles?|英里",
    "foot": r"feet|foot|ft\b|英尺",
    "centimetre": r"centimet(?:re|er)s?|cm\b|厘米",
    "millimetre": r"millimet(?:re|er)s?|mm\b|毫米",
    "gram": r"grams?|g\b|克",
    "kilogram": r"kilograms?|kg\b|公斤|千克",
    "ton": r"tons?|tonnes?|吨",
    "volt": r"volts?|v\b|伏特?",
    "ampere": r"amperes?|amps?|a\b|安培",
    "milliwatt": r"milliwatts?|mw\b|毫瓦",
    "megabyte": r"mb\b|兆",
    "gigabyte": r"gb\b",
    "gigahertz": r"ghz\b",
    "megahertz": r"mhz\b",
    "euro": r"€|euros?|eur\b|欧元",
    "dollar": r"us\$|\$|dollars?|usd\b|美元",
    "pound": r"£|pounds?|gbp\b|英镑",
    "yuan": r"¥|yuan|rmb\b|cny\b|元|人民币",
    "time": r"times\b|次",
    "person": r"persons?\b|people\b|人(?!员)",
}
_UNIT: Final = re.compile(
    "|".join(f"(?P<{name}>{pattern})" for name, pattern in _UNITS.items()), re.IGNORECASE
)
_CURRENCY: Final = re.compile(r"(€|us\$|\$|£|¥)\s*\Z", re.IGNORECASE)
_SIGNS: Final = {"€": "euro", "$": "dollar", "us$": "dollar", "£": "pound", "¥": "yuan"}
_SCALE: Final = r"hundred|thousand|million|billion|trillion"
_ENGLISH: Final = (
    "two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh"
    "|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|twice|dozen"
)
_HAN: Final = "零〇一二两三四五六七八九十百千万亿"
_COUNTERS: Final = (
    "个|天|日|周|年|小时|分钟|秒|次|支|台|名|人|位|家|倍|元|岁|项|种|条|份|座|所|场|届|点|成|只"
    "|块|度|米|公里|月|号|级|层|代|批|本|部|期|组|队|枚|架|艘|辆|首|幅|颗|棵|头|匹"
)
_ORDINAL: Final = "second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth"
_NUMBER: Final = re.compile(
    r"(?P<hour>(?<![\d:])\d{1,2}):(?P<minute>\d{2})(?![\d:])(?:\s*(?P<half>[ap])\.?m\b)?"
    rf"|(?P<digits>(?<![\w.])[-−]?\d+(?:[.,]\d+)*(?!\w*[a-z]\d))"
    rf"(?:\s*(?P<times>{_SCALE}|bn|mn|[百千万亿])|(?P<letter>[km])(?![a-z]))?"
    r"|百分之(?P<share>[零〇一二两三四五六七八九十百点\d.]+)"
    rf"|\b(?P<word>(?:(?:{_ENGLISH}|one)(?:[- ](?:{_ENGLISH}|one|{_SCALE}))*|{_SCALE}))\b"
    rf"|\b(?P<ordinal>{_ORDINAL})\b(?! (?:time|hand))"
    r"|第(?P<nth>[一二两三四五六七八九十百千]+)"
    rf"|(?P<han>(?<![{_HAN}])[{_HAN}]+)(?={_COUNTERS})",
    re.IGNORECASE,
)
# A measure may stand one word behind its number: "ten working days", "4 official languages".
_BETWEEN: Final = re.compile(
    r"[\s-]*(?:and a half\s+)?(?:(?:working|full|more|further|calendar|square|consecutive|whole|"
    r"paid|business|多|余)\s*)?",
    re.IGNORECASE,
)
_WEEKDAY: Final = re.compile("(?:星期|礼拜|周)[一二三四五六]")
# "一号" is one of several, while "一个" may be "a".
_RANKS: Final = tuple("号级层期")
_RATE: Final = re.compile(
    r"\b(?:an?|one|per|each|every)\s+(day|night|week|month|year|hour|minute|second)\b"
    r"|\b(daily|nightly|weekly|monthly|yearly|annual(?:ly)?|hourly)\b"
    r"|[每一](?:个)?(天|日|晚|周|星期|月|年|小时|分钟|秒)"
    r"|(?<=日|月|年)(?=费|息|薪)",
    re.IGNORECASE,
)
_RATES: Final = {
    "night": "day", "daily": "day", "nightly": "day", "weekly": "week", "monthly": "month",
    "yearly": "year", "annual": "year", "annually": "year", "hourly": "hour", "天": "day",
    "日": "day", "晚": "day", "周": "week", "星期": "week", "月": "month", "年": "year",
    "小时": "hour", "分钟": "minute", "秒": "second",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a text states.

    Attributes:
        values: What it may mean, as written and times its magnitude.
        unit: What it measures, in our own name; "" if that is not known.
        start: Where it stands.
        end: One past its last character.
    """

    values: frozenset[Decimal]
    unit: str
    start: int
    end: int


@lru_cache(maxsize=512)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text with their units, in reading order.

    Number words count where they count something; "one" does not, nor do parts of names ("R2").
    """
    folded = unicodedata.normalize("NFKC", text)
    found = (_quantity(match, folded) for match in _NUMBER.finditer(folded))
    return tuple(one for one in found if one.values)


def strange_quantities(claim: str, sources: Sequence[str]) -> list[Quantity]:
    """Return the numbers of a claim that no source states, or states of another unit."""
    stated = [one for source in sources for one in quantities(source)]
    bare = frozenset[Decimal]().union(
        *(stated_numbers(_WEEKDAY.sub("", source)) for source in sources)
    )
    return [one for one in quantities(claim) if not _is_stated(one, stated, bare)]


def rates(text: str) -> Counter[str]:
    """Return the spans of time that a text counts by: "a week", "monthly", 每天."""
    folded = unicodedata.normalize("NFKC", text)
    named = (next(filter(None, match.groups()), "").lower() for match in _RATE.finditer(folded))
    return Counter(_RATES.get(name, name) for name in named if name)


def repeats_another(claim: str, source: str) -> bool:
    """Say whether a claim states a number more often than its source, and another of it not."""
    own, other = (Counter((one.values, one.unit) for one in quantities(t)) for t in (claim, source))
    more, less = own - other, other - own
    return any(
        key in other and any(key[1] == unit and values != key[0] for values, unit in less)
        for key in more
    )


def _is_stated(wanted: Quantity, stated: Sequence[Quantity], bare: frozenset[Decimal]) -> bool:
    if wanted.unit == "clock":
        clocks = [one for one in stated if one.unit == "clock"]
        hours = {(value - 1) // 60 for value in wanted.values}
        return any(one.values & wanted.values for one in clocks) or bool(
            not clocks and hours & bare
        )
    same = [one for one in stated if one.unit != "clock" and one.values & wanted.values]
    if not same:
        return bool(wanted.values & bare)
    units = {one.unit for one in same}
    return not wanted.unit or "" in units or wanted.unit in units


def _quantity(match: re.Match[str], text: str) -> Quantity:
    start, end = match.span()
    if match["hour"]:
        return Quantity(_clock(match), "clock", start, end)
    # Nothing rests on zero ("9:00", "5.0"), and "one" is an article as often as a number.
    least = 0 if match["digits"] or text[end : end + 1] in _RANKS else 1
    stated = stated_numbers(match[0].removeprefix("百分之").lstrip("-−第"))
    values = frozenset(value for value in stated if value > least)
    if match["times"] and values:
        values = frozenset((max(values),))
    if match["share"]:
        return Quantity(values, "percent", start, end)
    if text[end : end + 1] == "成":
        return Quantity(frozenset(10 * value for value in values), "percent", start, end + 1)
    sign = _CURRENCY.search(text, max(0, start - 4), start)
    unit = _SIGNS[sign[1].lower()] if sign else _unit_after(text, end)
    return Quantity(values, unit, start, end)


def _clock(match: re.Match[str]) -> frozenset[Decimal]:
    """Return the minutes since midnight; twelve hours later too where the half may be left out."""
    hour, minute = int(match["hour"]), int(match["minute"])
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
    return frozenset({Decimal(60 * hour + minute) + 1})


def _unit_after(text: str, end: int) -> str:
    between = _BETWEEN.match(text, end)
    found = _UNIT.match(text, between.end() if between else end) or _UNIT.match(text, end)
    return found.lastgroup or "" if found else ""
