"""Responses as the real openai client sees them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.answering.openai_server import Reply
from tests.answering.openai_server import serving as serving_chat
from tests.server.openai_serving import (
    ANSWER,
    ASKED,
    CHINESE_ANSWER,
    CHINESE_QUESTION,
    QUESTION,
    Served,
    chat_at,
    serving,
)

MODEL = "rag/default"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def respond(served: Served, given: Any = QUESTION, **options: Any) -> Any:
    with served.client() as client:
        return client.responses.create(**{"model": MODEL, "input": given, **options})


def stream_of(served: Served, given: Any = QUESTION, **options: Any) -> list[Any]:
    options = {"model": MODEL, "input": given, **options}
    with served.client() as client:
        return list(client.responses.create(stream=True, **options))


@pytest.mark.parametrize(
    ("question", "answer", "name"),
    [(QUESTION, ANSWER, "handbook.md"), (CHINESE_QUESTION, CHINESE_ANSWER, "manual.md")],
)
def test_a_response_holds_a_search_and_a_cited_message(
    served: Served, question: str, answer: str, name: str
) -> None:
    response = respond(served, question, include=["file_search_call.results"])
    assert response.output_text.startswith(answer)
    assert response.status == "completed"
    search, message = response.output
    assert search.queries == [question]
    assert search.results[0].filename == name
    assert answer.removesuffix(" [1]") in search.results[0].text
    file, url = message.content[0].annotations
    assert (file.type, url.type) == ("file_citation", "url_citation")
    assert file.filename == name
    assert file.file_id == search.results[0].file_id
    assert response.output_text[url.start_index : url.end_index] == "[1]"
    assert url.url.startswith(f"{served.url}/#/source?")
    usage = response.usage
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens


def test_results_are_sent_only_where_they_are_asked_for(served: Served) -> None:
    assert respond(served).output[0].results is None


def test_a_conversation_may_be_sent_back_as_it_came(served: Served) -> None:
    first = respond(served, ASKED, instructions="Be brief.")
    again = [*ASKED, *first.output, {"role": "user", "content": "And of the hub?"}]
    response = respond(served, again)
    # What was said before is weighed in the search, not written into its query.
    assert response.output[0].queries == ["And of the hub?"]
    parts = [{"role": "user", "content": [{"type": "input_text", "text": QUESTION}]}]
    assert respond(served, parts).output_text == first.output_text


def test_a_file_search_names_store_number_and_filter(served: Served) -> None:
    tool = {
        "type": "file_search",
        "vector_store_ids": ["default"],
        "max_num_results": 1,
        "filters": {"type": "eq", "key": "folder", "value": "docs/zh"},
    }
    response = respond(
        served,
        tools=[tool],
        tool_choice={"type": "file_search"},
        include=["file_search_call.results"],
    )
    (result,) = response.output[0].results
    assert result.filename == "manual.md"
    assert response.tools[0].vector_store_ids == ["default"]
    with pytest.raises(openai.NotFoundError):
        respond(served, tools=[{**tool, "vector_store_ids": ["other"]}])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"previous_response_id": "resp_1"}, "kept"),
        ({"background": True}, "later"),
        ({"text": {"format": {"type": "json_object"}}}, "json_object"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["a", "b"]}]}, "one vector store"),
        ({"input": []}, '"user"'),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "input_image"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    served: Served, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=said):
        respond(served, **{"given": QUESTION, **renamed(options)})


def renamed(options: dict[str, Any]) -> dict[str, Any]:
    return {"given" if name == "input" else name: value for name, value in options.items()}


def test_a_stream_builds_up_the_response(served: Served) -> None:
    events = stream_of(served)
    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type.removeprefix("response.") for event in events]
    assert kinds[:7] == [
        "created",
        "in_progress",
        "output_item.added",
        "file_search_call.in_progress",
        "file_search_call.searching",
        "file_search_call.completed",
        "output_item.done",
    ]
    assert kinds[-1] == "completed"
    text = "".join(e.delta for e in events if e.type == "response.output_text.delta")
    whole = respond(served)
    assert text == whole.output_text == events[-1].response.output_text
    notes = [e.annotation for e in events if e.type == "response.output_text.annotation.added"]
    assert [note.model_dump() for note in notes] == [
        note.model_dump() for note in whole.output[1].content[0].annotations
    ]
    message = events[-2].item
    assert message == events[-1].response.output[1]


def test_the_clients_own_reader_of_streams_is_content(served: Served) -> None:
    with (
        served.client() as client,
        client.responses.stream(model=MODEL, input=QUESTION) as stream,
    ):
        final = stream.get_final_response()
    assert final.output_text.startswith(ANSWER)


async def test_the_async_client_is_served_too(served: Served) -> None:
    async with served.async_client() as client:
        response = await client.responses.create(model=MODEL, input=QUESTION)
        stream = await client.responses.create(model=MODEL, input=QUESTION, stream=True)
        events = [event async for event in stream]
    assert response.output_text.startswith(ANSWER)
    assert events[-1].type == "response.completed"


def test_an_answer_that_was_cut_off_is_incomplete(tmp_path: Path) -> None:
    reply = Reply(("36 months [1] and",), finish_reason="length")
    with (
        serving_chat(reply) as endpoint,
        serving(tmp_path, chat_model=chat_at(endpoint)) as served,
    ):
        response = respond(served)
        last = stream_of(served)[-1]
    assert response.status == "incomplete"
    assert response.incomplete_details.reason == "max_output_tokens"
    assert last.type == "response.incomplete"


def test_a_stream_that_fails_says_so_and_ends(tmp_path: Path) -> None:
    with (
        serving_chat(Reply(("The warranty is ", "36"), cut=True)) as endpoint,
        serving(tmp_path, chat_model=chat_at(endpoint)) as served,
    ):
        events = stream_of(served)
    assert [event.type for event in events[-2:]] == ["error", "response.failed"]
    assert events[-1].response.status == "failed"
    assert events[-1].response.error.code == "server_error"
    assert "log" in events[-2].message


def test_a_chore_is_done_without_a_search(served: Served) -> None:
    asked = "Provide a concise, 5-word-or-less title for the conversation.\n\nUser: Why is it so?"
    response = respond(served, asked)
    (message,) = response.output
    assert message.content[0].text == "Why is it so"
    events = stream_of(served, asked)
    assert events[-1].response.output_text == "Why is it so"
    assert not any("file_search" in event.type for event in events)
