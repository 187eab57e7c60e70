"""LangChain's ChatOpenAI as a client of the server."""

from collections.abc import Iterator
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tests.server.openai_serving import (
    ANSWER,
    CHINESE_ANSWER,
    CHINESE_QUESTION,
    QUESTION,
    Served,
    serving,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def model_at(served: Served, **options: Any) -> ChatOpenAI:
    return ChatOpenAI(
        model="rag/default",
        base_url=f"{served.url}/v1",
        api_key=SecretStr("unused"),
        max_retries=0,
        **options,
    )


@pytest.mark.parametrize(
    ("question", "answer"), [(QUESTION, ANSWER), (CHINESE_QUESTION, CHINESE_ANSWER)]
)
def test_invoke_answers_with_sources_in_the_text(
    served: Served, question: str, answer: str
) -> None:
    message = model_at(served).invoke(question)
    assert message.text.startswith(answer)
    assert f"{served.url}/#/source?" in message.text
    assert message.response_metadata["finish_reason"] == "stop"
    assert message.usage_metadata is not None


def test_a_stream_adds_up_to_the_answer(served: Served) -> None:
    model = model_at(served, stream_usage=True)
    chunks = list(model.stream(QUESTION))
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    assert whole.text == model.invoke(QUESTION).text
    assert whole.usage_metadata is not None
    assert whole.response_metadata["finish_reason"] == "stop"


def test_a_history_gives_a_follow_up_its_subject(served: Served) -> None:
    model = model_at(served)
    first = model.invoke(QUESTION)
    message = model.invoke(
        [
            SystemMessage("Answer in one sentence."),
            HumanMessage(QUESTION),
            AIMessage(first.text),
            HumanMessage("And in other words?"),
        ]
    )
    assert "36 months" in message.text


async def test_the_async_methods_are_served_too(served: Served) -> None:
    model = model_at(served)
    message = await model.ainvoke(QUESTION)
    text = "".join([chunk.text async for chunk in model.astream(QUESTION)])
    assert text == message.text


def test_responses_carry_the_citations(served: Served) -> None:
    message = model_at(served, use_responses_api=True).invoke(QUESTION)
    assert message.text.startswith(ANSWER)
    blocks = [block for block in message.content_blocks if block["type"] == "text"]
    notes: Any = blocks[0]["annotations"]
    assert {"handbook.md"} <= {note.get("title") for note in notes}
    assert any(str(note.get("url", "")).startswith(f"{served.url}/#/source?") for note in notes)


def test_an_agent_that_has_tools_gets_an_answer(served: Served) -> None:
    def look(word: str) -> str:
        """Look a word up."""
        return word

    agent = create_agent(model_at(served), tools=[look])
    state = agent.invoke({"messages": [HumanMessage(QUESTION)]})
    assert state["messages"][-1].text.startswith(ANSWER)
