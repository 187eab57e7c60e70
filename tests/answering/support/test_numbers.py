"""A changed number is found out however it is written; the same in another form is left alone."""

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.answering.support.verdict import Fault, fault_in
from tests.answering.support.written import (
    chinese,
    chinese_forms,
    english_forms,
    percent_forms_en,
    percent_forms_zh,
)

SAID_EN = (
    "The warranty of the pump lasts {} {}.",
    "For {} {} the warranty of the pump lasts.",
    "According to the manual, the pump has a warranty of {} {}.",
)
SAID_ZH = (
    "水泵的保修期为 {} {}。",
    "水泵保修{}{}。",
    "根据手册，水泵的保修期是 {} {}。",
)
TIMES_EN = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}
TIMES_ZH = {"秒": 1, "分钟": 60, "小时": 3600, "天": 86400, "周": 604800}
COUNTED_EN = ("loggers", "euros", "kilometres", "people", "votes", "kg", "sheep")
COUNTED_ZH = ("台", "欧元", "公里", "人", "票", "公斤", "只", "元", "层")

numbers = st.integers(min_value=2, max_value=99_999)
small = st.integers(min_value=2, max_value=400)


def flagged(claim: str, source: str) -> bool:
    return fault_in(claim, [Document(source)]) is Fault.NUMBER


@given(
    data=st.data(),
    stated=small,
    claimed=small,
    units=st.tuples(*[st.sampled_from(sorted(TIMES_EN))] * 2),
)
@settings(max_examples=300, deadline=None)
def test_a_changed_time_never_passes_in_english(
    data: st.DataObject, stated: int, claimed: int, units: tuple[str, str]
) -> None:
    source = SAID_EN[0].format(data.draw(st.sampled_from(english_forms(stated))), units[0])
    form = data.draw(st.sampled_from(english_forms(claimed)))
    claim = data.draw(st.sampled_from(SAID_EN)).format(form, units[1])
    same = stated * TIMES_EN[units[0]] == claimed * TIMES_EN[units[1]]
    assert flagged(claim, source) is not same, (claim, source)


@given(
    data=st.data(),
    stated=small,
    claimed=small,
    units=st.tuples(*[st.sampled_from(sorted(TIMES_ZH))] * 2),
)
@settings(max_examples=300, deadline=None)
def test_a_changed_time_never_passes_in_chinese(
    data: st.DataObject, stated: int, claimed: int, units: tuple[str, str]
) -> None:
    source = SAID_ZH[0].format(data.draw(st.sampled_from(chinese_forms(stated))), units[0])
    form = data.draw(st.sampled_from(chinese_forms(claimed)))
    claim = data.draw(st.sampled_from(SAID_ZH)).format(form, units[1])
    same = stated * TIMES_ZH[units[0]] == claimed * TIMES_ZH[units[1]]
    assert flagged(claim, source) is not same, (claim, source)


@given(data=st.data(), stated=numbers, claimed=numbers, noun=st.sampled_from(COUNTED_EN))
@settings(max_examples=300, deadline=None)
def test_a_changed_count_never_passes_in_english(
    data: st.DataObject, stated: int, claimed: int, noun: str
) -> None:
    claimed = data.draw(st.sampled_from([claimed, stated, stated + 1, stated * 10]))
    said = "The village of Lund has {} " + noun + " in all."
    source = said.format(data.draw(st.sampled_from(english_forms(stated))))
    claim = said.format(data.draw(st.sampled_from(english_forms(claimed))))
    assert flagged(claim, source) is (stated != claimed), (claim, source)


@given(data=st.data(), stated=numbers, claimed=numbers, noun=st.sampled_from(COUNTED_ZH))
@settings(max_examples=300, deadline=None)
def test_a_changed_count_never_passes_in_chinese(
    data: st.DataObject, stated: int, claimed: int, noun: str
) -> None:
    claimed = data.draw(st.sampled_from([claimed, stated, stated + 1, stated * 10]))
    said = "仓库里共有{}" + noun + "。"
    source = said.format(data.draw(st.sampled_from(chinese_forms(stated))))
    claim = said.format(data.draw(st.sampled_from(chinese_forms(claimed))))
    assert flagged(claim, source) is (stated != claimed), (claim, source)


@given(data=st.data(), stated=st.integers(1, 9), claimed=st.integers(1, 9))
@settings(max_examples=200, deadline=None)
def test_a_changed_share_never_passes(data: st.DataObject, stated: int, claimed: int) -> None:
    for said, forms in (
        ("The state pays {} of the cost.", percent_forms_en),
        ("费用的{}由县财政承担。", percent_forms_zh),
    ):
        source = said.format(data.draw(st.sampled_from(forms(stated))))
        claim = said.format(data.draw(st.sampled_from(forms(claimed))))
        assert flagged(claim, source) is (stated != claimed), (claim, source)


@given(
    data=st.data(),
    days=st.tuples(*[st.dates(datetime.date(1800, 1, 1), datetime.date(2099, 12, 31))] * 2),
)
@settings(max_examples=200, deadline=None)
def test_a_changed_date_never_passes(
    data: st.DataObject, days: tuple[datetime.date, datetime.date]
) -> None:
    stated = days[0]
    claimed = data.draw(
        st.sampled_from([*days, stated + datetime.timedelta(days=1), stated.replace(day=1)])
    )
    for said, forms in (("The bridge opened on {}.", _days_en), ("大桥于{}通车。", _days_zh)):
        source = said.format(data.draw(st.sampled_from(forms(stated))))
        claim = said.format(data.draw(st.sampled_from(forms(claimed))))
        assert flagged(claim, source) is (stated != claimed), (claim, source)


@given(data=st.data(), stated=st.integers(1, 60), claimed=st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_one_is_a_number_where_another_stood(
    data: st.DataObject, stated: int, claimed: int
) -> None:
    for said, forms in (
        ("Alarms are sent after {} minutes of silence.", english_forms),
        ("静默{}分钟后发送报警。", chinese_forms),
    ):
        source = said.format(data.draw(st.sampled_from(forms(stated))))
        claim = said.format(data.draw(st.sampled_from(forms(claimed))))
        assert flagged(claim, source) is (stated != claimed), (claim, source)


def _days_en(day: datetime.date) -> list[str]:
    return [
        f"{day.day} {day:%B} {day.year}", f"{day:%B} {day.day}, {day.year}", day.isoformat(),
        f"{day:%b} {day.day}, {day.year}",
    ]  # fmt: skip


def _days_zh(day: datetime.date) -> list[str]:
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    return [
        f"{day.year} 年 {day.month} 月 {day.day} 日", f"{day.year}年{day.month}月{day.day}号",
        f"{year}年{chinese(day.month)}月{chinese(day.day)}日", day.isoformat(),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The rate is 4.85 % for five years.", "The rate is 4.35 % for five years."),
        ("Cards cost 1.25 % of the amount.", "Cards cost 1.75 % of the amount."),
        (
            "The second dose follows one to three weeks after the first, the third a year later.",
            "The second dose follows one to three months after the first, the third a year later.",
        ),
        ("The default of 1 prints all.", "The default of 0 prints all, one object each line."),
        ("入职满 12 个月即可申请。", "入职满六个月且上一年度考核合格的员工可以申请。"),
        ("收入的 40% 用于修路，其余上缴。", "收入的 60% 用于修路，其余上缴。"),
    ],
)
def test_numbers_near_others_of_the_source_are_told_from_them(claim: str, source: str) -> None:
    assert flagged(claim, source)
