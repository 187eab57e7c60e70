"""Reads what a number written in digits or words, English or Chinese, is worth; knows no unit."""

import re
from fractions import Fraction
from typing import Final

_SMALL: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS: Final = """
zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth
fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth
"""
_ORDINAL_TENS: Final = (
    "twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth ninetieth"
)
_PARTS: Final = {
    "half": 2, "halves": 2, "quarter": 4, "quarters": 4,
    **{
        word + ending: value
        for value, word in enumerate(_ORDINALS.split())
        if value > 2
        for ending in ("", "s")
    },
}  # fmt: skip
_VALUES: Final = (
    {word: value for value, word in enumerate(_SMALL.split())}
    | {word: 10 * value for value, word in enumerate(_TENS.split(), start=2)}
    | {"a": 1, "an": 1, "single": 1, "dozen": 12, "dozens": 12}
)
_RANKS: Final = {word: value for value, word in enumerate(_ORDINALS.split())} | {
    word: 10 * value for value, word in enumerate(_ORDINAL_TENS.split(), start=2)
}
_SCALES: Final = {
    "hundred": 100, "thousand": 1000, "k": 1000, "million": 10**6, "m": 10**6, "mn": 10**6,
    "billion": 10**9, "bn": 10**9, "trillion": 10**12, "dozen": 12,
    "十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8,
}  # fmt: skip
_DIGITS: Final = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0, "两": 2, "俩": 2, "仨": 3, "廿": 20,
}  # fmt: skip

_ONES: Final = "|".join(_SMALL.split())
_CARDINAL: Final = f"{_ONES}|{'|'.join(_TENS.split())}"
_RANK: Final = f"{'|'.join(_ORDINALS.split()[1:])}|{'|'.join(_ORDINAL_TENS.split())}"
SCALE: Final = r"hundred|thousand|million|billion|trillion"

ENGLISH: Final = (
    rf"(?:(?:half )?an? (?=dozen|{SCALE}))?(?:{_CARDINAL}|{SCALE}|dozen)"
    rf"(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_CARDINAL}|{SCALE}|dozen))*"
)
"""What spells a whole number in English; "one" among them, "a" only before a scale."""

RANKED: Final = rf"(?:(?:{'|'.join(_TENS.split())})[ -])?(?:{_RANK})"
"""What spells a place in a row in English."""

DENOMINATOR: Final = "|".join(_PARTS)
"""What spells the lower part of a fraction in English."""

HAN: Final = "零〇一二两俩仨廿三四五六七八九十百千万亿"
"""The characters that Chinese numerals are made of."""

DIGITS: Final = r"\d+(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?![\d.])|\d+(?:\.\d+)?"
"""A number in digits, with its thousands set apart or not."""


def read_digits(text: str, scale: str = "") -> Fraction:
    """Return the worth of digits, times the scale that stands behind them."""
    value = Fraction(text.replace(",", "").replace(" ", ""))
    for one in re.findall(rf"{SCALE}|bn|mn|[kmdozen]+|[{HAN}]", scale.lower()):
        value *= _SCALES.get(one, 1)
    return value


def read_english(text: str) -> Fraction:
    """Return the worth of a numeral in English words."""
    half = text.lower().startswith("half a")
    total, section = Fraction(0), Fraction(0)
    for word in re.findall("[a-z]+", text.lower().removeprefix("half ")):
        if word in ("hundred", "dozen"):
            section = (section or Fraction(1)) * _SCALES[word]
        elif word in _SCALES:
            total, section = total + (section or Fraction(1)) * _SCALES[word], Fraction(0)
        elif word in _VALUES:
            section += _VALUES[word]
    return (total + section) / 2 if half else total + section


def read_rank(text: str) -> Fraction:
    """Return which place in a row English words name."""
    words = re.findall("[a-z]+", text.lower())
    return Fraction(sum(_RANKS.get(word, _VALUES.get(word, 0)) for word in words))


def read_part(text: str) -> Fraction:
    """Return the lower part of a fraction spelt in English."""
    return Fraction(_PARTS[text.lower()])


def read_chinese(text: str) -> frozenset[Fraction]:
    """Return what a Chinese numeral may be worth, decimal places behind 点 included.

    Digits in a row are read one by one ("二〇二四"), or as either of two ("三四个").
    """
    whole, _, decimals = text.partition("点")
    if decimals:
        places = "".join(str(_DIGITS.get(one, one)) for one in decimals)
        return frozenset(value + Fraction(f"0.{places}") for value in read_chinese(whole))
    if re.fullmatch(r"[\d.,]+", whole):
        return frozenset((read_digits(whole),))
    if len(whole) == 2 and all(_DIGITS.get(one, 0) for one in whole):
        first, second = (_DIGITS[one] for one in whole)
        if second - first == 1:
            return frozenset(map(Fraction, (first, second, 10 * first + second)))
    if len(whole) > 1 and all(one in _DIGITS for one in whole):
        return frozenset((Fraction(int("".join(str(_DIGITS[one]) for one in whole))),))
    return frozenset((Fraction(_sum_up(whole)),))


def _sum_up(numeral: str) -> int:
    total = section = digit = size = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
            size = 0 if digit == 0 else size
            continue
        size = _SCALES[character]
        if size >= 10**4:
            total, section, digit = (total + section + digit or 1) * size, 0, 0
        else:
            section, digit = section + (digit or 1) * size, 0
    # "一百二" is 120 and "三万五" 35,000.
    return total + section + digit * (size // 10 if size >= 100 else 1)
