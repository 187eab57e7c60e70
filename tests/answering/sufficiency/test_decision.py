"""The decision and what is said of it."""

import dataclasses

import numpy as np
import pytest
from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.sufficiency.decision import WEIGHTS, Sufficiency, chance_of, log_odds
from rag.answering.sufficiency.learnt import Learnt, Lesson
from rag.answering.sufficiency.missing import missing_words
from rag.answering.sufficiency.signs import Ground, Signs
from rag.answering.sufficiency.telling import not_answered, remark, with_doubt
from rag.store.tokens import tokenize

LACKING = Sufficiency(-3.0, 0.9, enough=False, missing=("velcro", "魔术贴"))
ENOUGH = Sufficiency(3.0, 0.1, enough=True)
PASSAGES = tuple(
    Document(id=str(n), page_content="x", metadata={"source": f"{n}.md", "title": title})
    for n, title in enumerate(("Lid", "Lid", "", "Hub", "Cap"))
)


def test_every_sign_raises_the_odds() -> None:
    none = Signs(*[0.0] * 8)
    for name in ("nearness", "covered", "told", "held", "agreed", "words"):
        assert log_odds(dataclasses.replace(none, **{name: 1.0})) > log_odds(none)
    assert log_odds(none) == WEIGHTS.constant


def test_chance_is_the_share_of_unanswerable_questions_that_look_as_good() -> None:
    known = [-2.0, -1.0, 0.0, 1.0]
    assert chance_of(2.0, known) == chance_of(1.0, known) == 1 / 5
    assert chance_of(0.0, known) == 2 / 5
    assert chance_of(-0.25, known) == pytest.approx(2.25 / 5)
    assert chance_of(-1.5, known) == pytest.approx(3.5 / 5)
    assert chance_of(-9.0, known) == chance_of(0.0, []) == chance_of(0.0, [0.0] * 4) == 1.0


@pytest.mark.parametrize("labels", [9, 20, 44, 150])
@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_a_question_like_the_known_ones_passes_as_often_as_wanted(labels: int, rate: float) -> None:
    draw = np.random.default_rng(0)
    passed = [
        chance_of(float(new), sorted(map(float, known))) <= rate
        for known, new in ((draw.normal(size=labels), draw.normal()) for _ in range(2000))
    ]
    assert np.mean(passed) == pytest.approx(rate, abs=0.025)


def test_missing_words_are_named_as_the_question_writes_them() -> None:
    held = set(tokenize("Refunds are paid within 14 days."))
    assert missing_words("Who invented Velcro, and when are refunds paid?", held) == (
        "invented",
        "Velcro",
    )


def test_missing_chinese_words_are_stretches_that_no_passage_holds() -> None:
    held = set(tokenize("公司总部位于苏州，员工共有三百人。"))
    assert missing_words("公司的创始人毕业于哪所大学？", held) == ("创始人毕业于哪所大学",)
    assert missing_words("公司总部位于苏州？", held) == ()


def test_what_is_not_answered_says_where_the_nearest_passages_stand() -> None:
    answer = not_answered("q", "q", PASSAGES, LACKING, language="en")
    assert not answer.answered
    assert answer.citations == ()
    assert answer.passages == PASSAGES
    assert answer.notice is not None
    assert "“velcro”" in answer.notice
    assert answer.notice.endswith("Nearest: Lid, 2.md, Hub.")
    chinese = not_answered("q", "q", PASSAGES, LACKING, language="zh")
    assert chinese.notice is not None
    assert chinese.notice.endswith("最接近的是：Lid、2.md、Hub。")


def test_a_chat_model_is_told_what_is_missing_and_only_then() -> None:
    assert "velcro" in remark(LACKING)
    assert remark(ENOUGH) == remark(None) == ""


def test_only_a_doubtful_answer_gets_a_notice() -> None:
    answer = Answer("q", "q", "Two. [1]", answered=True, notice="Cut off.")
    assert with_doubt(answer, ENOUGH, language="en") is answer
    assert with_doubt(answer, None, language="en") is answer
    doubted = with_doubt(answer, LACKING, language="en")
    assert doubted.notice is not None
    assert doubted.notice.startswith("Cut off. The passages found may not answer")
    refused = dataclasses.replace(answer, answered=False)
    assert with_doubt(refused, LACKING, language="en") is refused


def test_what_was_learnt_comes_back_as_it_was() -> None:
    learnt = Learnt(
        {"zh": Lesson(Ground(0.1, 0.2, 0.6, 40), (-1.5, 0.25)), "other": Lesson(None, ())}
    )
    assert Learnt.of_json(learnt.to_json()) == learnt
    assert Learnt.of_json(Learnt({}).to_json()) == Learnt({})


def test_a_language_that_the_index_does_not_hold_is_judged_by_the_one_it_holds() -> None:
    learnt = Learnt({"zh": Lesson(None, (1.0,)), "other": Lesson(None, (2.0,))})
    assert learnt.of("other").unanswerable == (2.0,)
    assert Learnt({"zh": Lesson(None, (1.0,))}).of("other").unanswerable == (1.0,)
    assert Learnt({}).of("zh").unanswerable == ()
