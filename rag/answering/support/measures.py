"""Holds units of measure, by which numbers of one kind are compared; knows no text."""

import re
from fractions import Fraction
from typing import Final

# Name of a kind: its units, each with how much of the first it is.
_KINDS: Final[dict[str, dict[str, int | Fraction]]] = {
    "time": {
        r"seconds?|secs?|秒钟?": 1,
        r"minutes?|mins?|分钟|分(?=半|\s*[\d零一二三四五六七八九十]+\s*秒)": 60,
        r"hours?|hrs?|h\b|(?:个)?(?:小时|钟头)": 3600,
        r"days?|nights?|overnight|个?工作日|天|日(?!元|本)|晚": 86400,
        r"fortnights?": 14 * 86400,
        r"weeks?|(?:个)?(?:星期|礼拜|周)(?!岁|[一二三四五六日天])": 7 * 86400,
    },
    "months": {
        r"months?|个?半?月(?!球|亮)": 1,
        r"quarters?|(?:个)?季度": 3,
        r"years?|周?年(?!代|级)|周?岁": 12,
        r"decades?": 120,
        r"centur(?:y|ies)|(?:个)?世纪": 1200,
    },
    "ratio": {
        r"%|percent(?:age points?)?|per cent|pct\b|个百分点": Fraction(1, 100),
        r"‰|per mille": Fraction(1, 1000),
    },
    "degree": {r"°\s?[CF]\b|℃|℉|degrees?(?: (?:Celsius|Fahrenheit|centigrade))?|(?:摄氏)?度": 1},
    "length": {
        r"millimet(?:re|er)s?|mm\b|毫米": Fraction(1, 1000),
        r"centimet(?:re|er)s?|cm\b|厘米|公分": Fraction(1, 100),
        r"kilomet(?:re|er)s?|km\b(?![/²^])|公里|千米": 1000,
        r"met(?:re|er)s?\b(?! per)|m\b(?![²³/^])|米": 1,
        r"miles?|英里": Fraction(1609344, 1000),
        r"feet|foot|ft\b|英尺": Fraction(3048, 10000),
        r"inch(?:es)?|英寸": Fraction(254, 10000),
        r"yards?": Fraction(9144, 10000),
    },
    "area": {
        r"square met(?:re|er)s?|sq\.? ?m\b|m²|m2\b|m\^2|平方米|平米": 1,
        r"square kilomet(?:re|er)s?|km²|km2\b|平方公里|平方千米": 10**6,
        r"hectares?|ha\b|公顷": 10**4,
        r"acres?|英亩": Fraction(40468564224, 10**7),
        r"亩": Fraction(2000, 3),
    },
    "volume": {
        r"millilit(?:re|er)s?|ml\b|毫升": Fraction(1, 1000),
        r"lit(?:re|er)s?|l\b|升": 1,
        r"cubic met(?:re|er)s?|m³|m3\b|立方米": 1000,
    },
    "mass": {
        r"milligrams?|mg\b|毫克": Fraction(1, 1000),
        r"grams?|g\b|克": 1,
        r"kilograms?|kilos?|kg\b|公斤|千克": 1000,
        r"tons?\b|tonnes?|吨": 10**6,
        r"斤": 500,
    },
    "data": {
        r"kb\b|kilobytes?": 1,
        r"mb\b|megabytes?|兆": 10**3,
        r"gb\b|gigabytes?": 10**6,
        r"tb\b|terabytes?": 10**9,
    },
    "voltage": {r"millivolts?|mv\b": Fraction(1, 1000), r"volts?|V\b|伏特?": 1, r"kv\b|千伏": 1000},
    "current": {r"milliamps?|mA\b|毫安": Fraction(1, 1000), r"amperes?|amps?|A\b|安培?": 1},
    "power": {
        r"milliwatts?|mW\b|毫瓦": Fraction(1, 1000),
        r"watts?|W\b|瓦特?": 1,
        r"kilowatts?|kW\b|千瓦(?!时)": 1000,
        r"megawatts?|MW\b|兆瓦": 10**6,
    },
    "energy": {r"kilowatt[- ]hours?|kwh\b|千瓦时|度电": 1},
    "frequency": {
        r"hertz|hz\b|赫兹?": 1,
        r"kilohertz|khz\b": 10**3,
        r"megahertz|mhz\b": 10**6,
        r"gigahertz|ghz\b": 10**9,
    },
    "pressure": {r"bars?\b|巴": 1, r"kpa\b|千帕": Fraction(1, 100), r"mpa\b|兆帕": 10},
    "euro": {r"€|euros?|eur\b|欧元": 1},
    "dollar": {r"us\$|\$|dollars?|usd\b|美元|美金": 1},
    "pound": {r"£|pounds?|gbp\b|英镑": 1},
    "yen": {r"yen\b|jpy\b|日元": 1},
    "yuan": {r"¥|yuan|rmb\b|cny\b|元|块钱?|人民币": 1},
    "fold": {r"[- ]?fold\b|times (?=as|more|the|higher|larger|bigger|greater|what|that)|倍": 1},
    "times": {r"times?\b|次|遍|回(?!收|答|复)": 1},
    "people": {r"persons?\b|people\b|人(?!员|民币|次)|名|位": 1},
    "vote": {r"votes?|票": 1},
}
# What is only told by its capitals: "5 A" is no article.
_CASED: Final = re.compile(r"[A-Z]\b|m[AW]\b|[kM]W\b")

UNITS: Final = tuple(
    (kind, Fraction(size), re.compile(pattern, 0 if _CASED.search(pattern) else re.IGNORECASE))
    for kind, units in _KINDS.items()
    for pattern, size in units.items()
)
"""Kind, size and pattern of each unit; of those that match the longest is meant."""

CURRENCIES: Final = {"€": "euro", "$": "dollar", "us$": "dollar", "£": "pound", "¥": "yuan"}
"""Signs that stand before their number."""

COUNTERS: Final = (
    "个天日周年小分秒次支台名人位家倍元岁项种条份座所场届点成折只块度米公厘毫里月号级层代批本部期组队枚"
    "架艘辆首幅颗棵头匹万千瓦伏安赫兆吨克斤升亩票平立英摄美欧票件页章节篇段集句字轮遍回杯瓶包盒箱袋"
    "张把双对副套间栋幢楼栏道门科课堂站株朵粒片团群类样国省市县区镇村户口员多余几来起秒世季刻钟"
)
"""Characters that a Chinese numeral of one character counts by."""


def unit_at(text: str, at: int) -> tuple[str, Fraction, int]:
    """Return the kind and size of the unit at a place in a text, and where it ends.

    The kind is "" where there is none that we know.
    """
    found, end = ("", Fraction(1)), at
    for kind, size, pattern in UNITS:
        match = pattern.match(text, at)
        if match and match.end() > end and _ends_word(text, match.end()):
            found, end = (kind, size), match.end()
    return (*found, end)


def _ends_word(text: str, end: int) -> bool:
    """Say whether a unit of letters ends where its word ends."""
    before, after = text[end - 1], text[end : end + 1]
    return not (before.isascii() and before.isalpha() and after.isascii() and after.isalpha())
