"""What an MCP client is told when something is wrong, and what stops its questions."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from mcp.shared.exceptions import MCPError

import rag.server.turns
from rag.app import Rag
from tests.indexing import Project
from tests.server.calling import make_app
from tests.server.mcp_clients import MODES, call, failure, over_http
from tests.server.running import running

PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    with running(make_app(project)) as address:
        yield address


@pytest.mark.parametrize("mode", MODES)
async def test_a_wrong_call_gets_one_clear_line(project: Project, mode: str) -> None:
    with running(make_app(project, max_question_chars=50)) as address:
        async with over_http(address, mode=mode) as client:
            assert await failure(client, "search", query=" \n ") == (
                "the question is empty; ask something"
            )
            assert await failure(client, "ask", question="") == (
                "the question is empty; ask something"
            )
            assert "at most 50" in await failure(client, "ask", question="问" * 51)
            assert await failure(client, "fetch", id="nope") == (
                "nothing has the id 'nope'; give an id that search returned, the name of a "
                "document, or NAME:START-END inside of it"
            )
            assert len(await failure(client, "fetch", id="字" * 9999)) < 400
            assert "nothing has the id" in await failure(client, "fetch", id="docs/hub.md:9-9999")
            assert "nothing has the id" in await failure(client, "fetch", id="../../etc/passwd")
            assert await failure(client, "search") == "query: Field required"
            assert "k: Extra inputs" in await failure(client, "search", query="pump", k=3)
            assert "history.0.role" in await failure(
                client, "ask", question="pump?", history=[{"role": "system", "content": "x"}]
            )
            with pytest.raises(MCPError, match="no tool 'drop'; there are: search, fetch, ask"):
                await client.call_tool("drop", {})


async def test_a_missing_index_is_told_without_its_place(project: Project, tmp_path: Path) -> None:
    places = {"one": project.index, "two": tmp_path / "nowhere"}
    with running(make_app(project, collections=places)) as address:
        async with over_http(address) as client:
            listed = (await client.list_resources()).resources
            fetched = await call(client, "fetch", id="docs/hub.md")
            found_nowhere = await failure(client, "fetch", id="docs/none.md")
            said = await failure(client, "search", query="pump", collection="two")
            read = await failure(client, "fetch", id="docs/hub.md", collection="two")
    assert len(listed) == 3
    assert fetched["title"] == "Hubs"
    assert "nothing has the id" in found_nowhere
    for one in (said, read):
        assert one.startswith("the collection cannot be used just now")
        assert "(id " in one
        assert str(tmp_path) not in one


async def test_an_error_of_our_own_tells_nothing_but_its_id(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret words of /a/document")

    monkeypatch.setattr(Rag, "retriever", fail)
    monkeypatch.setattr(Rag, "document", fail)
    with running(make_app(project)) as address:
        async with over_http(address) as client:
            said = await failure(client, "search", query="pump")
            with pytest.raises(MCPError) as raised:
                await client.read_resource("doc://docs%2Fhub.md")
    assert said.startswith("something went wrong here; the server's log has it under this id (id ")
    assert "secret" not in str(raised.value)
    identity = said.rpartition("(id ")[2].rstrip(")")
    assert identity in {getattr(record, "id", None) for record in caplog.records}


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Make every question take for ever; tells when one began and when it was stopped."""
    began, stopped = threading.Event(), threading.Event()

    async def stream(*_: object, **__: object) -> AsyncIterator[None]:
        began.set()
        try:
            await asyncio.Event().wait()
            yield None
        finally:
            stopped.set()

    monkeypatch.setattr(rag.server.turns, "stream_turn", stream)
    return began, stopped


@pytest.mark.parametrize("version", ["2025-06-18", "2026-07-28"])
async def test_closing_the_connection_cancels_the_question(
    address: str, endless: tuple[threading.Event, threading.Event], version: str
) -> None:
    began, stopped = endless
    about = "io.modelcontextprotocol"
    params = {
        "name": "ask",
        "arguments": {"question": "How long?"},
        "_meta": {f"{about}/protocolVersion": version, f"{about}/clientCapabilities": {}},
    }
    body = {**PING, "method": "tools/call", "params": params}
    headers = {
        **HEADERS,
        "Mcp-Protocol-Version": version,
        "Mcp-Method": "tools/call",
        "Mcp-Name": "ask",
    }
    async with httpx.AsyncClient() as client:
        asking = asyncio.create_task(client.post(f"{address}/mcp", json=body, headers=headers))
        assert await asyncio.to_thread(began.wait, 20)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert await asyncio.to_thread(stopped.wait, 20)


async def test_a_question_that_takes_too_long_is_given_up(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def retrieve(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("rag.retrieval.retriever.RagRetriever.ainvoke", retrieve)
    with running(make_app(project, answer_seconds=0.2)) as address:
        async with over_http(address) as client:
            said = await failure(client, "ask", question="How long?")
    assert said.startswith("no answer within the time limit")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Host": "rag.example", "Origin": "https://app.example"}, 200),
        ({"Content-Type": "text/plain"}, 415),
    ],
)
def test_the_guard_alone_judges_host_origin_and_type(
    project: Project, headers: dict[str, str], status: int
) -> None:
    app = make_app(project, allowed_hosts=["rag.example"], cors_origins=["https://app.example"])
    with running(app) as address:
        answer = httpx.post(f"{address}/mcp", json=PING, headers={**HEADERS, **headers})
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_there_is_no_stream_and_no_session_to_end(address: str, method: str) -> None:
    answer = httpx.request(method, f"{address}/mcp", headers=HEADERS)
    assert answer.status_code == 405
    assert "mcp-session-id" not in answer.headers
