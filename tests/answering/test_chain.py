"""The chain from question to answer, with and without a chat model."""

import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from langchain_core.callbacks import BaseCallbackHandler, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables import RunnableLambda
from pydantic import Field

from rag.answering.answer import Answer, AnswerFinished, PassagesFound, SearchStarted, TextChunk
from rag.answering.chain import RagChain
from rag.answering.composing import Budget
from rag.answering.language import NO_ANSWER
from rag.answering.looking import History
from rag.answering.sufficiency.decision import Sufficiency
from rag.errors import ChatModelNotConfiguredError, RetrievalError
from tests.answering.fakes import FixedRetriever, ScriptedChatModel, passage

QUESTION = "When are refunds paid?"
REFUND = "Refunds are paid within 14 days. The office is in Utrecht."
CHINESE = "退款将在十四天内到账。办公室位于杭州。"
GOOD = ["Within 14 days ", "[", "2", "]", "."]


def extractive_chain() -> RagChain:
    return RagChain(FixedRetriever(passages=[passage(REFUND, start=100)]))


def chat_chain(*replies: Any, **more: Any) -> RagChain:
    passages = [passage("Orders ship daily.", source="a.md"), passage(REFUND, start=100)]
    model = ScriptedChatModel(replies=list(replies))
    return RagChain(FixedRetriever(passages=passages), model, **more)


def seen(chain: RagChain) -> list[list[BaseMessage]]:
    assert isinstance(chain.chat_model, ScriptedChatModel)
    return chain.chat_model.seen


def test_without_a_chat_model_a_sentence_is_quoted_and_cited() -> None:
    answer = extractive_chain().invoke(QUESTION)
    assert answer.text == "Refunds are paid within 14 days. [1]"
    assert answer.answered
    (citation,) = answer.citations
    assert (citation.start_index, citation.end_index) == (100, 132)
    assert citation.quote == "Refunds are paid within 14 days."
    assert answer.notice is not None
    assert "chat.model" in answer.notice


def test_without_a_chat_model_chinese_is_quoted_too() -> None:
    chain = RagChain(FixedRetriever(passages=[passage(CHINESE)]))
    answer = chain.invoke("退款多久到账？")
    assert answer.text == "退款将在十四天内到账。 [1]"
    assert answer.notice is not None
    assert "未配置" in answer.notice


@pytest.mark.parametrize(
    ("question", "language"), [("Who invented velcro?", "en"), ("谁发明了魔术贴？", "zh")]
)
def test_without_a_match_one_sentence_says_so(question: str, language: str) -> None:
    answer = extractive_chain().invoke(question)
    assert answer.text == NO_ANSWER[language]
    assert not answer.answered
    assert answer.citations == ()
    assert answer.notice


async def test_async_answers_are_the_same() -> None:
    for chain in (extractive_chain(), chat_chain(GOOD)):
        whole = chain.invoke(QUESTION)
        assert await chain.ainvoke(QUESTION) == whole
        events = [event async for event in chain.astream(QUESTION)]
        assert events == list(chain.stream(QUESTION))
        assert isinstance(chain.retriever, FixedRetriever)
        assert chain.retriever.awaited == 2


def test_a_stream_tells_query_passages_text_and_answer_in_order() -> None:
    events = list(chat_chain(GOOD).stream(QUESTION))
    kinds = [type(event) for event in events]
    assert kinds[:2] == [SearchStarted, PassagesFound]
    assert set(kinds[2:-1]) == {TextChunk}
    last = events[-1]
    assert isinstance(last, AnswerFinished)
    shown = [event.text for event in events if isinstance(event, TextChunk)]
    assert "".join(shown) == last.answer.text == "Within 14 days [1]."
    assert len(shown) > 1
    assert last.answer.citations[0].source == "handbook.md"


def test_the_first_events_come_before_the_model_is_asked() -> None:
    chain = chat_chain(GOOD)
    events = chain.stream(QUESTION)
    assert next(events) == SearchStarted(QUESTION)
    next(events)
    assert seen(chain) == []


def test_batch_answers_each_question() -> None:
    answers = chat_chain("Yes [1].").batch([QUESTION, {"question": "Where is it?"}])
    assert [answer.question for answer in answers] == [QUESTION, "Where is it?"]


def test_a_follow_up_is_searched_with_the_question_it_leans_on() -> None:
    history = [("user", "Are refunds paid?"), ("ai", "Yes.")]
    answer = extractive_chain().invoke({"question": "And when?", "history": history})
    assert answer.search_query == "Are refunds paid? And when?"


def test_with_a_chat_model_a_follow_up_is_rewritten() -> None:
    chain = chat_chain("When are refunds paid out?", "In 14 days [2].")
    history = [HumanMessage("Are refunds paid?"), AIMessage("Yes.")]
    events = list(chain.stream({"question": "And when?", "history": history}))
    assert events[0] == SearchStarted("When are refunds paid out?")
    condense, answer = seen(chain)
    assert "user: Are refunds paid?\nassistant: Yes." in condense[-1].text
    assert "And when?" in answer[-1].text


def searched(history: History, *replies: str) -> str:
    chain = chat_chain(*replies, history=history) if replies else extractive_chain()
    asked = {"question": "And when?", "history": [("user", "Are refunds paid?")]}
    return next(e.query for e in chain.stream(asked) if isinstance(e, SearchStarted))


def test_how_a_follow_up_is_searched_can_be_chosen() -> None:
    assert searched("rewrite", "When are refunds paid?", "Soon.") == "When are refunds paid?"
    assert searched("auto", "When are refunds paid?", "Soon.") == "When are refunds paid?"
    assert searched("join", "Soon.") == "Are refunds paid? And when?"
    assert searched("ignore", "Soon.") == "And when?"
    assert searched("auto") == "Are refunds paid? And when?"


class WeighingRetriever(FixedRetriever):
    """Takes what was said before, and keeps it."""

    weighs_history: bool = True
    given: list[tuple[list[tuple[str, str]], str | None]] = Field(default_factory=list)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        history: Sequence[BaseMessage] = (),
        standalone: str | None = None,
    ) -> list[Document]:
        self.given.append(([(turn.type, turn.text) for turn in history], standalone))
        return super()._get_relevant_documents(query, run_manager=run_manager)


SAID = [
    ("user", "Are refunds paid?"),
    ("ai", "Yes [1], they are【2】."),
    ("user", "By whom?"),
    ("ai", "The documents do not answer this question."),
]


def test_a_retriever_that_weighs_history_is_given_it_beside_the_question() -> None:
    retriever = WeighingRetriever(passages=[passage(REFUND, start=100)])
    events = list(RagChain(retriever).stream({"question": "And when?", "history": SAID}))
    assert events[0] == SearchStarted("And when?", with_history=True)
    assert retriever.queries == ["And when?"]
    said = [("human", "Are refunds paid?"), ("ai", "Yes, they are."), ("human", "By whom?")]
    assert retriever.given == [(said, "Are refunds paid? And when?")]
    assert events[-1].answer.search_query == "And when?"


@pytest.mark.parametrize("history", ["join", "ignore"])
def test_a_retriever_that_weighs_history_is_given_none_unless_wanted(history: History) -> None:
    retriever = WeighingRetriever(passages=[passage(REFUND, start=100)])
    RagChain(retriever, history=history).invoke({"question": "And when?", "history": SAID})
    assert retriever.given == [([], None)]


def test_where_nobody_weighs_history_it_is_joined() -> None:
    chain = RagChain(FixedRetriever(passages=[passage(REFUND, start=100)]), history="weigh")
    answer = chain.invoke({"question": "And when?", "history": SAID[:2]})
    assert answer.search_query == "Are refunds paid? And when?"


async def test_asynchronously_too() -> None:
    chain = chat_chain("Soon.", history="ignore")
    answer = await chain.ainvoke({"question": "And when?", "history": [("user", "Refunds?")]})
    assert answer.search_query == "And when?"
    assert len(seen(chain)) == 1


def test_a_rewrite_without_a_chat_model_is_refused_at_once() -> None:
    with pytest.raises(ChatModelNotConfiguredError, match=r"retrieval\.history.*chat\.model"):
        RagChain(FixedRetriever(passages=[]), history="rewrite")


def test_a_rewrite_that_answers_is_not_searched_for() -> None:
    chain = chat_chain("In 14 days.", "In 14 days [2].")
    answer = chain.invoke({"question": "And when?", "history": [("user", "Are refunds paid?")]})
    assert answer.search_query == "Are refunds paid? And when?"


def test_without_history_nothing_is_rewritten() -> None:
    chain = chat_chain(GOOD)
    assert chain.invoke(QUESTION).search_query == QUESTION
    assert len(seen(chain)) == 1


def test_system_and_tool_messages_are_no_part_of_the_conversation() -> None:
    chain = chat_chain(GOOD)
    chain.invoke({"question": QUESTION, "history": [SystemMessage("Obey."), AIMessage("")]})
    assert len(seen(chain)) == 1


def test_when_the_passages_do_not_answer_it_says_so_and_cites_nothing() -> None:
    answer = chat_chain([NO_ANSWER["en"], " [1]"]).invoke("谁发明了魔术贴？")
    assert answer.text == NO_ANSWER["zh"]
    assert not answer.answered
    assert answer.citations == ()


def test_without_passages_the_model_is_not_asked() -> None:
    model = ScriptedChatModel(replies=["never"])
    answer = RagChain(FixedRetriever(passages=[]), model).invoke(QUESTION)
    assert not answer.answered
    assert answer.text == NO_ANSWER["en"]
    assert model.seen == []


def test_an_answer_without_citations_says_so() -> None:
    answer = chat_chain("Within 14 days.").invoke(QUESTION)
    assert answer.answered
    assert answer.notice is not None
    assert "cited no passage" in answer.notice


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (QUESTION, "Of 3 passages found, the chat model was shown 2"),
        ("退款多久？", "找到 3 个段落"),
    ],
)
def test_passages_that_do_not_fit_are_told(question: str, said: str) -> None:
    passages = [passage(REFUND), passage("Orders ship daily. " * 200), passage(CHINESE)]
    model = ScriptedChatModel(replies=["Within 14 days [1]."])
    chain = RagChain(FixedRetriever(passages=passages), model, budget=Budget(passages=200))
    answer = chain.invoke(question)
    assert len(answer.passages) == 2
    assert answer.notice is not None
    assert said in answer.notice
    assert "answer.passage_tokens" in answer.notice


def test_a_passage_that_is_shown_in_part_is_told() -> None:
    model = ScriptedChatModel(replies=["Within 14 days [1]."])
    retriever = FixedRetriever(passages=[passage(f"{REFUND} " * 100)])
    answer = RagChain(retriever, model, budget=Budget(passages=200)).invoke(QUESTION)
    assert answer.notice is not None
    assert "only the beginning" in answer.notice


def test_an_answer_from_all_passages_has_no_notice() -> None:
    assert chat_chain(GOOD).invoke(QUESTION).notice is None


async def test_claims_are_not_checked_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check takes milliseconds a sentence, in which nobody else would be served."""
    threads: list[threading.Thread] = []

    def checked(*_: object, **__: object) -> None:
        threads.append(threading.current_thread())

    for module in ("keeping", "citations"):
        monkeypatch.setattr(f"rag.answering.{module}.unsupported", checked)
    pieces = ["Within 14 days [2]. Orders ship daily [1]. ", "The office is in Utrecht [2]."]
    await chat_chain(pieces, unsupported="remove").ainvoke(QUESTION)
    assert len(threads) >= 4
    assert threading.current_thread() not in threads


def test_an_invented_quotation_is_marked() -> None:
    answer = chat_chain("“Paid the same day” [2].").invoke(QUESTION)
    assert not answer.citations[0].verified
    assert answer.notice is not None


@pytest.mark.parametrize(
    ("language", "told"),
    [("auto", "the language of the question"), ("zh", "Chinese"), ("en", "English"), ("de", "de")],
)
def test_the_model_is_told_the_language(language: str, told: str) -> None:
    chain = chat_chain(GOOD, language=language)
    chain.invoke(QUESTION)
    assert f"Answer in {told}." in seen(chain)[0][0].text


def test_braces_in_documents_and_questions_are_harmless() -> None:
    model = ScriptedChatModel(replies=["Yes [1]."])
    retriever = FixedRetriever(passages=[passage("f'{x}' {question} {{y}}")])
    RagChain(retriever, model).invoke("What is {passages}?")
    assert "f'{x}' {question} {{y}}" in model.seen[0][-1].text
    assert "What is {passages}?" in model.seen[0][-1].text


@pytest.mark.parametrize("asked", ["", "  ", {"history": []}, {"question": "a", "k": 3}])
def test_what_is_no_question_is_refused(asked: Any) -> None:
    with pytest.raises(RetrievalError):
        chat_chain(GOOD).invoke(asked)


def test_the_answer_is_plain_json() -> None:
    whole = chat_chain(GOOD).invoke(QUESTION).to_dict()
    assert list(whole) == [
        "question", "search_query", "text", "answered", "citations", "passages", "notice",
    ]  # fmt: skip
    (citation,) = whole["citations"]  # type: ignore[misc]
    assert list(citation) == [
        "number", "source", "title", "page", "start_index", "end_index", "quote", "verified",
    ]  # fmt: skip


class Recorder(BaseCallbackHandler):
    """Keeps which runs started under which."""

    def __init__(self) -> None:
        self.started: list[tuple[str, UUID, UUID | None, list[str] | None]] = []
        self.outputs: list[Any] = []

    def on_chain_start(self, serialized: Any, inputs: Any, **more: Any) -> None:
        self.started.append((more["name"], more["run_id"], more["parent_run_id"], more["tags"]))

    def on_retriever_start(self, serialized: Any, query: str, **more: Any) -> None:
        self.started.append(("retriever", more["run_id"], more["parent_run_id"], more["tags"]))

    def on_chat_model_start(self, serialized: Any, messages: Any, **more: Any) -> None:
        self.started.append(("model", more["run_id"], more["parent_run_id"], more["tags"]))

    def on_chain_end(self, outputs: Any, **more: Any) -> None:
        self.outputs.append(outputs)


@pytest.mark.parametrize("way", ["invoke", "stream"])
def test_callbacks_and_tags_reach_retriever_and_model(way: str) -> None:
    recorder = Recorder()
    chain = chat_chain("When are refunds paid?", GOOD)
    asked = {"question": "And when?", "history": [("user", "Are refunds paid?")]}
    config = {"callbacks": [recorder], "tags": ["mine"]}
    list(chain.stream(asked, config)) if way == "stream" else chain.invoke(asked, config)
    (name, root, parent, _), *children = recorder.started
    assert (name, parent) == ("RagChain", None)
    assert [child[0] for child in children] == ["model", "retriever", "model"]
    assert {child[2] for child in children} == {root}
    assert all("mine" in (child[3] or []) for child in children)
    assert "condense" in (children[0][3] or [])


def test_as_a_step_of_a_sequence_the_chain_gives_its_answer() -> None:
    sequence = chat_chain("Yes [2].") | RunnableLambda(lambda answer: answer.text)
    assert sequence.invoke(QUESTION) == "Yes [1]."
    assert list(sequence.stream(QUESTION)) == ["Yes [1]."]


async def test_as_a_step_of_an_async_sequence_the_chain_gives_its_answer() -> None:
    sequence = chat_chain("Yes [2].") | RunnableLambda(lambda answer: answer.text)
    assert [text async for text in sequence.astream(QUESTION)] == ["Yes [1]."]


def test_a_failure_that_is_none_of_the_models_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        chat_chain(ZeroDivisionError()).invoke(QUESTION)


def test_an_answer_is_the_output_of_the_run() -> None:
    recorder = Recorder()
    chat_chain(GOOD).invoke(QUESTION, {"callbacks": [recorder]})
    assert isinstance(recorder.outputs[-1], Answer)


def test_the_chain_describes_what_it_takes_and_gives() -> None:
    chain = extractive_chain()
    assert "question" in str(chain.get_input_jsonschema())
    assert "citations" in str(chain.get_output_jsonschema())


async def test_the_steps_of_the_chain_can_be_followed_as_events() -> None:
    seen_events = [
        event["event"] async for event in chat_chain(GOOD).astream_events(QUESTION, version="v2")
    ]
    assert {"on_retriever_end", "on_chat_model_stream", "on_chain_end"} <= set(seen_events)


def test_markers_of_earlier_answers_are_not_shown_to_the_model() -> None:
    chain = chat_chain("When are refunds paid?", GOOD)
    history = [("user", "Are they?"), ("ai", "Yes [3][4].")]
    chain.invoke({"question": "And when?", "history": history})
    assert all("assistant: Yes." in messages[-1].text for messages in seen(chain))


LACKING = Sufficiency(-3.0, 0.9, enough=False, missing=("velcro",))


def test_passages_that_do_not_suffice_are_named_instead_of_quoted() -> None:
    chain = RagChain(
        FixedRetriever(passages=[passage(REFUND, start=100)]), judge=lambda *_: LACKING
    )
    answer = chain.invoke(QUESTION)
    assert (answer.answered, answer.citations) == (False, ())
    assert answer.text == NO_ANSWER["en"]
    assert len(answer.passages) == 1


def test_a_chat_model_is_told_that_passages_do_not_suffice_and_the_reader_too() -> None:
    chain = chat_chain("Within 14 days [2].", judge=lambda *_: LACKING)
    answer = chain.invoke(QUESTION)
    assert answer.answered
    assert answer.notice is not None
    assert "may not answer" in answer.notice
    (messages,) = seen(chain)
    assert "velcro" in messages[-1].text


async def test_it_judges_the_question_that_stands_alone() -> None:
    asked: list[str] = []

    def judge(question: str, _: Sequence[Document]) -> Sufficiency:
        asked.append(question)
        return Sufficiency(3.0, 0.1, enough=True)

    chain = chat_chain("When are refunds paid?", "Within 14 days [2].", judge=judge)
    answer = await chain.ainvoke({"question": "And that?", "history": [("human", "Refunds?")]})
    assert asked == ["When are refunds paid?"]
    assert answer.notice is None
