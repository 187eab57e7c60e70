"""Finds a thing that took the place of another of its kind; knows no names in capitals."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from rag.answering.support.words import LIGHT_HAN
from rag.store.tokens import tokenize

# Of each kind one member cannot stand for another.
_ENGLISH: Final = """
monday tuesday wednesday thursday friday saturday sunday weekday weekend
red orange yellow green blue purple white black brown grey gray pink gold silver
spring summer autumn winter
north south east west northern southern eastern western
engineer manager customer client supplier owner operator officer auditor director president \
minister king queen governor mayor bishop pope emperor doctor nurse pharmacist teacher \
student pupil author poet painter composer scientist player lawyer technician installer
mother father brother sister son daughter uncle aunt husband wife
battery sensor probe logger hub camera modem charger antenna
gold silver copper iron steel oxygen hydrogen nitrogen carbon helium plastic wood glass
profit turnover revenue salary loss
hardware firmware software
english french german spanish portuguese chinese japanese russian italian latin arabic dutch polish
"""
_CHINESE: Final = """
星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日
金牌 银牌 铜牌
红色 橙色 黄色 绿色 蓝色 紫色 白色 黑色 灰色
春天 夏天 秋天 冬天 春季 夏季 秋季 冬季
公司 客户 员工 供应商 经销商
工程师 药师 客服 护士 医生 经理 主任 总监 主管 老师 学生 律师 法官 管理员 负责人 操作员
药品 食品 疫苗 血液 药房 血库
北京 上海 广州 深圳 苏州 杭州 南京 天津 重庆 贵阳 武汉 成都 西安 长沙 青岛 厦门 香港 台北
东部 西部 南部 北部 中部
研发 仓储 产线 职能 销售 财务 行政 人事 法务 质量
英语 法语 德语 日语 俄语 汉语 西班牙语 葡萄牙语 拉丁语 阿拉伯语
利润 收入 工资 奖金 成本
氧气 氢气 氮气 液氮 干冰 黄金 白银
温度 湿度 压力 电压 电流 速度 重量
基础版 专业版 旗舰版 国内版 海外版 标准版 免费版 企业版
"""
# What such a syllable ends is a department, a person, a vehicle …: its first part says which.
_ENDINGS: Final = {
    ending: endings
    for endings in ("部科室处", "院校厂站店", "库箱车柜", "员师", "镇县市省州", "牌")
    for ending in endings
}
# "总部" and "内部" are no departments, and a measure word is no part of what it counts.
_NO_PART: Final = "总内外全大局东西南北中台支个只块条位名件辆间"
_COMPOUND: Final = re.compile(
    rf"(?:(?![{''.join(sorted(LIGHT_HAN))}{_NO_PART}])[\u4e00-\u9fff]){{2}}(?=([{''.join(_ENDINGS)}]))"
)


def changed_kind(claim: str, window: str, *, spared: str = "") -> bool:
    """Say whether the claim names a thing of some kind where the window names another of it.

    Args:
        claim: What is examined.
        window: The stretch of the source that it comes nearest to.
        spared: May be named too: title, headings, question.
    """
    own, other, around = _members(claim), _members(window), _members(spared)
    return any(
        (own[kind] - other[kind] - around.get(kind, frozenset())) and (other[kind] - own[kind])
        for kind in own.keys() & other.keys()
    )


@lru_cache(maxsize=512)
def _members(text: str) -> dict[str, frozenset[str]]:
    """Return the things a text names, by their kind."""
    folded = unicodedata.normalize("NFKC", text)
    found: dict[str, set[str]] = {}
    stems = set(tokenize(folded))
    for kind, members in _english().items():
        if held := stems & members:
            found[kind] = held
    for kind, pattern in _chinese().items():
        if named := set(pattern.findall(folded)):
            found[kind] = named
    for match in _COMPOUND.finditer(folded):
        found.setdefault(_ENDINGS[match[1]], set()).add(match[0])
    return {kind: frozenset(members) for kind, members in found.items()}


@lru_cache(maxsize=1)
def _english() -> dict[str, frozenset[str]]:
    lines = _ENGLISH.strip().splitlines()
    return {line: frozenset(tokenize(line)) for line in lines}


@lru_cache(maxsize=1)
def _chinese() -> dict[str, re.Pattern[str]]:
    lines = _CHINESE.strip().splitlines()
    return {line: re.compile("|".join(line.split())) for line in lines}
