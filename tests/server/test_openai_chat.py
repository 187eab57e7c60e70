"""Chat completions as the real openai client sees them."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from openai.types.chat import ChatCompletionChunk

from rag.server.keys import KeyFile
from tests.answering.fakes import ScriptedChatModel
from tests.answering.openai_server import OpenAIServer, Reply
from tests.answering.openai_server import serving as serving_chat
from tests.server.openai_serving import (
    ANSWER,
    ASKED,
    CHINESE_ANSWER,
    CHINESE_ASKED,
    CHINESE_QUESTION,
    QUESTION,
    Served,
    chat_at,
    serving,
)

MODEL = "rag/default"
BOTH = pytest.mark.parametrize(
    ("asked", "answer", "heading"),
    [(ASKED, ANSWER, "**Sources**"), (CHINESE_ASKED, CHINESE_ANSWER, "**来源**")],
    ids=["en", "zh"],
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as server:
        yield server


def stream_of(served: Served, **options: Any) -> list[ChatCompletionChunk]:
    options = {"model": MODEL, "messages": ASKED, **options}
    with served.client() as client:
        return list(client.chat.completions.create(stream=True, **options))


def text_of(chunks: list[ChatCompletionChunk]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)


def ask(served: Served, messages: Any = ASKED, model: str = MODEL, **options: Any) -> Any:
    with served.client() as client:
        return client.chat.completions.create(model=model, messages=messages, **options)


# Models


def test_there_is_a_model_for_each_collection_and_mode(served: Served) -> None:
    with served.client() as client:
        assert [model.id for model in client.models.list()] == [
            "rag/default",
            "rag/default/hybrid",
            "rag/default/dense",
            "rag/default/lexical",
        ]
        assert client.models.retrieve("rag/default/lexical").id == "rag/default/lexical"


def test_an_unknown_model_is_not_found(served: Served) -> None:
    with served.client() as client:
        with pytest.raises(openai.NotFoundError) as by_id:
            client.models.retrieve("gpt-5")
        with pytest.raises(openai.NotFoundError) as in_chat:
            client.chat.completions.create(model="rag/default/other", messages=ASKED)
    for failure in (by_id, in_chat):
        assert failure.value.code == "model_not_found"
        assert failure.value.type == "invalid_request_error"
        assert "rag/default/lexical" in failure.value.message


# An answer in one piece


@BOTH
def test_an_answer_ends_with_its_sources(
    served: Served, asked: Any, answer: str, heading: str
) -> None:
    completion = ask(served, asked)
    content = completion.choices[0].message.content
    assert content.startswith(f"{answer}\n\n{heading}\n\n1. [")
    assert f"{served.url}/#/source?collection=default&reference=" in content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.id.startswith("chatcmpl-")


@BOTH
def test_an_annotation_spans_the_marker_and_links_to_the_words(
    served: Served, asked: Any, answer: str, heading: str
) -> None:
    message = ask(served, asked).choices[0].message
    (annotation,) = message.annotations
    cited = annotation.url_citation
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    source, start, end = reference_in(cited.url)
    text = served.rag.document(source).page_content
    assert text[start:end] == answer.removesuffix(" [1]")


def reference_in(url: str) -> tuple[str, int, int]:
    fragment = httpx.URL(url.replace("/#/", "/"))
    match = re.fullmatch(r"(.+):(\d+)-(\d+)", fragment.params["reference"])
    assert match is not None
    return match[1], int(match[2]), int(match[3])


def test_citations_and_sources_stand_beside_the_choices(served: Served) -> None:
    completion = ask(served)
    (citation,) = completion.citations
    assert citation["quote"] == "The warranty of the R4 logger is 36 months."
    assert citation["verified"] is True
    assert citation["source"].endswith("handbook.md")
    (source,) = completion.sources
    assert source["document"] == [citation["quote"]]
    assert source["source"]["url"] == citation["url"] == source["metadata"][0]["source"]


def test_the_mode_of_the_model_is_the_mode_of_the_search(served: Served) -> None:
    scores = {
        mode: ask(served, model=f"rag/default/{mode}").sources[0]["distances"][0]
        for mode in ("dense", "lexical")
    }
    found = {
        mode: served.rag.search(QUESTION, mode=mode)[0].metadata["score"]
        for mode in ("dense", "lexical")
    }
    assert scores == found


def test_what_is_not_in_the_documents_is_said_without_sources(served: Served) -> None:
    completion = ask(served, [{"role": "user", "content": "Who painted the Mona Lisa?"}])
    message = completion.choices[0].message
    assert message.content.startswith("The documents do not answer this question.")
    assert message.annotations == []
    assert not hasattr(completion, "citations")


def test_content_may_come_in_parts_and_unknown_fields_are_ignored(served: Served) -> None:
    parts: Any = [
        {"role": "user", "content": [{"type": "text", "text": QUESTION, "cache_control": {}}]}
    ]
    completion = ask(
        served,
        parts,
        temperature=0.3,
        max_tokens=5,
        user="somebody",
        tools=[{"type": "function", "function": {"name": "look", "parameters": {}}}],
        tool_choice="auto",
        extra_body={"chat_id": "x", "features": {"web_search": True}},
    )
    assert completion.choices[0].message.content.startswith(ANSWER)


def test_a_follow_up_is_searched_with_what_was_said_before(served: Served) -> None:
    chunks = stream_of(served, messages=conversation(ask(served)))
    searching = next(chunk.event for chunk in chunks if hasattr(chunk, "event"))
    description = searching["data"]["description"]
    assert description == "Searching for: And of the hub? (and what was said before)"


def conversation(first: Any) -> Any:
    return [
        {"role": "system", "content": "You are a helpful assistant."},
        *ASKED,
        {"role": "assistant", "content": first.choices[0].message.content},
        {"role": "tool", "tool_call_id": "1", "content": "a tool's words"},
        {"role": "user", "content": "And of the hub?"},
    ]


def test_files_that_open_webui_puts_before_a_question_are_not_searched_for(served: Served) -> None:
    wrapped = (
        "### Task:\nRespond to the user query using the provided context, with citations.\n"
        f'<context>\n<source id="1">{"One H1 hub serves 12. " * 1000}</source>\n</context>\n\n'
    )
    completion = ask(served, [{"role": "user", "content": wrapped + QUESTION}])
    assert completion.choices[0].message.content.startswith(ANSWER)


def test_a_begun_answer_is_begun_anew(served: Served) -> None:
    completion = ask(served, [*ASKED, {"role": "assistant", "content": "The warr"}])
    assert completion.choices[0].message.content.startswith(ANSWER)


def test_usage_counts_what_went_over_the_wire(served: Served) -> None:
    usage = ask(served).usage
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    longer = ask(served, [{"role": "system", "content": "x " * 500}, *ASKED]).usage
    assert longer.prompt_tokens > usage.prompt_tokens + 100


def test_the_field_rag_says_how_to_search(served: Served) -> None:
    completion = ask(served, extra_body={"rag": {"filter": {"folder": "docs/zh"}, "k": 1}})
    text = completion.choices[0].message.content
    assert "36 months" not in text
    with pytest.raises(openai.BadRequestError, match=r"rag\.kk"):
        ask(served, extra_body={"rag": {"kk": 1}})


def test_a_field_that_is_null_is_as_good_as_left_out(served: Served) -> None:
    names = ("stream", "stream_options", "n", "tool_choice", "response_format", "rag", "stop")
    completion = ask(served, extra_body=dict.fromkeys(names))
    assert completion.choices[0].message.content.startswith(ANSWER)


# What cannot be had


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n": 2}, "n is 2"),
        ({"tool_choice": "required"}, "tool_choice"),
        ({"response_format": {"type": "json_object"}}, "json_object"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "system", "content": "hello"}]}, '"user"'),
        ({"messages": [{"role": "user", "content": "  "}]}, "empty"),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [{"type": "image_url", "image_url": {"url": "data:,"}}],
                    }
                ]
            },
            "image_url",
        ),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(
    served: Served, options: dict[str, Any], said: str
) -> None:
    with served.client() as client, pytest.raises(openai.BadRequestError) as failure:
        client.chat.completions.create(**{"model": MODEL, "messages": ASKED, **options})
    assert said in failure.value.message
    assert failure.value.type == "invalid_request_error"
    assert failure.value.request_id


@pytest.mark.parametrize("stream", [False, True])
def test_a_search_that_cannot_be_made_has_a_status(served: Served, stream: bool) -> None:
    wrong = {"rag": {"filter": {"date": "soon"}}}
    with pytest.raises(openai.BadRequestError, match="ISO date"):
        ask(served, stream=stream, extra_body=wrong)


def test_a_question_that_is_too_long_is_refused(served: Served) -> None:
    with pytest.raises(openai.APIStatusError) as failure:
        ask(served, [{"role": "user", "content": "why " * 5000}])
    assert failure.value.status_code == 413
    assert failure.value.code == "request_too_large"


def test_keys_rates_and_collections_hold_for_this_interface(tmp_path: Path) -> None:
    keys = tmp_path / "keys.json"
    secret = KeyFile(keys).create("reader", collections=["default"])
    overrides = {"server": {"keys_file": keys, "requests_per_minute": 3}}
    with serving(tmp_path / "served", overrides=overrides) as served:
        with served.client("wrong") as client, pytest.raises(openai.AuthenticationError) as wrong:
            client.models.list()
        assert wrong.value.code == "invalid_api_key"
        with served.client(secret) as client:
            assert len(client.models.list().data) == 4
            client.chat.completions.create(model=MODEL, messages=ASKED)
            client.models.list()
            with pytest.raises(openai.RateLimitError) as often:
                client.chat.completions.create(model=MODEL, messages=ASKED)
    assert often.value.code == "rate_limit_exceeded"
    assert int(often.value.response.headers["retry-after"]) >= 1


# A stream


@BOTH
def test_a_stream_names_the_role_first_and_the_reason_last(
    served: Served, asked: Any, answer: str, heading: str
) -> None:
    chunks = stream_of(served, messages=asked)
    assert len({(chunk.id, chunk.created, chunk.model) for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    assert all(chunk.choices[0].delta.role is None for chunk in chunks[1:])
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * (len(chunks) - 1)
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert text_of(chunks) == ask(served, asked).choices[0].message.content
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)


def test_the_last_chunk_of_a_stream_holds_the_citations(served: Served) -> None:
    last: Any = stream_of(served)[-1]
    whole = ask(served)
    (annotation,) = last.choices[0].delta.annotations
    assert annotation == whole.choices[0].message.annotations[0].model_dump()
    assert last.citations == whole.citations
    assert last.sources == whole.sources


def test_usage_is_streamed_only_where_it_is_asked_for(served: Served) -> None:
    *before, last = stream_of(served, stream_options={"include_usage": True})
    assert last.choices == []
    assert last.usage == ask(served).usage
    assert all(chunk.usage is None for chunk in before)


def test_a_stream_tells_open_webui_of_the_search_and_the_sources(served: Served) -> None:
    events = [chunk.event for chunk in stream_of(served) if hasattr(chunk, "event")]
    assert [event["type"] for event in events] == ["status", "status", "source"]
    assert events[0]["data"] == {"description": f"Searching for: {QUESTION}", "done": False}
    assert events[1]["data"]["done"] is True
    assert events[2]["data"]["document"] == ["The warranty of the R4 logger is 36 months."]
    chinese = [c.event for c in stream_of(served, messages=CHINESE_ASKED) if hasattr(c, "event")]
    assert chinese[0]["data"]["description"] == f"正在检索：{CHINESE_QUESTION}"


def test_the_lines_of_a_stream_end_with_done(served: Served) -> None:
    body = {"model": MODEL, "messages": ASKED, "stream": True}
    response = httpx.post(f"{served.url}/v1/chat/completions", json=body)
    assert response.headers["content-type"].startswith("text/event-stream")
    lines = [line for line in response.text.split("\n\n") if line]
    assert lines[-1] == "data: [DONE]"
    assert all(line.startswith("data: {") for line in lines[:-1])


OPENAIS = {"id", "object", "created", "model", "choices", "usage"}


@pytest.mark.parametrize("how", ["request", "settings"])
def test_strictly_only_what_openai_sends_is_sent(served: Served, tmp_path: Path, how: str) -> None:
    def check(server: Served, **options: Any) -> None:
        whole = ask(server, **options)
        assert whole.model_fields_set | set(whole.model_extra) <= OPENAIS
        assert whole.choices[0].message.annotations
        for chunk in stream_of(server, **options):
            assert chunk.model_fields_set | set(chunk.model_extra or {}) <= OPENAIS

    if how == "request":
        check(served, extra_body={"rag": {"strict": True}})
        return
    with serving(tmp_path / "strict", overrides={"server": {"openai_strict": True}}) as strict:
        check(strict)


def test_links_lead_to_the_public_address(tmp_path: Path) -> None:
    overrides = {"server": {"public_url": "https://docs.example/"}}
    with serving(tmp_path, overrides=overrides) as served:
        content = ask(served).choices[0].message.content
    assert "](https://docs.example/#/source?collection=default&reference=" in content


async def test_the_async_client_is_served_too(served: Served) -> None:
    async with served.async_client() as client:
        whole = await client.chat.completions.create(model=MODEL, messages=ASKED)
        stream = await client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
        chunks = [chunk async for chunk in stream]
    content = whole.choices[0].message.content
    assert content is not None and content.startswith(ANSWER)
    assert text_of(chunks) == content


# With a chat model


@contextmanager
def with_model(folder: Path, *replies: Reply) -> Iterator[tuple[Served, OpenAIServer]]:
    """Serve the index with a chat model behind a real endpoint; give both."""
    with (
        serving_chat(*replies) as endpoint,
        serving(folder, chat_model=chat_at(endpoint)) as served,
    ):
        yield served, endpoint


def test_a_chat_models_answer_streams_piece_by_piece(tmp_path: Path) -> None:
    pieces = ("The warranty ", "is 36 ", "months [1].")
    with with_model(tmp_path, Reply(pieces)) as (served, endpoint):
        chunks = stream_of(served)
    texts = [t for c in chunks if c.choices and (t := c.choices[0].delta.content)]
    assert len(texts) >= 3
    assert text_of(chunks).startswith("The warranty is 36 months [1].\n\n**Sources**")
    assert "36 months" in endpoint.requests[0]["messages"][-1]["content"]


def test_the_applications_instructions_reach_the_chat_model(tmp_path: Path) -> None:
    with with_model(tmp_path, Reply(("36 months [1].",))) as (served, endpoint):
        told = "Answer like a pirate: {arr}."
        ask(served, [{"role": "system", "content": told}, *ASKED])
        system = endpoint.requests[0]["messages"][0]
    assert system["role"] == "system"
    assert told in system["content"]
    assert "passage" in system["content"]


def test_the_chat_model_sees_earlier_answers_without_their_source_lists(tmp_path: Path) -> None:
    replies = Reply(("36 months [1].",)), Reply(("Warranty of the hub?",)), Reply(("None.",))
    with with_model(tmp_path, *replies) as (served, endpoint):
        ask(served, conversation(ask(served)))
    for request in endpoint.requests[1:]:
        shown = json.dumps(request["messages"])
        assert "assistant: 36 months" in shown
        assert "Sources" not in shown
        assert "a tool's words" not in shown


def test_an_answer_that_was_cut_off_says_so(tmp_path: Path) -> None:
    with with_model(tmp_path, Reply(("36 months [1] and",), finish_reason="length")) as (served, _):
        assert ask(served).choices[0].finish_reason == "length"
        assert stream_of(served)[-1].choices[0].finish_reason == "length"


def test_what_fails_before_the_first_word_has_a_status(tmp_path: Path) -> None:
    history = [*ASKED, {"role": "assistant", "content": "36."}, {"role": "user", "content": "Why?"}]
    with with_model(tmp_path, Reply(status=500)) as (served, _), served.client() as client:
        for stream in (False, True):
            with pytest.raises(openai.APIStatusError) as failure:
                client.chat.completions.create(model=MODEL, messages=history, stream=stream)
            assert failure.value.status_code == 502
            assert failure.value.type == "server_error"


def test_a_stream_that_fails_ends_with_the_error(tmp_path: Path) -> None:
    reply = Reply(("The warranty is ", "36 mon"), cut=True)
    with with_model(tmp_path, reply) as (served, _), served.client() as client:
        stream = client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
        seen = ""
        with pytest.raises(openai.APIError) as failure:
            for chunk in stream:
                seen += chunk.choices[0].delta.content or ""
    assert seen.startswith("The warranty is")
    assert failure.value.type == "server_error"
    assert "log" in failure.value.message
    assert "127.0.0.1" not in failure.value.message


def test_a_slow_answer_is_kept_alive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.server.relay._SILENCE", 0.05)
    with with_model(tmp_path, Reply(("36 months [1].",), pause=0.5)) as (served, _):
        body = {"model": MODEL, "messages": ASKED, "stream": True}
        text = httpx.post(f"{served.url}/v1/chat/completions", json=body, timeout=30).text
        assert text_of(stream_of(served)).startswith("36 months [1].")
    assert ": keep-alive\n\n" in text
    assert text.endswith("data: [DONE]\n\n")


def test_a_client_that_leaves_stops_the_answer(tmp_path: Path) -> None:
    pieces = tuple(f"word {number} " for number in range(200))
    with with_model(tmp_path, Reply(pieces, pause=0.05)) as (served, endpoint):
        with served.client() as client:
            stream = client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
            for chunk in stream:
                if "word 1" in (chunk.choices[0].delta.content or ""):
                    break
            stream.close()
        metrics = ""
        for _ in range(100):
            metrics = httpx.get(f"{served.url}/metrics").text
            if "rag_requests_in_progress 1.0" in metrics:  # the one that asks for the figures
                break
        assert "rag_requests_in_progress 1.0" in metrics
        assert 'rag_questions_total{collection="default"' not in metrics
    assert len(endpoint.requests) == 1


def test_a_scripted_model_may_be_given_as_an_object(tmp_path: Path) -> None:
    model = ScriptedChatModel(replies=["It is 36 months [1]."])
    with serving(tmp_path, chat_model=model) as served:
        completion = ask(served)
    assert json.loads(completion.model_dump_json())["citations"][0]["number"] == 1
    assert completion.choices[0].message.content.startswith("It is 36 months [1].")
