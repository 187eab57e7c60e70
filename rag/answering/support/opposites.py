"""Finds words of a claim whose opposite stands in the source; knows no negation."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_ENGLISH: Final = """
before/after above/below (?<!no_)(?<!not_)more/less|fewer most/least|fewest
increas*|raise*|raising|rise*|rose/decreas*|reduc*|lower*|fell|fall*|drop* open*/clos*
oldest/newest|latest|youngest older/newer|younger earlier/later earliest/latest inside/outside
includ*/exclud* always/never allow*|permit*/forbid*|forbidden|prohibit* optional/required|mandatory
minimum|least/maximum longer/shorter longest/shortest larger|bigger|greater/smaller
largest|biggest|greatest/smallest higher/lower highest/lowest faster/slower cheaper/dearer
start*|begin*|began/end*|finish* accept*/reject*|refus* connect*/disconnect* enabl*/disabl*
north*/south* east*/west* left/right male|men/female|women public/private internal/external
upper/lower win*|won/lose*|lost gain*/los* success*/fail* visible/invisible able/unable
possible/impossible legal/illegal majority/minority husband/wife father/mother son/daughter
brother/sister king/queen day/night summer/winter import*/export* buy*/sell*|sold
manual*/automatic* temporary|temporarily/permanent* paid/unpaid known/unknown
everybody|anybody|anyone/nobody both/neither
"""
_CHINESE: Final = """
高于|超过|多于|大于/低于|少于|不到|不足|小于
提高|增加|上升|升至|增长/降低|减少|下降|降至|缩减
延长/缩短 提前/推迟|延后|延迟 之前|以前/之后|以后 以上/以下
至少|不少于|不低于/至多|最多|不超过|不多于
免费|无偿/收费|付费|有偿 境内|国内/境外|海外|国外 最高/最低 最大/最小 最早/最晚 最新/最旧
可以|允许|能够|可/禁止|不得|不能|不可 合格/不合格 男/女 上午/下午 早班/晚班 打开/关闭
自动/手动|人工 接受/拒绝 成功/失败 战胜|获胜/战败|失利 必须|须|应当/不必|无须|无需|不须
全部|全都|所有/部分 连续/间断 长期/短期 进口/出口 支持/反对
"""


def opposed(claim: str, source: str) -> bool:
    """Say whether the claim has a word where the source has only its opposite."""
    one = unicodedata.normalize("NFKC", claim)
    other = unicodedata.normalize("NFKC", source)
    return any(
        (_only(a, b, one) and _only(b, a, other)) or (_only(b, a, one) and _only(a, b, other))
        for a, b in _pairs()
    )


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (make(one), make(other))
        for make, pairs in ((_english, _ENGLISH), (_chinese, _CHINESE))
        for one, _, other in (pair.partition("/") for pair in pairs.split())
    )


def _english(listed: str) -> re.Pattern[str]:
    pattern = listed.replace("*", "[a-z]*").replace("_", " ")
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


def _chinese(listed: str) -> re.Pattern[str]:
    longest_first = sorted(listed.split("|"), key=len, reverse=True)
    return re.compile(rf"(?<![不无未没])(?:{'|'.join(longest_first)})")


def _only(wanted: re.Pattern[str], unwanted: re.Pattern[str], text: str) -> bool:
    return wanted.search(text) is not None and unwanted.search(text) is None
