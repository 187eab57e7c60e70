"""Finds a Chinese character of a claim whose opposite its source has at the same word."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.answering.support.words import Word, words

_PAIRS: Final = """
上下 前后 高低 早晚 轻重 左右 内外 里外 大小 多少 长短 快慢 新旧 东西 南北 男女 冷热 干湿 深浅
宽窄 粗细 软硬 升降 增减 进出 买卖 收发 始末 首末 首尾 正副 正反 公私 有无 老少 父母 兄弟 姐妹
夫妻 春秋 冬夏 日夜 昼夜 主次 阴阳 雌雄 胜负 盈亏 远近 厚薄 强弱 浓淡 明暗 生熟 真假 优劣 好坏
难易 松紧 贫富 城乡 先后 存取 供需 攻守 师生 医患 古今 加减 乘除 开关 出入 甲乙 单双 奇偶 顺逆
纵横 动静 虚实 公母 祖孙 婆媳 叔姑 姑姨 叔舅 爷奶 哥弟 姐弟 儿女 头尾 顶底 起终 迎送 黑白 红绿
红蓝 红黄 黄绿 黄蓝 蓝绿 黑红 黑黄 黑蓝 白红 白黄 白蓝 白绿 糖盐 米面 鱼肉 鸡鸭 鸡鹅 牛羊 牛猪
羊猪 猫狗 春夏 春冬 夏秋 秋冬 东南 东北 西南 西北 全半 年季 季月 年月 月周 周日 省市 市县 县镇
镇村 金银 银铜 金铜 铜铁 铁钢
"""
# What grades a quality or counts time tells which of two is meant: 最高, 三天后, 使用前.
_GRADES: Final = frozenset("较最更次用天日月年周时分秒")


def at_other_side(claim: str, window: str) -> bool:
    """Say whether a claim has 上游, 最高 or 绿灯 where its source has 下游, 最低 or 红灯 alone.

    Args:
        claim: The sentence.
        window: The sentences of the source that come nearest to it.
    """
    own, there = _pairs(claim), _pairs(window)
    return any(
        pair not in there and other in there and other not in own
        for pair in own
        for other in _others(pair)
    )


@lru_cache(maxsize=2048)
def _pairs(text: str) -> frozenset[str]:
    cut = words(text)
    return frozenset(
        a.raw + b.raw
        for a, b in pairwise(cut)
        if a.is_han and b.is_han and a.end == b.start and (_counts(a, b) or _counts(b, a))
    )


def _counts(side: Word, beside: Word) -> bool:
    grades = beside.raw in _GRADES and beside.end == side.start
    told = (beside.weight > 0 and not beside.is_number) or grades
    return side.raw in _sides() and told


def _others(pair: str) -> Iterator[str]:
    first, second = pair[0], pair[1]
    for other in _sides().get(first, ""):
        yield other + second
    for other in _sides().get(second, ""):
        yield first + other


@lru_cache(maxsize=1)
def _sides() -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in _PAIRS.split():
        one, other = pair[0], pair[1]
        found[one] = found.get(one, "") + other
        found[other] = found.get(other, "") + one
    return found
