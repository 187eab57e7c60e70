"""Replies are compared with accepted answers in both languages; knows nothing of models."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.measures.answers import (
    answer_tokens,
    contains_answer,
    exact_match,
    gold_in_context,
    token_f1,
    values_right,
)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The R2's memory, fully!", ["r2s", "memory", "fully"]),
        ("U.S. state-of-the-art", ["us", "state", "of", "art"]),
        ("1,234.5 and 1,2,3", ["1234.5", "and", "1", "2", "3"]),
        ("-30 °C to +60 °C", ["-30", "c", "to", "60", "c"]),
        ("a 90-day note; E-12, v3.4.1", ["90", "day", "note", "e", "12", "3.4.1"]),
        ("保修期为36个月。", ["保", "修", "期", "为", "36", "个", "月"]),
        ("ＡＢＣ １２", ["abc", "12"]),
        ("光荣和ω-force", ["光", "荣", "和", "ω", "force"]),
        ("the", ["the"]),
        ("?!", []),
    ],
)
def test_tokens(text, tokens):
    assert answer_tokens(text) == tokens


def test_exact_match_takes_the_nearest_answer():
    assert exact_match("The Panthers.", ["Denver", "panthers"]) == 1.0
    assert exact_match("the 24 Panthers", ["panthers"]) == 0.0
    assert exact_match("-30", ["30"]) == 0.0
    assert contains_answer("最低为-30度", ["-30"]) == 1.0
    assert contains_answer("最低为-30度", ["30"]) == 0.0
    assert exact_match("１３６次", ["136 次"]) == 1.0


def test_token_f1_by_hand():
    # SQuAD's own measure: 2 shared of 3 and 4 tokens.
    assert token_f1("in Porto, 2014 then", ["Porto 2014 Norte"]) == pytest.approx(2 * 2 / (4 + 3))
    assert token_f1("两天内", ["两天"]) == pytest.approx(2 * 2 / (3 + 2))
    assert token_f1("yes", ["no", "yes"]) == 1.0
    assert token_f1("", ["no"]) == 0.0
    assert token_f1("a a b", ["a b b"]) == pytest.approx(2 * 1 / (1 + 2))  # "a" is an article


def test_containment_wants_the_tokens_together_and_whole():
    assert contains_answer("Founded by Marta Quintela and others.", ["marta quintela"]) == 1.0
    assert contains_answer("Marta de Quintela", ["Marta Quintela"]) == 0.0
    assert contains_answer("It costs 1400.", ["40"]) == 0.0
    assert contains_answer("创始人是霍启明。", ["霍启明"]) == 1.0
    assert contains_answer("anything", ["?!"]) == 0.0


def test_gold_in_context_reads_each_passage_by_itself():
    assert gold_in_context(["…for 36 months.", "Other."], ["36 months"]) == 1.0
    assert gold_in_context(["…for 36", "months."], ["36 months"]) == 0.0
    assert gold_in_context([], ["36 months"]) == 0.0


def test_without_accepted_answers_nothing_is_scored():
    for score in (exact_match, token_f1, contains_answer, values_right):
        assert score("anything", []) is None
    assert gold_in_context(["anything"], []) is None


def test_values_right_takes_any_answer_and_leaves_out_those_without_values():
    assert values_right("It is 62.00 euros.", ["62"]) == 1.0
    assert values_right("It is 63 euros.", ["62", "64"]) == 0.0
    assert values_right("It is 8.", ["eight", "many"]) == 1.0
    assert values_right("It is 8.", ["many"]) is None


@given(st.text(max_size=40), st.text(max_size=40))
def test_f1_is_symmetric_bounded_and_one_exactly_for_the_same_tokens(left, right):
    score = token_f1(left, [right])
    assert score == token_f1(right, [left])
    assert 0.0 <= score <= 1.0
    same = sorted(answer_tokens(left)) == sorted(answer_tokens(right))
    assert (score == 1.0) is same
    if exact_match(left, [right]):
        assert score == 1.0
