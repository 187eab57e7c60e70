"""What docs/mcp.md tells people to paste is held to the program."""

import json
import re
from typing import Any

import click
import pytest
import yaml

from rag.cli.root import cli
from rag.server.mcp_tools import TOOLS
from tests.server.mcp_clients import REPOSITORY

PAGE = (REPOSITORY / "docs" / "mcp.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def entries() -> list[dict[str, Any]]:
    """Every server that a client is told of."""
    read = {"json": json.loads, "yaml": yaml.safe_load}
    blocks = [read[kind](body) for kind, body in BLOCK.findall(PAGE) if kind in read]
    named = [{**one.get("servers", {}), **one.get("mcpServers", {})} for one in blocks]
    tools = [tool for one in blocks for tool in one.get("tools", [])]
    return [server for one in named for server in one.values()] + tools


@pytest.mark.parametrize("entry", [one for one in entries() if "command" in one], ids=str)
def test_commands_that_clients_start_are_understood(entry: dict[str, Any]) -> None:
    assert entry["command"].rpartition("/")[2] == "rag"
    context = cli.make_context("rag", list(entry["args"]))
    name, command, rest = cli.resolve_command(  # type: ignore[attr-defined]
        context, [*context._protected_args, *context.args]
    )
    assert name == "mcp"
    assert isinstance(command, click.Command)
    command.make_context(name, rest, parent=context)


@pytest.mark.parametrize("entry", [one for one in entries() if "command" not in one], ids=str)
def test_addresses_that_clients_call_end_in_the_route(entry: dict[str, Any]) -> None:
    assert entry.get("url", entry.get("server_url")).endswith("/mcp")
    assert entry["headers"]["Authorization"].startswith("Bearer ")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_shown_with_what_it_takes_and_gives(tool: Any) -> None:
    (row,) = re.findall(rf"^\| `{tool.name}` \|.*$", PAGE, re.MULTILINE)
    fields = tool.arguments.model_fields.keys() - {"collection"}
    assert all(f"`{name}`" in row for name in fields)
    assert all(f'"{name}"' in row for name in tool.result.model_fields)
