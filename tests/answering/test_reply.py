"""A model's reply read while it arrives."""

import pytest

from rag.answering.language import NO_ANSWER, detect_language
from rag.answering.reply import ReplyReader

EN, ZH = NO_ANSWER["en"], NO_ANSWER["zh"]


def read(written: str, size: int = 3, no_answer: str = EN) -> ReplyReader:
    reader = ReplyReader(2, no_answer)
    pieces = [reader.feed(written[at : at + size]) for at in range(0, len(written), size)]
    pieces.append(reader.close())
    assert "".join(pieces) == reader.text
    return reader


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize(
    "written",
    [EN, f"**{EN}**", EN.removesuffix("."), EN.lower(), f"{EN} [1]", f"{EN}\n\nBut see [2].",
     f"<think>hm [1]</think>\n{EN}", ZH],
)  # fmt: skip
def test_the_agreed_sentence_is_no_answer_and_cites_nothing(written: str, size: int) -> None:
    reader = read(written, size)
    assert not reader.answered
    assert reader.text == EN
    assert list(reader.marks) == []


def test_the_agreed_sentence_comes_out_in_the_language_of_the_question() -> None:
    assert read(EN, no_answer=ZH).text == ZH


@pytest.mark.parametrize(
    "written",
    ["The provided passages do not contain information about dogs.",
     "I cannot find the answer in the documents.", "There is no information about that.",
     "提供的文档中没有提到价格。", "根据资料无法回答这个问题。", "抱歉，文档未包含相关信息。"],
)  # fmt: skip
def test_a_refusal_in_own_words_is_no_answer(written: str) -> None:
    reader = read(written)
    assert not reader.answered
    assert reader.text == written


@pytest.mark.parametrize(
    "written",
    ["The documents do not need a signature [1].", "The warranty does not cover water [2].",
     "The document says 5.", "文档需要签名。", "The documents differ: 5 [1] and 6 [2]."],
)  # fmt: skip
def test_an_answer_is_an_answer(written: str) -> None:
    assert read(written).answered


def test_reasoning_is_left_out() -> None:
    assert read("<think>Let me see [2].</think>\n\nFive [2].").text == "Five [1]."
    assert read("<think>never ends").text == ""
    assert read("<thing> stays").text == "<thing> stays"


@pytest.mark.parametrize(
    ("text", "language"),
    [("When are refunds paid?", "en"), ("什么时候退款？", "zh"), ("Kestrel X2 保修多久？", "zh"),
     ("Was kostet das für mich?", "other"), ("返金はいつですか", "other"), ("42?", "en"),
     ("Who wrote the 道德经 in ancient China?", "en")],
)  # fmt: skip
def test_the_language_of_a_question_is_told(text: str, language: str) -> None:
    assert detect_language(text) == language
