"""What no passage says is left out of a reply, whatever pieces it comes in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.documents import Document

from rag.answering.answer import AnswerFinished, TextChunk
from rag.answering.chain import RagChain
from rag.answering.keeping import KeepingReader
from tests.answering.fakes import FixedRetriever, ScriptedChatModel, passage

PASSAGES = [
    passage("Refunds are paid within 14 days of return. Gift cards are final."),
    passage("The office opened in 2019 and has twelve desks.", source="about.md"),
    passage("退款将在十四天内到账。礼品卡不可退。", source="手册.md"),
]
NO_ANSWER = "The documents do not answer this question."
REPLY = (
    "Here is what I found:\n\n- The office has thirteen desks [2].\n"
    "- Refunds are paid within 14 days of return. [1] It opened in 2019 [2].\n\n"
    "Gift cards are not final [1]. 退款将在十四天内到账【3】。礼品卡可退[3]。Cats rule the moon."
)
KEPT = (
    "Here is what I found:\n\n"
    "- Refunds are paid within 14 days of return. [1] It opened in 2019 [2].\n\n"
    "退款将在十四天内到账[3]。"
)


def read(pieces: list[str], passages: list[Document] = PASSAGES) -> KeepingReader:
    reader = KeepingReader(passages, NO_ANSWER, question="")
    shown = "".join([*map(reader.feed, pieces), reader.close()])
    assert shown == reader.text
    for mark in reader.marks:
        assert reader.text[mark.start : mark.end] == f"[{mark.number}]"
    return reader


def test_sentences_that_no_passage_supports_are_left_out_and_markers_counted_anew() -> None:
    reader = read([REPLY])
    assert reader.text == KEPT
    assert reader.removed == 4
    assert [(mark.number, mark.passage) for mark in reader.marks] == [(1, 0), (2, 1), (3, 2)]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 8, 13, 50])
def test_pieces_of_any_size_give_the_same_text(size: int) -> None:
    assert read([REPLY[at : at + size] for at in range(0, len(REPLY), size)]).text == KEPT


PARTS = ["Refunds are paid within 14 days", " [1]", ". ", "It has ", "13 desks", "[2]", "\n", "。",
         "e.g. ", "礼品卡", "可退", "【3】", "- ", "1. ", "Gift cards are final", "?"]  # fmt: skip


@given(st.lists(st.sampled_from(PARTS), max_size=25), st.integers(1, 9))
def test_any_reply_in_any_pieces_gives_the_same_text(parts: list[str], size: int) -> None:
    written = "".join(parts)
    pieces = [written[at : at + size] for at in range(0, len(written), size)]
    assert read(pieces).text == read([written]).text


def test_nothing_left_is_word_that_the_documents_do_not_answer() -> None:
    reader = read(["The office has thirteen desks [2]."])
    assert reader.text == NO_ANSWER
    assert not reader.answered
    assert not reader.marks


def test_what_is_missing_may_be_said_without_a_marker() -> None:
    text = "Refunds are paid within 14 days [1]. The documents do not mention exchanges."
    assert read([text]).text == text


def test_a_stream_never_shows_what_is_then_removed() -> None:
    reply = [REPLY[at : at + 4] for at in range(0, len(REPLY), 4)]
    chain = RagChain(
        FixedRetriever(passages=PASSAGES), ScriptedChatModel(replies=[reply]), unsupported="remove"
    )
    events = list(chain.stream("What of refunds?"))
    finished = events[-1]
    assert isinstance(finished, AnswerFinished)
    shown = [event.text for event in events if isinstance(event, TextChunk)]
    assert "".join(shown) == finished.answer.text == KEPT
    assert len(shown) > 2
    assert all(citation.verified for citation in finished.answer.citations)
    assert "answer.unsupported" in str(finished.answer.notice)


def test_by_default_the_citation_is_marked_and_names_the_claim() -> None:
    chain = RagChain(FixedRetriever(passages=PASSAGES), ScriptedChatModel(replies=[REPLY]))
    answer = chain.invoke("What of refunds?")
    assert "thirteen desks [1]" in answer.text
    assert [one.verified for one in answer.citations] == [False, False, False]
    assert answer.citations[0].quote == "The office has thirteen desks."
