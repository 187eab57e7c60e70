"""The OpenAI path over real HTTP with the real client, streaming and not, sync and async."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing

import pytest
from langchain_openai import ChatOpenAI
from langchain_openai.chat_models import _client_utils
from pydantic import SecretStr

from rag.answering.answer import Answer, AnswerEvent, AnswerFinished, TextChunk
from rag.answering.chain import RagChain
from rag.answering.chat_models import create_chat_model
from rag.errors import (
    ChatAuthenticationError,
    ChatConnectionError,
    ChatContentFilterError,
    ChatContextLengthError,
    ChatModelError,
    ChatModelNotConfiguredError,
    ChatModelNotFoundError,
    ChatRateLimitError,
    ChatServerError,
    ChatStreamError,
    MissingExtraError,
)
from tests.answering.fakes import FixedRetriever, passage
from tests.answering.openai_server import Reply, serving

QUESTION = "When are refunds paid?"
GOOD = Reply(["Refunds are paid within 14 days ", "[", "2", "]", "."])
NO_WAIT = {"retry-after-ms": "1"}

Run = Callable[[RagChain], Answer]


def invoke(chain: RagChain) -> Answer:
    with closing(client_of(chain).root_client):
        return chain.invoke(QUESTION)


def ainvoke(chain: RagChain) -> Answer:
    async def ask() -> Answer:
        async with client_of(chain).root_async_client:
            return await chain.ainvoke(QUESTION)

    return asyncio.run(ask())


def stream(chain: RagChain) -> Answer:
    with closing(client_of(chain).root_client):
        *events, last = chain.stream(QUESTION)
    assert isinstance(last, AnswerFinished)
    shown = "".join(event.text for event in events if isinstance(event, TextChunk))
    assert shown == last.answer.text
    return last.answer


def astream(chain: RagChain) -> Answer:
    async def collect() -> list[AnswerEvent]:
        async with client_of(chain).root_async_client:
            return [event async for event in chain.astream(QUESTION)]

    last = asyncio.run(collect())[-1]
    assert isinstance(last, AnswerFinished)
    return last.answer


def client_of(chain: RagChain) -> ChatOpenAI:
    assert isinstance(chain.chat_model, ChatOpenAI)
    return chain.chat_model


ways = pytest.mark.parametrize("run", [invoke, ainvoke, stream, astream])
streaming = pytest.mark.parametrize("run", [stream, astream])


def chain_to(url: str, *, retries: int = 0, timeout: float = 10) -> RagChain:
    passages = [
        passage("The office is in Utrecht.", source="about.md"),
        passage("Refunds are paid within 14 days.", start=40),
    ]
    # LangChain keeps HTTP clients by address, and the system gives ports out again: a client that
    # an earlier test has closed must not come back.
    _client_utils._cached_sync_httpx_client.cache_clear()
    _client_utils._cached_async_httpx_client.cache_clear()
    model = create_chat_model(
        model="test-model",
        base_url=url,
        api_key=SecretStr("sk-test-123456"),
        temperature=0,
        timeout_seconds=timeout,
        max_retries=retries,
    )
    return RagChain(FixedRetriever(passages=passages), model)


@ways
def test_an_answer_is_cited_and_renumbered(run: Run) -> None:
    with serving(GOOD) as server:
        answer = run(chain_to(server.url))
    assert answer.text == "Refunds are paid within 14 days [1]."
    (citation,) = answer.citations
    assert citation.source == "handbook.md"
    assert (citation.start_index, citation.end_index) == (40, 72)
    assert answer.notice is None


def test_the_request_carries_the_key_the_model_and_the_limits() -> None:
    with serving(GOOD) as server:
        invoke(chain_to(server.url))
    (request,) = server.requests
    assert server.keys == ["Bearer sk-test-123456"]
    assert request["model"] == "test-model"
    assert request["max_tokens"] == 1024
    assert request["temperature"] == 0
    assert [message["role"] for message in request["messages"]] == ["system", "user"]


def test_a_local_endpoint_needs_no_key() -> None:
    with serving(GOOD) as server:
        model = create_chat_model(model="llama3.2:3b", base_url=server.url)
        assert isinstance(model, ChatOpenAI)
        with closing(model.root_client):
            assert model.invoke("hello").text
    assert server.requests[0]["model"] == "llama3.2:3b"


FAILURES = [
    (
        Reply(status=401, error={"message": "bad key sk-test-123456"}),
        ChatAuthenticationError,
        "chat.api_key",
    ),
    (Reply(status=403, error={"message": "no access"}), ChatAuthenticationError, "chat.api_key"),
    (
        Reply(status=404, error={"message": "no such model", "code": "model_not_found"}),
        ChatModelNotFoundError,
        "chat.model",
    ),
    (Reply(status=429, error={"message": "slow down"}), ChatRateLimitError, "chat.max_retries"),
    (Reply(status=500, error={"message": "oops"}), ChatServerError, "chat.base_url"),
    (Reply(status=503, error={"message": "loading model"}), ChatServerError, "loading model"),
    (
        Reply(
            status=400,
            error={
                "message": "This model's maximum context length is 4096 tokens.",
                "code": "context_length_exceeded",
            },
        ),
        ChatContextLengthError,
        "answer.passage_tokens",
    ),
    (
        Reply(
            status=400,
            error={"message": "filtered by content management policy", "code": "content_filter"},
        ),
        ChatContentFilterError,
        "chat.model",
    ),
    (
        Reply(status=400, error={"message": "Unsupported value: temperature"}),
        ChatModelError,
        "chat.temperature",
    ),
    (Reply(["Half an"], finish_reason="content_filter"), ChatContentFilterError, "chat.model"),
    (Reply([""]), ChatModelError, "chat.max_output_tokens"),
]


@ways
@pytest.mark.parametrize(("reply", "kind", "setting"), FAILURES)
def test_a_failure_names_the_setting_to_change(
    run: Run, reply: Reply, kind: type[ChatModelError], setting: str
) -> None:
    with serving(reply) as server, pytest.raises(ChatModelError) as raised:
        run(chain_to(server.url))
    assert type(raised.value) is kind
    assert setting in str(raised.value)
    assert "\n" not in str(raised.value)
    assert "sk-test-123456" not in str(raised.value)


@ways
def test_a_refusal_for_rate_is_tried_again(run: Run) -> None:
    busy = Reply(status=429, error={"message": "slow down"}, headers=NO_WAIT)
    with serving(busy, busy, GOOD) as server:
        answer = run(chain_to(server.url, retries=2))
    assert len(server.requests) == 3
    assert answer.answered


@ways
def test_retries_end(run: Run) -> None:
    busy = Reply(status=429, error={"message": "slow down"}, headers=NO_WAIT)
    with serving(busy) as server, pytest.raises(ChatRateLimitError):
        run(chain_to(server.url, retries=2))
    assert len(server.requests) == 3


@ways
def test_nothing_listening_names_the_base_url(run: Run) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"
        with pytest.raises(ChatConnectionError, match=r"chat\.base_url"):
            run(chain_to(url))


@ways
def test_a_silent_endpoint_does_not_hang_the_question(run: Run) -> None:
    late = Reply(["late"], pause=1.5)
    with (
        serving(late) as server,
        pytest.raises(ChatConnectionError, match=r"chat\.timeout_seconds"),
    ):
        run(chain_to(server.url, timeout=0.3))


@streaming
def test_a_pause_in_the_middle_does_not_hang_the_question(run: Run) -> None:
    late = Reply(["one ", "two", "three"], pause=0.8)
    with serving(late) as server, pytest.raises(ChatModelError, match=r"chat\.timeout_seconds"):
        run(chain_to(server.url, timeout=0.4))


@streaming
def test_comments_that_keep_a_connection_open_do_not_hang_the_question(run: Run) -> None:
    late = Reply(["one ", "two"], pause=1.2, pings=True)
    with serving(late) as server, pytest.raises(ChatModelError, match=r"chat\.timeout_seconds"):
        run(chain_to(server.url, timeout=0.4))


@streaming
@pytest.mark.parametrize(
    "reply", [Reply(["Refunds are "], cut=True), Reply(["Refunds are "], plain_end=True)]
)
def test_a_stream_that_breaks_off_is_no_answer_and_not_tried_again(run: Run, reply: Reply) -> None:
    with serving(reply, GOOD) as server, pytest.raises(ChatStreamError, match="broke off"):
        run(chain_to(server.url, retries=2))
    assert len(server.requests) == 1


@ways
def test_an_answer_cut_at_its_limit_says_so(run: Run) -> None:
    with serving(Reply(["Refunds are paid [2] within"], finish_reason="length")) as server:
        answer = run(chain_to(server.url))
    assert answer.notice is not None
    assert "chat.max_output_tokens" in answer.notice


def test_without_key_and_endpoint_the_settings_are_named() -> None:
    with pytest.raises(ChatModelNotConfiguredError, match=r"chat\.api_key.*chat\.base_url"):
        create_chat_model(model="gpt-5-mini")


def test_a_provider_whose_package_is_missing_names_the_install_command() -> None:
    with pytest.raises(MissingExtraError, match="pip install langchain-upstage"):
        create_chat_model(model="upstage:solar-pro", api_key=SecretStr("k"))


def test_a_wrong_path_names_the_base_url() -> None:
    with serving(GOOD) as server, pytest.raises(ChatModelNotFoundError, match=r"/v1"):
        invoke(chain_to(server.url.removesuffix("/v1")))
