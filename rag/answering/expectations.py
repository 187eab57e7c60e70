"""Says whether a text holds the kind of thing a question asks for; knows no passage."""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class _Expectation:
    """A kind of question and what a text that answers it is likely to hold."""

    asked: re.Pattern[str]
    held: re.Pattern[str]


def _expect(asked: str, held: str) -> _Expectation:
    return _Expectation(re.compile(asked, re.IGNORECASE), re.compile(held, re.IGNORECASE))


_NUMBER_WORDS: Final = (
    r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|hundred|thousand|million|"
    r"billion|half|third|quarter|dozen|twice|once"
)
_DATES: Final = (
    r"\b[12]\d{3}\b|century|世纪|[年月日]|\b(?:day|month|year|week|hour|minute)s?\b|"
    r"january|february|march|april|june|july|august|september|october|november|december"
)
_EXPECTATIONS: Final = (
    _expect(
        r"\bhow (?:many|much|long|old|far|often|large|big|tall|high|fast|deep|wide)\b"
        r"|\bwhat (?:percent|percentage|number|amount|year|date|day|month|age|time|size|speed)\b"
        r"|\bwhen\b|\bwhich (?:year|century|decade)|多少|几(?!乎)|何时|什么时候|哪一?年|哪天"
        r"|多[大长久高远重快]|百分|年份|日期|时间|年龄|数量",
        rf"\d|\b(?:{_NUMBER_WORDS})\b|[一二三四五六七八九十百千万亿两]",
    ),
    _expect(
        r"\bwhen\b|(?:what|which) (?:year|date|day|month|century)|哪一?年|何时|什么时候|时间|日期",
        _DATES,
    ),
    _expect(r"percent|百分", r"%|％|percent|百分"),
    _expect(
        r"how much|cost|price|fee\b|多少钱|价格|费用|花费|收费",
        r"[$€£¥￥]|\b(?:dollars?|euros?|pounds?|usd|eur|cny|rmb|free)\b|元|美元|免费|\d",
    ),
    _expect(
        r"\bwhy\b|reason|为什么|为何|原因",
        r"because|due to|\bsince\b|so that|in order|reason|result|因为|由于|因此|所以|为了|原因",
    ),
    _expect(
        r"how (?:long|far|tall|wide|deep|big|large|often)|多长|多久|多远|多高|多大|多宽|面积",
        r"\d[\d,.]* ?(?:k?m\b|miles?|feet|met(?:re|er)s?|years?|months?|weeks?|days?|hours?|"
        r"minutes?|seconds?|square|acres)|公里|[米里年天周月]|小时|分钟|平方",
    ),
)
_ASKS_FOR_A_NAME: Final = re.compile(
    r"\b(?:who|whom|whose|where)\b|\b(?:what|which) (?:is the name|was the name|city|country|"
    r"company|team|person|state|river|school|university)\b",
    re.IGNORECASE,
)
_ASKS_WHAT_IT_IS: Final = re.compile(
    r"^(?:what|who) (?:is|are|was|were) (?:an? |the )?[\w\s'-]{1,40}\?$|\bdefin(?:e|ition)|\bmean\b"
    r"|是什么[？?]?$|什么是|定义|的意思|含义|是谁|何许人|哪[国里]人|国籍|属于[什哪]|原产|[别又全]名|简称"
    r"|什么时候(?:成立|出生|建立)|出生[于在]|位于哪",
    re.IGNORECASE,
)
# A name inside a sentence; the first word is capital anyway.
_NAME: Final = re.compile(r"(?<=[a-z0-9,;:)\"”] )[A-Z][a-z]+")


def meets_expectation(question: str, text: str) -> float:
    """Return the share of what kinds of thing `question` asks for that `text` holds, 0 to 1.

    Numbers and names that the question itself mentions do not count: they are what it is about.
    """
    unasked = _without(question, text)
    met = [
        expectation.held.search(unasked) is not None
        for expectation in _EXPECTATIONS
        if expectation.asked.search(question)
    ]
    if _ASKS_FOR_A_NAME.search(question):
        met.append(_NAME.search(unasked) is not None)
    return sum(met) / len(met) if met else 0.0


def asks_what_it_is(question: str) -> bool:
    """Say whether a question asks what somebody or something is, or where it is from."""
    return _ASKS_WHAT_IT_IS.search(question) is not None


def _without(question: str, text: str) -> str:
    """Return `text` without the numbers and names that stand in `question`."""
    for mentioned in sorted(set(re.findall(r"\d[\d,.]*|[A-Z][a-z]+", question)), key=len)[::-1]:
        text = text.replace(mentioned, "")
    return text
