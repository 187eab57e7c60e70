"""Finds words of a claim whose opposite stands in the source; knows no negation."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_ENGLISH: Final = """
before/after above/below more/less|fewer most/least|fewest increas*/decreas*|reduc*|lower*
raise*|rais*|rise*|rose/lower*|fell|fall*|drop* open*/clos* oldest/newest|latest|youngest
older/newer|younger earlier/later earliest/latest first/last inside/outside includ*/exclud*
always/never allow*|permit*/forbid*|forbidden|prohibit* optional/required|mandatory|must
minimum|least/maximum|most longer/shorter longest/shortest larger|bigger|greater/smaller
largest|biggest|greatest/smallest higher/lower highest/lowest faster/slower cheaper/dearer
start*|begin*|began/end*|finish* accept*/reject*|refus* connect*/disconnect* enabl*/disabl*
north*/south* east*/west* left/right male|men/female|women public/private internal/external
upper/lower up/down on/off win*|won/lose*|lost gain*/los* success*/fail* visible/invisible
able/unable possible/impossible legal/illegal majority/minority husband/wife father/mother
son/daughter brother/sister king/queen day/night summer/winter import*/export* buy*/sell*|sold
manual*/automatic* temporary|temporarily/permanent* paid/unpaid known/unknown free/charged
many/few|no|single all|every|whole/none|no everybody|anybody|anyone/nobody both/neither
"""
_CHINESE: Final = """
高于|超过|多于|大于/低于|少于|不到|不足|小于 提高|增加|上升|升至|升|增长/降低|减少|下降|降至|降|缩减
延长/缩短 提前/推迟|延后|延迟 之前|以前/之后|以后 以上/以下 至少|不少于|不低于/至多|最多|不超过|不多于
免费|无偿/收费|付费|有偿 境内|国内/境外|海外|国外 最高/最低 最大/最小 最早/最晚 最新/最旧 最长/最短
可以|允许|能够|可/禁止|不得|不能|不可 合格/不合格 男/女 上午/下午 早班/晚班 开启|打开/关闭 自动/手动|人工
接受/拒绝 成功/失败 增大/减小 胜|赢/负|输 东/西 南/北 左/右 公开/保密 必须|须|应当/不必|无须|无需|不须
客户|买方/公司|卖方 第一/最后 全部|全都|所有|都/部分|没有|无一 已/未 连续/间断 长期/短期 买/卖 进口/出口 支持/反对
"""


@lru_cache(maxsize=1)
def _pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    english = [tuple(pair.split("/")) for pair in _ENGLISH.split()]
    chinese = [tuple(pair.split("/")) for pair in _CHINESE.split()]
    return tuple(
        (make(one), make(other))
        for make, pairs in ((_english, english), (_chinese, chinese))
        for one, other in pairs
    )


def _english(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words.replace('*', '[a-z]*')})\b", re.IGNORECASE)


def _chinese(words: str) -> re.Pattern[str]:
    longest_first = sorted(words.split("|"), key=len, reverse=True)
    return re.compile(rf"(?<![不无未没])(?:{'|'.join(longest_first)})")


def opposed(claim: str, source: str) -> bool:
    """Say whether the claim has a word where the source has only its opposite."""
    one = unicodedata.normalize("NFKC", claim)
    other = unicodedata.normalize("NFKC", source)
    return any(
        (_only(a, b, one) and _only(b, a, other)) or (_only(b, a, one) and _only(a, b, other))
        for a, b in _pairs()
    )


def _only(wanted: re.Pattern[str], unwanted: re.Pattern[str], text: str) -> bool:
    return wanted.search(text) is not None and unwanted.search(text) is None
