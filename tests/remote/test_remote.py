"""`RemoteRetriever` and `RemoteRag` against our own server, behind a real socket."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from langchain.agents import create_agent
from langchain_core.messages import HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_tests.integration_tests import RetrieversIntegrationTests

from rag import RagMiddleware, RagTool, RemoteRag, RemoteRetriever
from rag.answering.answer import AnswerFinished, PassagesFound, SearchStarted, TextChunk
from rag.answering.chain import RagChain
from rag.errors import RemoteError, RetrievalError, SettingsError
from tests.agents.libraries import ScriptedAgentModel
from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.running import running

PAGES = {
    "docs/pump.md": "# Pumps\n\nThe pump of the R4 weighs 12 kg.\n",
    "docs/hub.md": "# Hubs\n\nOne hub serves 40 loggers.\n",
    "docs/zh/泵.md": "# 水泵\n\n水泵的保修期为 36 个月。\n",
}
WEIGHT = "How many kg does the pump of the R4 weigh?"
HISTORY = [("human", "What does the pump of the R4 weigh?"), ("ai", "12 kg [1].")]


@contextmanager
def pumps(folder: Path) -> Iterator[Project]:
    """A project with documents in two languages."""
    with Project(folder) as project:
        for name, text in PAGES.items():
            project.write(name, text)
        project.rag.add(project.folder / "docs", metadata={"team": "ops"})
        yield project


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pumps(tmp_path_factory.mktemp("pumps")) as project:
        yield project


@pytest.fixture(scope="module")
def address(project: Project) -> Iterator[str]:
    with running(make_app(project)) as address:
        yield address


def test_search_finds_what_the_index_finds(project: Project, address: str) -> None:
    remote = RemoteRag(address)
    for query, options in [
        (WEIGHT, {}),
        ("水泵的保修期", {"k": 1, "mode": "lexical"}),
        (WEIGHT, {"filter": {"folder": "docs/zh"}}),
        (WEIGHT, {"min_score": 0.1}),
    ]:
        here = project.rag.search(query, **options)  # type: ignore[arg-type]
        there = remote.search(query, **options)  # type: ignore[arg-type]
        assert here
        assert there == here
        assert here[0].metadata["team"] == "ops"


async def test_answers_are_those_of_the_index(project: Project, address: str) -> None:
    remote = RemoteRag(address)
    for question, history in [(WEIGHT, []), ("And the hub?", HISTORY), ("水泵保修多久？", [])]:
        here = project.rag.ask(question, history=history)
        assert remote.ask(question, history=history).to_dict() == here.to_dict()
        assert (await remote.aask(question, history=history)).to_dict() == here.to_dict()
    assert remote.ask(WEIGHT).citations == project.rag.ask(WEIGHT).citations


async def test_a_stream_yields_the_same_events(project: Project, address: str) -> None:
    remote = RemoteRag(address)
    events = list(remote.stream(WEIGHT))
    assert [event async for event in remote.astream(WEIGHT)] == events
    assert [type(event) for event in events] == [
        SearchStarted, PassagesFound, TextChunk, AnswerFinished,
    ]  # fmt: skip
    assert isinstance(events[-1], AnswerFinished)
    assert events[-1].answer.to_dict() == project.rag.ask(WEIGHT).to_dict()


async def test_a_stream_can_be_left_and_others_go_on(address: str) -> None:
    remote = RemoteRag(address)
    assert isinstance(next(iter(remote.stream(WEIGHT))), SearchStarted)
    stream = remote.astream(WEIGHT)
    assert isinstance(await anext(stream), SearchStarted)
    await stream.aclose()  # type: ignore[attr-defined]
    answers = await asyncio.gather(*(remote.aask(WEIGHT) for _ in range(8)))
    assert all(answer.answered for answer in answers)


def test_one_remote_serves_several_event_loops(address: str) -> None:
    remote = RemoteRag(address)
    texts = {asyncio.run(remote.aask(WEIGHT)).text for _ in range(2)}
    assert len(texts) == 1


def test_a_blank_question_is_refused_before_it_is_sent() -> None:
    remote = RemoteRag("http://127.0.0.1:9")
    for ask in (remote.ask, remote.search, lambda text: list(remote.stream(text))):
        with pytest.raises(RetrievalError):
            ask(" ")
    assert RemoteRetriever("http://127.0.0.1:9").invoke(" ") == []


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(SettingsError, match="give one like http://"):
        RemoteRag("localhost:8321")


@pytest.mark.parametrize("key", ["", "se cret", "secret\n", "密钥secret"])
def test_what_is_no_key_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(SettingsError, match="API key") as raised:
        RemoteRag("http://127.0.0.1:9", api_key=key)
    assert "cret" not in str(raised.value)
    with pytest.raises(SettingsError, match="API key"):
        RemoteRetriever("http://127.0.0.1:9", api_key=key).invoke("pump")


async def test_the_servers_refusal_arrives_with_its_line_and_id(address: str) -> None:
    retriever = RemoteRetriever(address, filter={"page": {"nonsense": 3}})
    for error in [
        await _error_of(retriever.ainvoke("pump")),
        await _error_of(asyncio.to_thread(retriever.invoke, "pump")),
    ]:
        assert error.status == 400
        assert error.request_id
        assert str(error).endswith(f"(id {error.request_id})")
        assert str(error).startswith(f"the server at {address}: ")
        assert "\n" not in str(error)


async def _error_of(call: object) -> RemoteError:
    with pytest.raises(RemoteError) as raised:
        await call  # type: ignore[misc]
    return raised.value


async def test_an_unknown_collection_is_refused_in_streams_too(address: str) -> None:
    remote = RemoteRag(address, collection="nothing")
    with pytest.raises(RemoteError) as raised:
        list(remote.stream(WEIGHT))
    assert raised.value.status == 404
    with pytest.raises(RemoteError) as raised:
        _ = [event async for event in remote.astream(WEIGHT)]
    assert raised.value.status == 404


def test_a_key_opens_and_is_shown_nowhere(tmp_path: Path) -> None:
    with pumps(tmp_path) as project:
        secret = make_key(project, "reader")["Authorization"].removeprefix("Bearer ")
        with running(make_app(project)) as address:
            with pytest.raises(RemoteError, match="key is needed") as raised:
                RemoteRag(address).ask(WEIGHT)
            assert raised.value.status == 401
            remote = RemoteRag(address, api_key=secret)
            assert remote.ask(WEIGHT).answered
            retriever = remote.retriever(k=1)
            assert len(retriever.invoke(WEIGHT)) == 1
    shown = [repr(retriever), repr(remote), str(retriever.model_dump()), repr(vars(remote))]
    assert not any(secret in text for text in shown)


def test_a_server_that_is_not_there_is_said(address: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(RemoteError, match="cannot be reached"):
        RemoteRag(nowhere).ask(WEIGHT)
    with pytest.raises(RemoteError, match="cannot be reached"):
        list(RemoteRag(nowhere).stream(WEIGHT))


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[str]:
    """A server that answers every POST with the same bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b"<html>Hello</html>"),
        (200, b"[]"),
        (200, b'{"passages": [{"id": 1}]}'),
        (200, b'{"text": "x", "citations": 3}'),
        (404, b"<html>Not here</html>"),
        (500, b'{"error": "broken"}'),
        (302, b""),
    ],
)
def test_what_is_no_rag_server_is_said_in_one_line(status: int, body: bytes) -> None:
    with answering(status, body) as address:
        remote = RemoteRag(address)
        for ask in (remote.ask, remote.search):
            with pytest.raises(RemoteError, match="rag serve") as raised:
                ask(WEIGHT)
            assert "\n" not in str(raised.value)


STARTED = b'event: search_started\ndata: {"query": "q"}\n\n'
FAILED = (
    b'event: failed\ndata: {"error": {"message": "the chat model is away (id 7)", "id": "7"}, '
    b'"status": 502}\n\n'
)


@pytest.mark.parametrize(
    ("body", "said", "status"),
    [
        (STARTED, "broke off in the middle", None),
        (STARTED + FAILED, r"the chat model is away \(id 7\)", 502),
        (STARTED + b"event: answer_finished\ndata: {}\n\n", "rag serve", None),
        (b"<html></html>", "broke off", None),
    ],
)
async def test_a_stream_that_fails_says_so(body: bytes, said: str, status: int | None) -> None:
    with answering(200, body, Content_Type="text/event-stream") as address:
        remote = RemoteRag(address)
        with pytest.raises(RemoteError, match=said) as raised:
            list(remote.stream(WEIGHT))
        assert raised.value.status == status
        with pytest.raises(RemoteError, match=said):
            _ = [event async for event in remote.astream(WEIGHT)]


def test_events_of_later_servers_are_passed_over(project: Project, address: str) -> None:
    body = STARTED + b'event: thinking\ndata: {"n": 1}\n\n'
    with answering(200, body) as address:
        events = RemoteRag(address).stream(WEIGHT)
        assert next(events) == SearchStarted("q")
        with pytest.raises(RemoteError, match="broke off"):
            next(events)


def test_an_agent_can_use_a_remote_index(address: str) -> None:
    retriever = RemoteRetriever(address, k=1)
    told = RagTool(retriever=retriever).invoke({"query": WEIGHT})
    assert "12 kg" in told
    model = ScriptedAgentModel(replies=["12 kg [1]."])
    agent = create_agent(model, middleware=[RagMiddleware(RagChain(retriever))])
    state = agent.invoke({"messages": [HumanMessage(WEIGHT)]})
    assert [one["source"] for one in state["rag_citations"]] == ["docs/pump.md"]


class TestStandardSuite(RetrieversIntegrationTests):
    """LangChain's own suite for retrievers."""

    @pytest.fixture(autouse=True)
    def _server(self, address: str) -> None:
        self.address = address

    @property
    def retriever_constructor(self) -> type[BaseRetriever]:
        return RemoteRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, object]:
        return {"base_url": self.address}

    @property
    def retriever_query_example(self) -> str:
        return "the pump of the R4 hub"
