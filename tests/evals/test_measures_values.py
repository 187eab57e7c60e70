"""Numbers and dates mean the same however they are written; knows nothing of models."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.measures.values import Date, Label, Quantity, read_values, values_match


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2026-01-15", Date(2026, 1, 15)),
        ("2026/1/15", Date(2026, 1, 15)),
        ("2026.01.15", Date(2026, 1, 15)),
        ("2026年1月15日", Date(2026, 1, 15)),
        ("2026 年 1 月 15 日", Date(2026, 1, 15)),
        ("二〇二六年一月十五日", Date(2026, 1, 15)),
        ("15 January 2026", Date(2026, 1, 15)),
        ("the 15th of January, 2026", Date(2026, 1, 15)),
        ("Jan. 15, 2026", Date(2026, 1, 15)),
        ("January 15th 2026", Date(2026, 1, 15)),
        ("15.01.2026", Date(2026, 1, 15)),
        ("01/15/2026", Date(2026, 1, 15)),
        ("January 2026", Date(2026, 1)),
        ("2026年1月", Date(2026, 1)),
        ("31 March", Date(None, 3, 31)),
        ("3月31日", Date(None, 3, 31)),
        ("2026年", Date(2026)),
    ],
)
def test_a_date_is_read(text, date):
    assert read_values(f"On {text}.") == [date]


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("1,234.5", "1234.5", ""),
        ("1234.50", "1234.5", ""),
        ("36 months", "36", "months"),
        ("36个月", "36", "个月"),
        ("a 90-day limit", "90", "day"),
        ("三年", "3", "年"),
        ("两天", "2", "天"),
        ("百分之五", "5", "%"),
        ("百分之12.5", "12.5", "%"),
        ("12 percent", "12", "percent"),
        ("three and a half hours", "3.5", "hours"),
        ("twenty-one", "21", ""),
        ("two hundred and five kg", "205", "kg"),
        ("three thousand, four hundred", "3400", ""),
        ("half an hour", "0.5", "hour"),
        ("半小时", "0.5", "小时"),
        ("两个半小时", "2.5", "个小时"),
        ("十五次", "15", ""),
        ("三万六千元", "36000", "元"),
        ("3万元", "30000", "元"),
        ("3.6 million", "3600000", ""),
        ("€5,000", "5000", "€"),
        ("￥3,600", "3600", "¥"),
        ("-30 °C", "-30", "°c"),
        ("−30 ℃", "-30", "°c"),
        ("温度为-30度", "-30", "度"),
        ("共36个月", "36", "个月"),
        ("one working day", "1", "working day"),
        ("4:30 pm", "990", "o'clock"),
        ("16:30", "990", "o'clock"),
        ("12:05 a.m.", "5", "o'clock"),
        ("2 hours and 16 minutes", "136", "minutes"),
        ("1小时30分钟", "90", "minutes"),
        ("一年零六个月", "18", "months"),
        ("1.5 hours", "1.5", "hours"),
        ("the 3rd floor", "3", ""),
    ],
)
def test_a_quantity_is_read(text, amount, unit):
    assert read_values(text) == [Quantity(Decimal(amount), unit)]


@pytest.mark.parametrize(
    "text", ["H204", "error E-12", "covid-19", "no one", "五六个", "一起", "万一", "R2D2", "4fe9a"]
)
def test_a_number_in_a_name_is_no_value(text):
    assert read_values(text) == []


@pytest.mark.parametrize("text", ["3.4.1", "192.168.0.1"])
def test_a_version_or_address_is_compared_as_it_stands(text):
    assert read_values(f"firmware {text}") == [Label(text)]
    assert values_match(f"It is {text}.", text) is True
    assert values_match(f"It is v{text}.", text) is True
    assert values_match("It is 3.4.2.", "3.4.1") is False


@pytest.mark.parametrize("text", ["03/04/2026", "2026-13-01", "2026-00-10"])
def test_a_day_or_month_in_doubt_makes_no_date(text):
    assert not any(isinstance(value, Date) for value in read_values(text))


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("保修三年", "36 months"),
        ("It takes 210 minutes.", "three and a half hours"),
        ("72 hours", "3 days"),
        ("at most 72", "72 hours"),
        ("62.00 EUR", "€62"),
        ("价格为 120 元", "¥120"),
        ("On 15 January 2026 it ended.", "2026年1月15日"),
        ("On 15 January 2026 it ended.", "15 January"),
        ("On 15 January 2026 it ended.", "2026"),
        ("In 2026", "2026年"),
        ("Salaries come on the 26th.", "26 日"),
        ("between -95 °C and 120 °C", "-95 °C to +120 °C"),
        ("24 months for one, nine for the other", "24 months against 9 months"),
        ("2.4 GHz", "2400 MHz"),
    ],
)
def test_the_same_value_written_otherwise_matches(reply, answer):
    assert values_match(reply, answer) is True


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("36 days", "36 months"),
        ("It costs 45 dollars.", "€45"),
        ("30 °C", "-30 °C"),
        ("15 January", "15 January 2026"),
        ("15 January 2025", "2026-01-15"),
        ("1 day", "one working day"),
        ("24 months", "24 months against 9 months"),
        ("1234", "123"),
        ("no number at all", "7"),
        ("H204", "204"),
        ("3.4.1", "3.4"),
    ],
)
def test_another_value_does_not_match(reply, answer):
    assert values_match(reply, answer) is False


def test_an_answer_without_values_is_not_judged():
    assert values_match("36 months", "Marta Quintela") is None


@pytest.mark.parametrize(
    "text",
    ["1" * 5000, f"{'9' * 5000} hours 3 minutes", f"一{'亿' * 5000}个", f"百分之{'亿' * 5000}"],
)
def test_an_absurdly_long_number_breaks_nothing(text):
    assert values_match(text, text) in (True, None)
    assert values_match("2026-01-15", text) in (False, None)


@given(st.integers(0, 10**9), st.sampled_from(["", " months", " 元", "%", " kg"]))
def test_thousands_separators_do_not_matter(number, unit):
    assert values_match(f"about {number:,}{unit} in all", f"{number}{unit}") is True
    assert values_match(f"about {number + 1:,}{unit} in all", f"{number}{unit}") is False


@given(st.dates())
def test_every_date_is_the_same_in_every_form(day):
    iso, english = day.isoformat(), f"{day.day} {day:%B} {day.year:04}"
    american = f"{day:%b} {day.day}, {day.year:04}"
    chinese = f"{day.year:04}年{day.month}月{day.day}日"
    for reply in (iso, english, american, chinese):
        for answer in (iso, english, american, chinese):
            assert values_match(reply, answer) is True


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_matches_itself(text):
    assert values_match(text, text) in (True, None)
