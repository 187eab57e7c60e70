"""Questions of a conversation made to stand alone, with and without a model."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from rag.answering.condense import join_history, needs_history, read_rewrite
from rag.answering.question import Question

HISTORY = (HumanMessage("How long is the warranty of the Kestrel drone?"), AIMessage("Two years."))


@pytest.mark.parametrize(
    "question",
    ["And how much does it cost?", "Why?", "What about batteries?", "它多少钱？", "那电池呢？",
     "为什么？", "Can I extend that?", "Who sells them?"],
)  # fmt: skip
def test_a_question_that_leans_on_the_last_is_joined_to_it(question: str) -> None:
    assert needs_history(question)
    query = join_history(Question(question, HISTORY))
    assert query == f"How long is the warranty of the Kestrel drone? {question}"


@pytest.mark.parametrize(
    "question",
    ["Where is the office in Utrecht located?", "杭州办公室的地址在哪里？",
     "Which payment methods are accepted in Germany?"],
)  # fmt: skip
def test_a_question_that_stands_alone_is_left_alone(question: str) -> None:
    assert not needs_history(question)
    assert join_history(Question(question, HISTORY)) == question


def test_a_chain_of_follow_ups_keeps_its_topic() -> None:
    history = (*HISTORY, HumanMessage("Does it cover water?"), AIMessage("No."))
    assert join_history(Question("Why?", history)).startswith("How long is the warranty")


def test_without_history_nothing_is_joined() -> None:
    assert join_history(Question("Why?")) == "Why?"


@pytest.mark.parametrize(
    ("reply", "wanted"),
    [
        ("How much does the Kestrel cost?", "How much does the Kestrel cost?"),
        ('  "How much does the Kestrel cost?"\n', "How much does the Kestrel cost?"),
        ("Standalone question: How much is it?", "How much is it?"),
        ("<think>hm\nhm</think>\nHow much is the Kestrel?", "How much is the Kestrel?"),
    ],
)
def test_a_rewrite_is_read_without_its_trimmings(reply: str, wanted: str) -> None:
    assert read_rewrite(reply, "How much does it cost?") == wanted


@pytest.mark.parametrize(
    "reply",
    ["", "   ", "It costs 300 euros.", "How much?\nAnd why?", "这款无人机多少钱？", "How " * 200,
     "<think>never ends"],
)  # fmt: skip
def test_what_is_no_rewrite_is_refused(reply: str) -> None:
    assert read_rewrite(reply, "How much does it cost?") is None


def test_a_chinese_rewrite_is_read() -> None:
    assert read_rewrite("红隼无人机多少钱？", "它多少钱？") == "红隼无人机多少钱？"
    assert read_rewrite("红隼无人机的价格是三百欧元。", "它多少钱？") is None
