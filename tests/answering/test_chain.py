"""The chain from question to answer, with and without a chat model."""

from rag.answering.answer import AnswerFinished, PassagesFound, SearchStarted, TextChunk
from rag.answering.chain import RagChain
from tests.answering.fakes import FixedRetriever, passage

REFUND = "Refunds are paid within 14 days. The office is in Utrecht."


def extractive_chain() -> RagChain:
    return RagChain(FixedRetriever(passages=[passage(REFUND, start=100)]))


def test_without_a_chat_model_a_sentence_is_quoted_and_cited() -> None:
    answer = extractive_chain().invoke("When are refunds paid?")
    assert answer.text == "Refunds are paid within 14 days. [1]"
    assert answer.answered
    (citation,) = answer.citations
    assert (citation.start_index, citation.end_index) == (100, 132)
    assert citation.quote == "Refunds are paid within 14 days."
    assert answer.notice is not None
    assert "chat.model" in answer.notice


async def test_async_answers_are_the_same() -> None:
    chain = extractive_chain()
    question = "When are refunds paid?"
    assert await chain.ainvoke(question) == chain.invoke(question)
    events = [event async for event in chain.astream(question)]
    assert events == list(chain.stream(question))


def test_a_stream_tells_query_passages_text_and_answer_in_order() -> None:
    events = list(extractive_chain().stream("When are refunds paid?"))
    assert [type(event) for event in events] == [
        SearchStarted,
        PassagesFound,
        TextChunk,
        AnswerFinished,
    ]


def test_a_follow_up_is_searched_with_the_question_it_leans_on() -> None:
    answer = extractive_chain().invoke(
        {"question": "And when?", "history": [("user", "Are refunds paid?"), ("ai", "Yes.")]}
    )
    assert answer.search_query == "Are refunds paid? And when?"
