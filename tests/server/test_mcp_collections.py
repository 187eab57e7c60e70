"""Which collections and tools a key opens to an MCP client."""

from collections.abc import Iterator

import httpx
import pytest
from mcp.shared.exceptions import MCPError

from tests.indexing import Project
from tests.server.calling import make_app, make_key
from tests.server.mcp_clients import MODES, both, call, failure, names, over_http
from tests.server.running import running

PING = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
HEADERS = {"Accept": "application/json, text/event-stream"}


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    with running(make_app(project)) as address:
        yield address


async def test_several_collections_are_offered_by_name(project: Project, other: Project) -> None:
    with running(make_app(project, collections=both(project, other))) as address:
        async with over_http(address) as client:
            for tool in (await client.list_tools()).tools:
                assert tool.input_schema["properties"]["collection"]["enum"] == ["one", "two"]
            first = await call(client, "search", query="How heavy is the pump?")
            second = await call(client, "search", query="How heavy is the pump?", collection="two")
            best = second["results"][0]
            # Its id says where it is, though no collection is named.
            fetched = await call(client, "fetch", id=best["id"])
            answer = await call(
                client, "ask", question="How much does the pump of the R9 weigh?", collection="two"
            )
            # There is a document of that name in both.
            cited = await call(client, "fetch", id=answer["citations"][0]["id"])
            around = await call(client, "fetch", id=cited["metadata"]["previous"])
            unknown = await failure(client, "search", query="pump", collection="three")
    assert "R4" in first["results"][0]["text"]
    assert "R9" in best["text"]
    assert fetched["metadata"]["collection"] == "two"
    assert "collection=two&" in fetched["url"]
    assert answer["citations"][0]["source"] == "docs/pump.md"
    assert cited["text"] == "The pump of the R9 weighs 40 kg."
    assert around["text"] == "# 泵\n\n"
    assert unknown == "no collection 'three'; there are: one, two"


async def test_a_key_opens_its_own_collections_only(project: Project, other: Project) -> None:
    key = make_key(project, "reader", collections=["one"])
    everything = make_key(project, "all")
    with running(make_app(project, collections=both(project, other))) as address:
        async with over_http(address, key=everything) as client:
            (hidden, *_) = (await call(client, "search", query="valve", collection="two"))[
                "results"
            ]
        async with over_http(address, key=key) as client:
            for tool in (await client.list_tools()).tools:
                assert "collection" not in tool.input_schema["properties"]
            refused = [
                await failure(client, "search", query="valve", collection="two"),
                await failure(client, "ask", question="valve?", collection="two"),
                await failure(client, "fetch", id=hidden["id"]),
                await failure(client, "fetch", id="docs/valve.md"),
                await failure(client, "fetch", id="docs/valve.md", collection="two"),
            ]
            listed = (await client.list_resources()).resources
            with pytest.raises(MCPError):
                await client.read_resource("doc://docs%2Fvalve.md?collection=two")
    assert refused[0] == refused[1] == refused[4] == "no collection 'two'; there are: one"
    assert [one.name for one in listed] == ["docs/hub.md", "docs/pump.md", "docs/zh/泵.md"]


@pytest.mark.parametrize("mode", MODES)
async def test_without_a_key_there_is_no_answer_at_all(project: Project, mode: str) -> None:
    make_key(project, "reader")
    with running(make_app(project)) as address:
        answer = httpx.post(f"{address}/mcp", json=PING, headers=HEADERS)
        assert answer.status_code == 401
        with pytest.raises((MCPError, ExceptionGroup)):
            async with over_http(address, mode=mode) as client:
                await client.list_tools()


async def test_no_tool_changes_the_index_unless_it_was_allowed(address: str) -> None:
    async with over_http(address) as client:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == ["search", "fetch", "ask"]
        assert all(tool.annotations.read_only_hint for tool in tools)
        with pytest.raises(MCPError, match="no tool 'add_text'; there are: search, fetch, ask"):
            await client.call_tool("add_text", {"title": "R7", "text": "new"})
        with pytest.raises(MCPError, match="no tool 'remove'"):
            await client.call_tool("remove", {"source": "docs/hub.md"})


async def test_a_key_that_may_only_read_sees_no_tool_that_writes(project: Project) -> None:
    reads, writes = make_key(project, "reads"), make_key(project, "writes", write=True)
    with running(make_app(project, allow_write=True)) as address:
        async with over_http(address, key=reads) as client:
            assert await names(client) == ["search", "fetch", "ask"]
            with pytest.raises(MCPError, match="no tool 'remove'"):
                await client.call_tool("remove", {"source": "docs/hub.md"})
        async with over_http(address, key=writes) as client:
            assert await names(client) == ["search", "fetch", "ask", "add_text", "remove"]


@pytest.mark.parametrize("mode", MODES)
async def test_what_is_added_is_found_and_what_is_removed_is_not(
    project: Project, mode: str
) -> None:
    with running(make_app(project, allow_write=True)) as address:
        async with over_http(address, mode=mode) as client:
            added = [
                await call(client, "add_text", title=title, text=text)
                for title, text in (("阀门", "阀门的颜色是绿色。"), ("阀门", "The valve is green."))
            ]
            sources = [one["source"] for one in added]
            found = await call(client, "search", query="阀门是什么颜色？")
            assert await call(client, "remove", source=sources[0]) == {"removed": 1}
            gone = await failure(client, "fetch", id=sources[0])
            left = await call(client, "fetch", id=sources[1])
    assert len(set(sources)) == 2
    assert found["results"][0]["title"] == "阀门"
    assert "nothing has the id" in gone
    assert left["text"] == "The valve is green."


async def test_remove_takes_one_document_by_its_exact_name(project: Project) -> None:
    with running(make_app(project, allow_write=True)) as address:
        async with over_http(address) as client:
            for name in ("docs", "*", "docs/*.md", "", "/"):
                assert "no document is called" in await failure(client, "remove", source=name)
            await call(client, "remove", source="docs/hub.md")
    assert project.sources() == ["docs/pump.md", "docs/zh/泵.md"]
    assert (project.folder / "docs" / "hub.md").is_file()


async def test_a_text_is_refused_where_it_is_empty_or_too_large(project: Project) -> None:
    with running(make_app(project, allow_write=True, max_body_bytes=2000)) as address:
        async with over_http(address) as client:
            assert "is empty" in await failure(client, "add_text", title="a", text=" \n")
            assert "no name" in await failure(client, "add_text", title="/", text="words")
            # 1,500 bytes as UTF-8; as escapes in JSON they are more than a request may have.
            with pytest.raises((MCPError, ExceptionGroup)):
                await client.call_tool("add_text", {"title": "a", "text": "词" * 2000})
    assert len(project.sources()) == 3
