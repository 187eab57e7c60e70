"""The MCP SDK's own client, over HTTP with or without a key, and over a real `rag mcp`."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import create_mcp_http_client

from tests.indexing import Project

REPOSITORY = Path(__file__).parents[2]
MODES = ("legacy", "auto")
"""The handshake of the protocol up to 2025, and the requests without one since 2026."""


@asynccontextmanager
async def over_http(
    address: str, *, key: Mapping[str, str] | None = None, mode: str = "auto"
) -> AsyncIterator[Client]:
    async with create_mcp_http_client(dict(key or {})) as http:
        transport = streamable_http_client(f"{address}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


@asynccontextmanager
async def over_stdio(
    folder: Path, *arguments: str, mode: str = "auto", before: tuple[str, ...] = ()
) -> AsyncIterator[Client]:
    """Start `rag mcp` in `folder`; `before` stands before the command."""
    started = StdioServerParameters(
        command=sys.executable,
        args=["-m", "rag.cli", *before, "mcp", *arguments],
        env=environment(),
        cwd=folder,
    )
    async with asyncio.timeout(120):
        async with Client(started, mode=mode) as client:
            yield client


def both(project: Project, other: Project) -> dict[str, Path]:
    """The setting that serves two indexes."""
    return {"one": project.index, "two": other.index}


def environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RAG_", "OPENAI_", "LC_", "LANG"))
    }
    # A plain ASCII locale is the hardest place for Chinese names and answers.
    return kept | {"PYTHONPATH": str(REPOSITORY), "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


async def call(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool that must succeed and return its structured content."""
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result.content
    assert isinstance(result.structured_content, dict)
    return result.structured_content


async def failure(client: Client, tool: str, **arguments: Any) -> str:
    """Call a tool that must fail and return the one line it says."""
    result = await client.call_tool(tool, arguments)
    assert result.is_error
    (content,) = result.content
    assert "\n" not in content.text
    assert "Traceback" not in content.text
    return str(content.text)


async def names(client: Client) -> list[str]:
    return [tool.name for tool in (await client.list_tools()).tools]


def told(result: Any) -> Any:
    """The JSON in the only text of a result."""
    (content,) = result.content
    assert content.type == "text"
    return json.loads(content.text)
