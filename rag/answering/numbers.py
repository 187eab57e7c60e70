"""Compares numbers stated in digits or words, English or Chinese; knows no passage."""

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Final

_SMALL: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = "zeroth first second third fourth fifth sixth seventh eighth ninth tenth"
_WORDS: Final = {
    **{word: value for value, word in enumerate(_SMALL.split())},
    **{word: 10 * value for value, word in enumerate(_TENS.split(), start=2)},
    **{word: value for value, word in enumerate(_ORDINALS.split())},
    "once": 1,
    "twice": 2,
    "dozen": 12,
    "half": 2,
    "single": 1,
}
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan"),
            ("february", "feb"),
            ("march", "mar"),
            ("april", "apr"),
            ("may",),
            ("june", "jun"),
            ("july", "jul"),
            ("august", "aug"),
            ("september", "sep", "sept"),
            ("october", "oct"),
            ("november", "nov"),
            ("december", "dec"),
        ),
        start=1,
    )
    for name in names
}
_MAGNITUDES: Final = {
    "hundred": 100,
    "thousand": 1000,
    "k": 1000,
    "million": 10**6,
    "m": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "trillion": 10**12,
    "十": 10,
    "百": 100,
    "千": 1000,
    "万": 10**4,
    "亿": 10**8,
}
_DIGITS_ZH: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_NUMBER: Final = re.compile(
    r"(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:[ -]?(?P<times>hundred|thousand|million|billion|trillion|bn|mn|[km](?![a-z])|[百千万亿]))?"
    r"(?P<pm> ?p\.?m\b)?"
    r"|(?P<chinese>[零〇一二两三四五六七八九十百千万亿]+)"
    r"|(?P<word>[a-z]+)(?:-(?P<unit>[a-z]+))?(?:[ -](?P<scale>hundred|thousand|million|billion))?"
)
# The number of a list item belongs to the answer's form, not to what it states.
_ITEM: Final = re.compile(r"^\s*(?:[-*•]\s*)?(?:\(?\d{1,2}[.)、）]\s)", re.MULTILINE)


def without_item_numbers(text: str) -> str:
    """Return a text without the numbers that only count the items of a list."""
    return _ITEM.sub(" ", text)


def strange_numbers(claim: str, texts: list[str]) -> list[str]:
    """Return the numbers that `claim` writes in digits and that none of `texts` states."""
    stated = frozenset[Decimal]().union(*(stated_numbers(text) for text in texts))
    strange = []
    for match in _NUMBER.finditer(_plain(without_item_numbers(claim))):
        values = _values(match)
        # Zero is written for form's sake ("9:00", "5.0"); nothing rests on it.
        if match["digits"] and any(values) and stated.isdisjoint(values):
            strange.append(match["digits"])
    return strange


def stated_numbers(text: str) -> frozenset[Decimal]:
    """Return every number that `text` states in digits or words, names of months included."""
    found: set[Decimal] = set()
    for match in _NUMBER.finditer(_plain(text)):
        found.update(_values(match))
    return frozenset(found)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()


def _values(match: re.Match[str]) -> list[Decimal]:
    """Return what a match may mean: as written and, if it has one, times its magnitude."""
    if digits := match["digits"]:
        return _digits(digits, match)
    if chinese := match["chinese"]:
        return [Decimal(_chinese(chinese))]
    word, unit = match["word"], match["unit"]
    values = [table[word] for table in (_WORDS, _MONTHS) if word in table]
    if unit in _WORDS:
        values = [values[0] + _WORDS[unit], _WORDS[unit]] if values else [_WORDS[unit]]
    if scale := match["scale"]:
        values += [value * _MAGNITUDES[scale] for value in values]
    return [Decimal(value) for value in values]


def _digits(digits: str, match: re.Match[str]) -> list[Decimal]:
    try:
        value = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return []
    values = [value.normalize()]
    if match["times"]:
        values.append((value * _MAGNITUDES[match["times"]]).normalize())
    if match["pm"] and value < 12:
        values.append(value + 12)
    return values


def _chinese(numeral: str) -> int:
    """Return the value of a Chinese numeral; digits in a row are read one by one ("二〇二四")."""
    if all(character in _DIGITS_ZH for character in numeral):
        return int("".join(str(_DIGITS_ZH[character]) for character in numeral))
    total = section = digit = 0
    for character in numeral:
        if character in _DIGITS_ZH:
            digit = _DIGITS_ZH[character]
            continue
        size = _MAGNITUDES[character]
        if size >= 10**4:
            total, section, digit = (total + section + digit) * size, 0, 0
        else:
            section, digit = section + (digit or 1) * size, 0
    return total + section + digit
