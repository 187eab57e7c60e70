"""Holds the numbers of a claim against its source's; knows no other words of either."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from rag.answering.support.counts_zh import in_known_months, is_about, sums_up
from rag.answering.support.quantities import Quantity, quantities
from rag.answering.support.reckoned import follows

# Kinds that a number may have without saying so, or exchange.
_COUNTED: Final = frozenset(("times", "fold"))
_RANKED: Final = frozenset(("", "degree", "time", "months", "monthday", "calendar", "times"))
_SPANS: Final = frozenset(("time", "months"))
_UNSAID: Final = frozenset(("nth", "ratio", "clock", "weekday"))
# What is left of a whole is stated by its complement.
_REST: Final = re.compile(r"\b(?:remain\w*|rest|others?|left)\b|其余|剩|另|余下", re.IGNORECASE)
# So near to what says so a number is that of the rest.
_BESIDE: Final = 16
_STOP: Final = re.compile("[,.;:，。；：]")
_POINTS: Final = frozenset("上下这那同某本")
# Words that give a number as a name.
_CALLED: Final = re.compile(
    r"\b(?:the|no\.?|number|line|bus|tram|train|route|flight|road|room|gate|platform|article|section"
    r"|rule|version|model|error|code|page|chapter) \Z",
    re.IGNORECASE,
)
_ROUNDED: Final = Fraction(1, 200)
_RATE: Final = re.compile(
    r"\b(?:per|each|every)\s+(day|night|week|month|year|hour|minute|second)\b"
    r"|/\s?(day|night|week|month|year|hour|minute|second)\b"
    r"|\b(daily|nightly|weekly|monthly|yearly|annual(?:ly)?|hourly)\b"
    r"|[每/](?:个)?(天|日|晚|周(?![一二三四五六日])|星期(?![一二三四五六日天])|月|年|小时|分钟|秒)"
    r"|(?<=日|月|年)(?=费|息|薪)",
    re.IGNORECASE,
)
# These may count by a span, or only name it: "five a day", 一年一次, but "valid for a day".
_MAY_RATE: Final = re.compile(
    r"\b(?:an?|one)\s+(day|night|week|month|year|hour|minute|second)\b"
    r"|一(?:个)?(天|日|晚|周|星期|月|年|小时|分钟|秒)",
    re.IGNORECASE,
)
_RATE_BY_A: Final = re.compile(
    r"(?<!\bin)(?<!\bfor)(?<!\bwithin)(?<!\bafter)(?<!\bthan)(?<!\bof)(?<!\blasts)(?<!\btakes)"
    r"(?<!\bleast)(?<!\bmost)(?<!\babout)(?<!\bhalf) an? (day|night|week|month|year|hour|minute|second)\b"  # noqa: E501
    r"(?! (?:ago|later|before|earlier|or more|of silence))",
    re.IGNORECASE,
)
_RATES: Final = {
    "night": "day", "daily": "day", "nightly": "day", "weekly": "week", "monthly": "month",
    "yearly": "year", "annual": "year", "annually": "year", "hourly": "hour", "天": "day",
    "日": "day", "晚": "day", "周": "week", "星期": "week", "月": "month", "年": "year",
    "小时": "hour", "分钟": "minute", "秒": "second",
}  # fmt: skip
# Shorter nouns are units and parts of names.
_SHORT: Final = 3
_LEAST_YEAR: Final = 1000
_CENTURY: Final = 1200
# "The second day" is the next one.
_FOLLOWS: Final = re.compile(r"\b(?:next|following)\b|次[年日月]|翌|隔天", re.IGNORECASE)
# "The two groups", 两组 name what the source speaks of without counting it.
_BOTH: Final = re.compile(r"\b(?:the|these|those|both|other) \Z|(?:这|那|此)\Z", re.IGNORECASE)
_BOTH_ZH: Final = frozenset("组者边方地国队")


def strange_quantities(
    claim: str, sources: Sequence[str], *, around: str = "", beyond: str = ""
) -> list[Quantity]:
    """Return the numbers of a claim that no source states, or states of another unit.

    Args:
        claim: What is examined.
        sources: What may state its numbers.
        around: Title and headings: their years count, not the numbers of chapters.
        beyond: The whole passage: the month of a Chinese 19日 may be told in another sentence.
    """
    stated = [
        one
        for source in sources
        for one in quantities(source)
        if not (_is_pointed_at(one, source) or _is_article(one, source, claim))
    ]
    stated += [
        one for one in quantities(around) if one.kind == "label" or min(one.values) >= _LEAST_YEAR
    ]
    own = quantities(claim)
    stated += in_known_months(own, stated, beyond)
    follows_on = any(_FOLLOWS.search(source) for source in sources)
    return [
        one
        for one in own
        if not any(
            says_same(one, other)
            or (_is_rest(one, claim) and _completes(one, other))
            or is_about(one, other, claim)
            for other in stated
        )
        and not (follows_on and one.kind == "nth" and one.noun in _SPANS and 2 in one.values)
        and not any(follows(one, claim, source) for source in sources)
        and not _is_called(one, claim, around)
        and not sums_up(one, claim)
        and (
            not _may_be_none(one, claim) or _stands_for(one, own, stated, least=_least(one, claim))
        )
    ]


def _is_called(one: Quantity, claim: str, around: str) -> bool:
    """Say whether a number is a name that stands in a title: "the 47" of a page on "bus 47"."""
    return (
        not one.kind
        and _CALLED.search(claim[: one.start]) is not None
        and any(one.values == other.values and not other.kind for other in quantities(around))
    )


def says_same(one: Quantity, other: Quantity) -> bool:
    """Say whether two numbers may state the same."""
    if _in_century(one, other) or _in_century(other, one):
        return True
    if {one.kind, other.kind} == {"clock", "time"}:
        return _elapsed(one, other)
    if one.kind == other.kind and one.kind != "nth":
        return bool(one.amounts & other.amounts) or _rounds(one, other)
    if {one.kind, other.kind} == {"", "times"} and any(
        not number.kind and len(number.noun) > _SHORT for number in (one, other)
    ):
        return False  # "two drops" is not "twice"
    if {one.kind, other.kind} <= _COUNTED or "nth" in (one.kind, other.kind):
        return bool(one.values & other.values) and _ranks_alike(one, other)
    if "" in (one.kind, other.kind):
        return bool(one.values & other.values) and not {one.kind, other.kind} & _UNSAID
    return False


def _elapsed(one: Quantity, other: Quantity) -> bool:
    """Say whether what looks like a time of day is a span: 2:05 of two minutes and five seconds."""
    clock, span = (one, other) if one.kind == "clock" else (other, one)
    return any(value * size in span.amounts for value in clock.values for size in (1, 60))


def counts_otherwise(claim: str, source: str) -> bool:
    """Say whether a claim counts by another span of time, or repeats a number in another's place."""  # noqa: E501
    own, other = rates(claim), rates(source)
    named, known = own | _may_be_rates(claim), other | _may_be_rates(source)
    return bool(own - known and other - named) or _repeats_another(claim, source)


def rates(text: str) -> Counter[str]:
    """Return the spans of time that a text counts by: "a week", "monthly", 每天."""
    return _named(text, _RATE) + _named(text, _RATE_BY_A)


def _may_be_rates(text: str) -> Counter[str]:
    return _named(text, _MAY_RATE)


def _named(text: str, pattern: re.Pattern[str]) -> Counter[str]:
    folded = unicodedata.normalize("NFKC", text)
    named = (next(filter(None, found.groups()), "").lower() for found in pattern.finditer(folded))
    return Counter(_RATES.get(name, name) for name in named if name)


def _rounds(one: Quantity, other: Quantity) -> bool:
    """Say whether a percentage is a fraction, rounded: 33 % of a third."""
    if one.kind != "ratio":
        return False
    return any(
        a != b and abs(a - b) <= _ROUNDED and not (_is_percent(a) and _is_percent(b))
        for a in one.amounts
        for b in other.amounts
    )


def _in_century(one: Quantity, other: Quantity) -> bool:
    """Say whether one names the century of the other's year."""
    if one.kind != "nth" or one.size != _CENTURY or other.kind not in ("", "calendar"):
        return False
    return any((year - 1) // 100 + 1 in one.values for year in other.values if year >= _LEAST_YEAR)


def _ranks_alike(one: Quantity, other: Quantity) -> bool:
    """Say whether "the 30th day" and "30 days" may speak of the same: not so of months."""
    counted = {
        quantity.noun if quantity.kind == "nth" else quantity.kind for quantity in (one, other)
    }
    if {one.kind, other.kind} <= _COUNTED:
        return True
    rank, span = (one, other) if one.kind == "nth" else (other, one)
    if span.kind in _SPANS and rank.noun not in _SPANS:
        return False  # "the third dose" is not "three months"
    if len(counted & _SPANS) == 1 and counted <= _SPANS and one.size != other.size:
        return False
    return len(counted & _SPANS) <= 1 and {one.kind, other.kind} <= _RANKED | {"nth"}


def _is_percent(share: Fraction) -> bool:
    return (share * 10**6).denominator == 1


def _is_rest(one: Quantity, claim: str) -> bool:
    """Say whether a number is told of what is left: "the other 40 %", "40 % remain"."""
    text = unicodedata.normalize("NFKC", claim)
    behind = _STOP.split(text[one.end : one.end + _BESIDE])[0]
    return bool(_REST.search(text[max(0, one.start - _BESIDE) : one.start] + "\n" + behind))


def _is_pointed_at(one: Quantity, source: str) -> bool:
    """Say whether a source tells which and not how many: 上一年, 同一天."""
    before = unicodedata.normalize("NFKC", source)[: one.start]
    return one.is_one and before[-1:] in _POINTS


def _is_article(one: Quantity, source: str, claim: str) -> bool:
    """Say whether a "one" of a source counts nothing that a claim names."""
    counts = one.kind or one.noun.lower() in claim.lower() or _digit_at(one, source)
    return one.is_one and not counts


def _digit_at(one: Quantity, text: str) -> bool:
    return unicodedata.normalize("NFKC", text)[one.start : one.start + 1].isdigit()


def _completes(one: Quantity, other: Quantity) -> bool:
    if one.kind != "ratio" or other.kind != "ratio":
        return False
    return any(a + b == 1 for a in one.amounts for b in other.amounts)


def _stands_for(
    one: Quantity, own: Sequence[Quantity], stated: Sequence[Quantity], *, least: int
) -> bool:
    """Say whether a "one", which may be an article, has the place of another number."""
    alike = [
        other
        for other in stated
        if other.kind == one.kind and _same_noun(one, other) and (min(other.values) >= least)
    ]
    if not one.kind and any(other.is_one for other in alike):
        return False
    return any(not any(says_same(mine, other) for mine in own) for other in alike)


def _least(one: Quantity, claim: str) -> int:
    """Return the least number that a "one" may stand for: "for a day" names no half a day."""
    before = unicodedata.normalize("NFKC", claim)[: one.start]
    return 1 if before.endswith(("for ", "about ")) else 0


def _may_be_none(one: Quantity, claim: str) -> bool:
    """Say whether a number may be no count at all: an article, "first of all", "the two"."""
    if one.is_one:
        return not _digit_at(one, claim)
    is_two = one.values == frozenset((Fraction(2),)) and not one.kind
    return is_two and (
        one.noun in _BOTH_ZH
        or _BOTH.search(unicodedata.normalize("NFKC", claim)[: one.start]) is not None
    )


def _same_noun(one: Quantity, other: Quantity) -> bool:
    if one.kind:
        return True
    return bool(one.noun) and one.noun.rstrip("s") == other.noun.rstrip("s")


def _repeats_another(claim: str, source: str) -> bool:
    """Say whether a claim states a number more often than its source, and another of it not."""
    own, other = (Counter((one.values, one.kind) for one in quantities(t)) for t in (claim, source))
    more, less = own - other, other - own
    return any(
        key in other and any(key[1] == kind and values != key[0] for values, kind in less)
        for key in more
    )
