"""MCP over HTTP, called by the SDK's own client under a real server."""

from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from rag.app import Rag
from tests.answering.fakes import ScriptedChatModel
from tests.indexing import Project
from tests.server.calling import make_app
from tests.server.mcp_clients import MODES, call, over_http, told
from tests.server.running import running


@pytest.fixture
def address(project: Project) -> Iterator[str]:
    with running(make_app(project)) as address:
        yield address


@pytest.mark.parametrize("mode", MODES)
async def test_search_has_the_shape_that_connectors_read(address: str, mode: str) -> None:
    async with over_http(address, mode=mode) as client:
        result = await client.call_tool("search", {"query": "How heavy is the pump of the R4?"})
    assert told(result) == result.structured_content
    assert list(told(result)) == ["results"]
    best = told(result)["results"][0]
    assert all(isinstance(one, str) and one for one in best.values())
    assert (best["title"], best["text"].split("\n")[-1]) == (
        "Pumps",
        "The pump of the R4 weighs 12 kg.",
    )
    assert unquote(best["url"]).startswith(
        f"{address}/#/source?collection=default&reference=docs/pump.md:"
    )


async def test_search_and_fetch_take_one_string_where_there_is_one_collection(
    address: str,
) -> None:
    async with over_http(address) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    for name, argument in (("search", "query"), ("fetch", "id")):
        schema = tools[name].input_schema
        assert schema["properties"].keys() == {argument}
        assert schema["properties"][argument]["type"] == "string"
        assert schema["required"] == [argument]


@pytest.mark.parametrize("mode", MODES)
async def test_what_search_found_can_be_fetched_whole(address: str, mode: str) -> None:
    async with over_http(address, mode=mode) as client:
        found = (await call(client, "search", query="水泵保修多久？"))["results"]
        best = next(one for one in found if one["title"] == "水泵")
        result = await client.call_tool("fetch", {"id": best["id"]})
    fetched = told(result)
    assert fetched == result.structured_content
    assert fetched.keys() == {"id", "title", "text", "url", "metadata"}
    assert (fetched["id"], fetched["title"], fetched["url"]) == (
        best["id"],
        "水泵",
        best["url"],
    )
    assert fetched["text"] == "# 水泵\n\n水泵的保修期为 36 个月。\n"
    about = fetched["metadata"]
    assert (about["source"], about["collection"], about["kind"]) == (
        "docs/zh/泵.md",
        "default",
        "markdown",
    )
    assert about["complete"] is True
    assert about["next"] is about["previous"] is None


async def test_a_document_can_be_fetched_by_its_name_and_by_a_part_of_it(address: str) -> None:
    async with over_http(address) as client:
        whole = await call(client, "fetch", id="docs/hub.md")
        part = await call(client, "fetch", id="docs/hub.md:8-20")
    assert whole["text"] == "# Hubs\n\nOne hub serves 40 loggers.\n"
    assert part["text"] == whole["text"][8:20]
    assert (part["metadata"]["previous"], part["metadata"]["next"]) == (
        "docs/hub.md:0-8",
        f"docs/hub.md:20-{len(whole['text'])}",
    )


@pytest.mark.parametrize("mode", MODES)
async def test_ask_gives_a_cited_answer_and_says_how_far_it_is(address: str, mode: str) -> None:
    said: list[tuple[float, str]] = []

    async def on_progress(done: float, total: float | None, message: str | None) -> None:
        assert total == 3
        said.append((done, str(message)))

    question = "How much does the pump of the R4 weigh?"
    async with over_http(address, mode=mode) as client:
        result = await client.call_tool(
            "ask", {"question": question}, progress_callback=on_progress
        )
        answer = result.structured_content
        (cited,) = answer["citations"][:1]
        fetched = await call(client, "fetch", id=cited["id"])

    assert answer["answered"] is True
    assert (cited["number"], cited["source"], cited["verified"]) == (1, "docs/pump.md", True)
    assert fetched["text"] == cited["quote"] == "The pump of the R4 weighs 12 kg."
    assert fetched["url"] == cited["url"]
    shown = result.content[0].text
    assert shown.startswith(answer["text"])
    assert f"[1] [Pumps]({cited['url']}) — docs/pump.md: “{cited['quote']}”" in shown
    assert said[0] == (1, f"searching for: {question}")
    assert [done for done, _ in said] == [1, 2, 3]


async def test_ask_understands_a_follow_up_and_passes_on_what_the_model_wrote(
    project: Project,
) -> None:
    model = ScriptedChatModel(replies=["水泵的保修期是多久？", "水泵的保修期为 36 个月。[1]"])
    with Rag(
        project.index,
        settings=project.settings,
        embeddings=project.embeddings,
        chat_model=model,
    ) as asked:
        project._opened.insert(0, asked)
        with running(make_app(project)) as address:
            async with over_http(address) as client:
                answer = await call(
                    client,
                    "ask",
                    question="保修多久？",
                    history=[
                        {"role": "user", "content": "水泵多重？"},
                        {"role": "assistant", "content": "文档没有说明。"},
                    ],
                )
    assert answer["search_query"] == "水泵的保修期是多久？"
    assert answer["text"] == "水泵的保修期为 36 个月。[1]"
    assert answer["citations"][0]["source"] == "docs/zh/泵.md"


async def test_a_title_cannot_lead_a_citation_elsewhere(project: Project) -> None:
    project.write("docs/bolt.md", "# Bolt](https://evil.example) [x\n\nThe bolt is 9 mm long.\n")
    project.add("docs")
    with running(make_app(project)) as address:
        async with over_http(address) as client:
            result = await client.call_tool("ask", {"question": "How long is the bolt?"})
    assert result.structured_content["citations"][0]["source"] == "docs/bolt.md"
    assert "](https://evil" not in result.content[0].text


async def test_ask_says_where_the_documents_do_not_answer(address: str) -> None:
    async with over_http(address) as client:
        answer = await call(client, "ask", question="Who painted the Mona Lisa?")
    assert answer["answered"] is False
    assert answer["citations"] == []


async def test_links_lead_to_the_public_address(project: Project) -> None:
    with running(make_app(project, public_url="https://docs.example/rag/")) as address:
        async with over_http(address) as client:
            best = (await call(client, "search", query="pump"))["results"][0]
    assert best["url"].startswith("https://docs.example/rag/#/source?collection=default&")
