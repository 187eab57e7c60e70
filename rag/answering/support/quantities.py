"""Finds the numbers of a text with what they measure; knows no second text."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Final

from rag.answering.support.dates import dates
from rag.answering.support.measures import CURRENCIES, unit_at
from rag.answering.support.number_pattern import NUMBER
from rag.answering.support.numerals import (
    read_chinese,
    read_digits,
    read_english,
    read_part,
    read_rank,
)

# Chinese words that only look like numerals.
_NO_NUMBER: Final = re.compile(
    "十分(?!之|钟)|(?<![零〇一二两三四五六七八九十百千\\d])(?:万一|千万(?=[不别要]))(?![一二三四五六七八九十百千])"
    "|百姓|百货|万能|四周(?=[是有都的围])|一[些般样直起致切律旦定边再同向并应味共带经]"
    "|第一时间|统一|唯一|(?<!分)之一|一部分|一方面|三明治|五金|百合|千里|万里|四季|七夕|八卦|十字|一点(?!\\d)|一下|一会|万物|两侧|两边|两者|双方"
    "|一分为|百科|六合|四川|三亚|三峡|九江|万州|千岛"
)
# A measure may stand one word behind its number.
_BETWEEN: Final = re.compile(
    r"(?:[\s-]*(?:working|business|full|more|further|calendar|consecutive|whole|paid|extra"
    r"|additional|official|of the|other|多|余|几|来)\b)?(?P<half>[\s-]+and a half)?[\s-]*(?:多|余|几|来)?",  # noqa: E501
    re.IGNORECASE,
)
_AND_A_HALF: Final = re.compile(r"\s*and a half\b|半(?![年月天小数价])", re.IGNORECASE)
# "Every other day" is every second one; what stands for it is as long.
_EVERY_OTHER: Final = re.compile(r"(?<=\bevery )other(?= (?:day|night|week|month|year|hour)\b)")
_CURRENCY: Final = re.compile(r"(€|us\$|\$|£|¥)\s*\Z", re.IGNORECASE)
_RANGE: Final = re.compile(r"\s*(?:-|–|~|～|to|and|or|至|到|、|或|,|和|与)\s*\Z")
_AND: Final = re.compile(r"\s*(?:,? and|,|and|零|又)?\s*")
# No part of a version is greater.
_VERSION_STEP: Final = 10**6
# Numbers that name a bus, a train or a door count nothing.
_NAMED: Final = re.compile(r"\s*(?:路(?![口程段边人])|号线|号楼|号院|次列车|版(?![面画税本]))")
# A word before an article is a verb: "error 410 turns the endpoint off".
_NOUN: Final = re.compile(r"[\s-]*([A-Za-z]++(?!\s+(?:the|an?|it|its)\b)|[\u4e00-\u9fff])")


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number that a text states.

    Attributes:
        values: What it may be worth, as it is written.
        kind: What it measures ("time", "euro", "clock", "nth", "label" of a name …); "" if unknown.
        size: How much of the first unit of its kind its own unit is.
        noun: The word, or Chinese character, that follows; of "nth" the kind of unit if one does,
            of a sum of two units "+".
        start: Where it stands.
        end: One past its last character.
    """

    values: frozenset[Fraction]
    kind: str
    size: Fraction
    noun: str
    start: int
    end: int

    @property
    def amounts(self) -> frozenset[Fraction]:
        """Its values in the first unit of its kind."""
        return frozenset(value * self.size for value in self.values)

    @property
    def is_one(self) -> bool:
        """Whether it may be an article: "one", "a", 一."""
        return self.values == frozenset((Fraction(1),)) and self.kind != "ratio"


@lru_cache(maxsize=1024)
def quantities(text: str) -> tuple[Quantity, ...]:
    """Return the numbers of a text with their units, in reading order; none of names ("R2")."""
    folded = _folded(text)
    found = [Quantity(v, kind, Fraction(1), "", a, b) for kind, v, a, b in dates(folded)]
    taken = [(one.start, one.end) for one in found]
    taken += [match.span() for match in _NO_NUMBER.finditer(folded)]
    for match in NUMBER.finditer(folded):
        start, end = match.span()
        if not any(a < end and start < b for a, b in taken):
            read = [one for one in _read(match, folded) if one.values]
            taken += [(one.start, one.end) for one in read]
            found += read
    in_order = sorted(found, key=lambda one: (one.start, one.kind))
    return tuple(_joined(list(_with_shared_units(in_order, folded)), folded))


def _folded(text: str) -> str:
    # NFKC would make "1⁄2" of ½ and join it to the digits before it.
    folded = unicodedata.normalize("NFKC", text.replace("½", " and a half"))
    return _EVERY_OTHER.sub("2nd  ", folded)


def _read(match: "re.Match[str]", text: str) -> Iterator[Quantity]:
    if match["quarters"]:
        parts = 3 if match["quarters"].lower().startswith(("three", "三")) else 1
        yield Quantity(frozenset((Fraction(parts, 4),)), "time", Fraction(3600), "", *match.span())
        return
    if match["elapsed"]:
        hours, minutes, seconds = map(int, match["elapsed"].split(":"))
        worth = Fraction(3600 * hours + 60 * minutes + seconds)
        yield Quantity(frozenset((worth,)), "time", Fraction(1), "", *match.span())
        return
    share = _share(match)
    if share is not None:
        yield Quantity(share, "ratio", Fraction(1), "", *match.span())
        return
    if match["half"] or match["half_zh"]:
        unit = match["half"] or match["half_zh"]
        kind, size, _ = unit_at(unit, 0)
        yield Quantity(frozenset((Fraction(1, 2),)), kind, size, unit, *match.span())
        return
    values, kind = _plain(match)
    yield _measured(values, kind, match, text)


def _share(match: "re.Match[str]") -> frozenset[Fraction] | None:
    """Return the part of a whole that a match states; None if it states another number."""
    if match["percent"]:
        return frozenset(value / 100 for value in read_chinese(match["percent"]))
    if match["under"]:
        return _divided(read_chinese(match["upper"]), read_chinese(match["under"]))
    if match["tenths"]:
        more = match["more"] or ""
        rest = Fraction(1, 20) if more == "半" else max(read_chinese(more)) / 100 if more else 0
        return frozenset(value / 10 + rest for value in read_chinese(match["tenths"]))
    if match["off"]:
        return _discounts(max(read_chinese(match["off"])))
    if match["half_share"]:
        return frozenset((Fraction(1, 2),))
    if match["ratio_of"]:
        return _ratio(match["ratio_of"])
    if match["slash_upper"]:
        upper, under = int(match["slash_upper"]), int(match["slash_under"])
        return frozenset((Fraction(upper, under),)) if 0 < upper < under else frozenset()
    if match["half_of"]:
        return frozenset((Fraction(1, 2),))
    if match["fraction_under"]:
        return frozenset(
            (read_english(match["fraction_upper"]) / read_part(match["fraction_under"]),)
        )
    return None


def _discounts(value: Fraction) -> frozenset[Fraction]:
    """八五折 is 85 % of the price, or 15 % off it."""
    paid = value / (100 if value >= 10 else 10)
    return frozenset((paid, 1 - paid))


def _ratio(text: str) -> frozenset[Fraction] | None:
    upper, under = (
        read_digits(part) if part.isdigit() else read_english(part)
        for part in re.split(r" (?:in|out of)(?: every)? ", text, flags=re.IGNORECASE)
    )
    return frozenset((upper / under,)) if 0 < upper < under else None


def _divided(upper: frozenset[Fraction], under: frozenset[Fraction]) -> frozenset[Fraction]:
    return frozenset(a / b for a in upper for b in under if b)


def _plain(match: "re.Match[str]") -> tuple[frozenset[Fraction], str]:
    """Return what a whole or decimal number is worth, with its kind if its form shows it."""
    if match["digits"]:
        value = read_digits(match["digits"], match["scale"] or "")
        return frozenset((-value if match["sign"].strip() else value,)), ""
    if match["version"]:
        return frozenset((_version(match["version"]),)), "label"
    if match["label"]:
        return frozenset((read_digits(match["label"]),)), "label"
    if match["rank_zh"] or match["rank"]:
        return _ranks(match), "nth"
    if match["fold"] or match["doubled"]:
        word = (match["fold"] or "double").lower()
        worth = 1 if word == "once" else 3 if word.startswith(("tri", "thr")) else 2
        return frozenset((Fraction(worth),)), "times" if word.endswith("ce") else "fold"
    if match["han"]:
        return read_chinese(match["han"]), ""
    if match["word"]:
        return frozenset((read_english(match["word"]),)), ""
    return frozenset((Fraction(1),) if match["article"] else ()), ""


def _version(text: str) -> Fraction:
    """Return a number that is the same for the same version alone: 6.2.0 is not 6.20."""
    parts = map(Fraction, text.split("."))
    return sum((part / _VERSION_STEP**at for at, part in enumerate(parts)), Fraction(0))


def _ranks(match: "re.Match[str]") -> frozenset[Fraction]:
    if match["rank_zh"]:
        return read_chinese(match["rank_zh"])
    digits = re.match(r"\d+", match["rank"])
    return frozenset((Fraction(int(digits[0])) if digits else read_rank(match["rank"]),))


def _measured(
    values: frozenset[Fraction], kind: str, match: "re.Match[str]", text: str
) -> Quantity:
    start, end = match.span()
    if kind:
        counted, size, _ = (
            unit_at(text, _after(text, end)) if kind == "nth" else ("", Fraction(1), 0)
        )
        return Quantity(values, kind, size, counted or _noun(text, end), start, end)
    sign = _CURRENCY.search(text, max(0, start - 4), start)
    if sign:
        return Quantity(values, CURRENCIES[sign[1].lower()], Fraction(1), "", start, end)
    if text[end : end + 2] == "个半":
        kind, size, after = unit_at(text, end + 2)
        return Quantity(_and_half(values), kind, size, "", start, after)
    after = _after(text, end)
    if _AND_A_HALF.search(text, end, after):
        values = _and_half(values)
    if _NAMED.match(text, end):
        return Quantity(values, "label", Fraction(1), "", start, end)
    kind, size, unit_end = unit_at(text, after)
    if not kind:
        kind, size, unit_end = unit_at(text, end)
    if kind:
        after = unit_end
    if half := _AND_A_HALF.match(text, after):
        values, after = _and_half(values), half.end()
    if kind == "months" and size == 12 and _is_year(values, start, end):
        kind, size = "calendar", Fraction(1)
    return Quantity(values, kind, size, _noun(text, end), start, max(end, after if kind else end))


def _after(text: str, end: int) -> int:
    """Return where the unit of a number that ends at `end` may begin."""
    between = _BETWEEN.match(text, end)
    return between.end() if between else end


def _and_half(values: frozenset[Fraction]) -> frozenset[Fraction]:
    return frozenset(value + Fraction(1, 2) for value in values)


def _is_year(values: frozenset[Fraction], start: int, end: int) -> bool:
    return end - start >= 4 and all(1000 <= value <= 2999 for value in values)


def _noun(text: str, end: int) -> str:
    found = _NOUN.match(text, end)
    return found[1].lower() if found else ""


def _joined(found: list[Quantity], text: str) -> list[Quantity]:
    """Add up what is stated in two units: "1 hour 20 minutes", 一年零两个月."""
    kept: list[Quantity] = []
    for one in found:
        last = kept[-1] if kept else None
        if (
            last is not None
            and one.kind in ("time", "months")
            and last.kind == one.kind
            and last.size > one.size
            and _AND.fullmatch(text, last.end, one.start)
            and not (last.noun == "+" and "," in text[last.end : one.start])
        ):
            worth = frozenset(
                (a * last.size + b * one.size) / one.size for a in last.values for b in one.values
            )
            kept[-1] = Quantity(worth, one.kind, one.size, "+", last.start, one.end)
        else:
            kept.append(one)
    return kept


def _with_shared_units(found: list[Quantity], text: str) -> Iterator[Quantity]:
    """Give the first numbers of a range or list the unit that its last one bears ("2 to 8 °C")."""
    following: Quantity | None = None
    kept: list[Quantity] = []
    for one in reversed(found):
        shares = (
            following is not None
            and not one.kind
            and following.kind not in ("", "nth", "calendar", "month")
            and (following.kind, following.size) != ("ratio", Fraction(1))
            and _RANGE.fullmatch(text, one.end, following.start)
        )
        if shares and following is not None:
            worth = one.values
            if following.kind == "clock":
                worth = frozenset(60 * hour + half for hour in one.values for half in (0, 720))
            one = replace(one, values=worth, kind=following.kind, size=following.size)
        kept.append(one)
        following = one
    return reversed(kept)
