"""Rewrites numbers spelt in English or Chinese as digits; knows neither units nor dates.

"three and a half hours" becomes "3.5 hours", 百分之五 "5%", 两天 "2天". A Chinese numeral counts
only before a unit or measure word, for its characters are everywhere (一起, 万一); "one" likewise.
"""

import re

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FIRST_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen")
_TEENS = (*_FIRST_TEENS, "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = (
    {"zero": 0}
    | {word: number for number, word in enumerate((*_ONES, *_TEENS), start=1)}
    | {word: number * 10 for number, word in enumerate(_TENS, start=2)}
)
_ONE = "|".join(_ONES)
_SMALL = rf"(?:(?:{'|'.join(_TENS)})(?:[ -](?:{_ONE}))?|{'|'.join(_TEENS)}|{_ONE}|zero)"
_HUNDREDS = rf"(?:(?:a|{_SMALL}) hundred(?:(?: and)? {_SMALL})?|{_SMALL})"
_ENGLISH = re.compile(
    rf"\b(?P<whole>(?:a|{_HUNDREDS}) thousand(?:,?(?: and)? {_HUNDREDS})?|{_HUNDREDS})\b"
    r"(?P<half> and a half\b)?"
)

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "兩": 2,
}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_HAN = "".join([*_DIGITS, *_SCALES, *_MYRIADS])
_FIRST = "".join([*_DIGITS, "十"])  # 3万元 has its digits already
_PERCENT = re.compile(rf"百分之([{_HAN}]{{1,20}}|\d+(?:\.\d+)?)")


class NumeralReader:
    """Rewrites numerals; `unit` is the pattern of what a Chinese numeral or "one" must precede."""

    def __init__(self, unit: str) -> None:
        self._unit = re.compile(rf" ?(?:{unit})")
        self._han = re.compile(rf"(?<![{_HAN}])[{_FIRST}][{_HAN}]{{0,19}}(?= ?(?:{unit}))")
        self._han_half = re.compile(rf"(?<!\d)半(?= ?(?:{unit}))")

    def to_digits(self, text: str) -> str:
        """Return lower-case `text` with its numerals in digits."""
        text = _PERCENT.sub(lambda match: f"{_chinese(match[1]) or match[1]}%", text)
        text = self._han.sub(lambda match: _chinese(match[0]) or match[0], text)
        text = re.sub(r"(\d)\s?([个個])半", r"\1.5\2", text)
        text = self._han_half.sub("0.5", text)
        text = re.sub(r"\bhalf an? ", "0.5 ", text)
        return _ENGLISH.sub(self._english, text)

    def _english(self, match: re.Match[str]) -> str:
        if match[0] == "one" and not self._unit.match(match.string, match.end()):
            return match[0]
        return f"{_english(match['whole'])}{'.5' if match['half'] else ''}"


def _english(words: str) -> int:
    total = current = 0
    for word in re.findall(r"[a-z]+", words):
        if word == "hundred":
            current *= 100
        elif word == "thousand":
            total, current = current * 1000, 0
        elif word != "and":
            current += 1 if word == "a" else _VALUES[word]
    return total + current


def _chinese(numeral: str) -> str:
    """Return digits, or "" for what is no single number (五六: five or six)."""
    if not set(numeral) <= set(_HAN):
        return ""
    if set(numeral) <= set(_DIGITS):
        two = len(numeral) == 2 and _DIGITS[numeral[0]] != 0
        return "" if two else "".join(str(_DIGITS[digit]) for digit in numeral)
    total = section = digit = 0
    for character in numeral:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _SCALES:
            section, digit = section + (digit or 1) * _SCALES[character], 0
        else:
            total, section, digit = (total + section + digit) * _MYRIADS[character], 0, 0
    return str(total + section + digit)
