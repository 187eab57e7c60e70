"""What a number looks like in English and Chinese text, in every written form; reads none."""

import re
from typing import Final

from rag.answering.support.measures import COUNTERS
from rag.answering.support.numerals import (
    DENOMINATOR,
    DIGITS,
    ENGLISH,
    HAN,
    RANKED,
    SCALE,
)

_SIGN: Final = r"(?:(?<![\w.\d])[-−–](?=\d)|(?:minus |(?<!正)负|零下\s*))?"
_COUNT: Final = rf"{ENGLISH}|\d+"
_TIMED: Final = (
    "second|minute|hour|day|night|week|month|year|decade|century|kilometre|mile|metre|dozen"
)
_TIMED_ZH: Final = "天|日|年|小时|个小时|个月|周|分钟|个世纪|公里|米|学年"
NUMBER: Final = re.compile(
    rf"百分之(?P<percent>[{HAN}点\d.]+)|(?P<under>[{HAN}]+|\d+)分之(?P<upper>[{HAN}]+|\d+)"
    rf"|(?P<tenths>[{HAN}]|(?<!\d)\d)成(?P<more>[一二三四五六七八九半])?(?![为立本功员效熟都就了年品绩果份因交人])"
    rf"|(?P<off>[{HAN}]{{1,2}}|\d{{1,2}}(?:\.\d)?)\s*折(?!叠|合|算)"
    rf"|(?:打|对)?(?P<half_share>半价|一半|半数|对半|\bhalf[- ]price\b)"
    rf"|(?<![上下大过多{HAN}])(?<![后前](?=半[年月场]))半(?:个)?(?P<half_zh>{_TIMED_ZH})"
    r"|(?P<quarters>\b(?:an?|one|three)[ -]quarters? (?:of an )?hours?\b|一刻钟|三刻钟)"
    r"|(?<![\d:])(?P<elapsed>\d{1,3}:[0-5]\d:[0-5]\d)(?![\d:])"
    r"|(?P<doubled>翻倍|翻番|翻了?一番|加倍)"
    rf"|(?P<ratio_of>\b(?:one|two|three|four|five|six|seven|eight|nine|(?<![\d.])[1-9]) (?:in|out of)(?: every)?"  # noqa: E501
    rf" (?:{ENGLISH}|\d{{1,3}}))\b(?! (?:minutes|hours|days|weeks|months|years))"
    rf"|(?<![A-Za-z_\d/.])(?P<slash_upper>\d{{1,2}})/(?P<slash_under>\d{{1,3}})(?![A-Za-z_\d/月日])"
    rf"|\b(?P<fraction_upper>an?|remaining|{ENGLISH})[ -](?P<fraction_under>{DENOMINATOR})\b(?! hand)"  # noqa: E501
    rf"|\b(?P<half_of>half)\b(?! (?:an? |{_TIMED}|past|{_COUNT}))(?!-)(?=[ ,.;)]|$)"
    rf"|\bhalf[ -](?:an?[ -])?(?P<half>{_TIMED})s?\b"
    r"|(?P<fold>\b(?:double[ds]?|doubling|once|twice|tripl(?:e[ds]?|ing)|twofold|threefold|thrice))\b"
    rf"|(?P<nth>第)\s*(?P<rank_zh>[{HAN}]+|\d+)|\b(?P<rank>(?<!\ba )(?<!\bone )(?<!\bper )(?<!\beach )second\b(?! hand)|(?!second){RANKED}|\d+(?:st|nd|rd|th))\b"  # noqa: E501
    r"|(?<![A-Za-z\d_.])v?(?P<version>\d+(?:\.\d+){2,})(?![A-Za-z\d])"
    r"|(?<=[A-Za-z]-)(?P<label>\d+(?:\.\d+)?)(?![A-Za-z]*\d)"
    rf"|(?P<sign>{_SIGN})(?P<digits>(?<![A-Za-z_\d])(?<![A-Za-z]-)(?<!\d\.)(?:{DIGITS}))(?![A-Za-z]*\d)"
    rf"(?P<scale>(?:\s?(?:{SCALE}|bn\b|mn\b|dozen))+|[km](?![a-z])|\s?[百千万亿]+(?!瓦|米|克|帕|伏|赫|卡|焦|字节))?(?P<glyph>½)?"
    rf"|\b(?P<word>{ENGLISH})\b"
    rf"|(?P<article>(?:(?<=\bwithin )|(?<=\bafter )|(?<=\bfor )|(?<=\bleast )|(?<=\bmost )"
    rf"|(?<=\bthan )|(?<=\blasts )|(?<=\btakes )|(?<=\babout ))an?)"
    rf"(?= (?:(?:full|whole|entire|single) )?(?:{_TIMED})\b)"
    rf"|(?<![{HAN}])(?P<han>[{HAN}]+(?:点[{HAN}]+)?)(?=\s*[{COUNTERS}A-Za-z%℃°]|(?<=[{HAN}]{{2}})|(?<=[十百千万亿])|(?<=[二两三四五六七八九])(?=[\u4e00-\u9fff]))",
    re.IGNORECASE,
)
