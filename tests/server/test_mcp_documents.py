"""The documents as MCP resources, also long ones."""

import pytest
from mcp.shared.exceptions import MCPError

from rag.server import mcp_resources
from rag.server.mcp_reading import MOST_CHARACTERS
from tests.indexing import Project
from tests.server.calling import make_app
from tests.server.mcp_clients import MODES, both, call, over_http
from tests.server.running import running


@pytest.mark.parametrize("mode", MODES)
async def test_every_document_is_a_resource(project: Project, mode: str) -> None:
    (project.folder / "docs" / "empty.md").touch()
    project.add("docs")
    with running(make_app(project)) as address:
        async with over_http(address, mode=mode) as client:
            listed = await client.list_resources()
            (template,) = (await client.list_resource_templates()).resource_templates
            texts = [(await client.read_resource(one.uri)).contents[0] for one in listed.resources]
            with pytest.raises(MCPError, match="nothing has the id"):
                await client.read_resource("doc://nope")
            with pytest.raises(MCPError, match="wanted an address like doc://ID"):
                await client.read_resource("file:///etc/passwd")
    assert template.uri_template == "doc://{id}"
    assert [(one.name, one.title, one.mime_type) for one in listed.resources] == [
        ("docs/hub.md", "Hubs", "text/markdown"),
        ("docs/pump.md", "Pumps", "text/markdown"),
        ("docs/zh/泵.md", "水泵", "text/markdown"),
    ]
    assert listed.next_cursor is None
    assert texts[2].text == "# 水泵\n\n水泵的保修期为 36 个月。\n"
    assert texts[2].mime_type == "text/markdown"


async def test_documents_are_listed_page_by_page_over_all_collections(
    project: Project, other: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mcp_resources, "PAGE_SIZE", 2)
    pages = []
    with running(make_app(project, collections=both(project, other))) as address:
        async with over_http(address) as client:
            cursor = None
            while True:
                page = await client.list_resources(cursor=cursor)
                pages.append([one.uri for one in page.resources])
                cursor = page.next_cursor
                if cursor is None:
                    break
            (template,) = (await client.list_resource_templates()).resource_templates
            contents = (await client.read_resource(pages[1][1])).contents
            for strange in ("bm8=", "W10=", "é", "eyJhIjogMSwgImIiOiAyfQ=="):
                with pytest.raises(MCPError, match="the cursor is none of ours"):
                    await client.list_resources(cursor=strange)
    assert template.uri_template == "doc://{id}{?collection}"
    assert [len(page) for page in pages] == [2, 2, 1]
    assert pages[1][1] == "doc://docs%2Fpump.md?collection=two"
    assert contents[0].text == "# 泵\n\nThe pump of the R9 weighs 40 kg.\n"


async def test_a_long_document_is_read_piece_by_piece(project: Project) -> None:
    lines = [f"第 {n} 行：编号为 {n * 37} 的零件。" for n in range(4000)]
    text = "\n".join(["# 长文档", *lines, "The last part is called zanzibar."])
    project.write("docs/long.md", text)
    project.add("docs")
    with running(make_app(project)) as address:
        async with over_http(address) as client:
            found = (await call(client, "search", query="zanzibar"))["results"]
            best = next(one for one in found if "zanzibar" in one["text"])
            last = await call(client, "fetch", id=best["id"])
            read = [await call(client, "fetch", id="docs/long.md")]
            while (following := read[-1]["metadata"]["next"]) is not None:
                read.append(await call(client, "fetch", id=following))
            resource = (await client.read_resource("doc://docs%2Flong.md")).contents[0].text
    assert "zanzibar" in last["text"]
    assert last["metadata"]["complete"] is False
    assert last["metadata"]["next"] is None
    assert last["metadata"]["characters"] == len(text)
    assert last["metadata"]["previous"].endswith(f"-{last['metadata']['start_index']}")
    assert "".join(one["text"] for one in read) == text
    assert all(len(one["text"]) <= MOST_CHARACTERS for one in read)
    end = read[0]["metadata"]["end_index"]
    assert resource.startswith(read[0]["text"])
    assert f"[{end} of {len(text)} characters; go on at doc://docs%2Flong.md%3A{end}-" in resource
