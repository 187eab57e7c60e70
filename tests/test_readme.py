"""The README is held to the program: what it shows exists and runs, what exists it shows."""

import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

import rag
from rag.cli.root import COMMANDS, cli
from rag.server.app import create_app
from rag.settings import Settings
from tests.agents.libraries import ScriptedAgentModel, call
from tests.server.running import running

REPOSITORY = Path(__file__).resolve().parent.parent
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8321"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    return [body for name, body in BLOCK.findall(README) if name == language]


def command_lines() -> list[str]:
    lines = [
        line.removeprefix("$ ").partition("  #")[0].strip()
        for block in blocks("console") + blocks("sh")
        for line in block.replace("\\\n", " ").splitlines()
    ]
    return [line for line in lines if line.startswith(("rag ", "make "))]


def settings_keys() -> list[str]:
    keys = []
    for name, field in Settings.model_fields.items():
        group = getattr(field.annotation, "model_fields", None)
        keys.extend([name] if group is None else [f"{name}.{inner}" for inner in group])
    return keys


@pytest.mark.parametrize("line", [line for line in command_lines() if line.startswith("rag ")])
def test_every_rag_command_shown_parses(line: str) -> None:
    words = shlex.split(line)[1:]
    for end, word in enumerate(words):
        if word in ("|", ">", "<", "&&"):
            words = words[:end]
            break
    parse(cli, "rag", words)


def parse(
    command: click.Command, name: str, words: list[str], above: click.Context | None = None
) -> None:
    """Parse a command and, in a group, the commands below it, without running any."""
    context = command.make_context(name, list(words), parent=above)
    if isinstance(command, click.Group):
        found, below, arguments = command.resolve_command(
            context, [*context._protected_args, *context.args]
        )
        assert below is not None
        parse(below, str(found), arguments, context)


def test_every_make_target_shown_exists() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    shown = {line.split()[1] for line in command_lines() if line.startswith("make ")}
    assert {"demo", "test"} <= shown
    for target in shown:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_shown(name: str) -> None:
    assert f"rag {name}" in README


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_explains_itself(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"rag {name} {parameter.opts}"


@pytest.mark.parametrize("key", settings_keys())
def test_every_setting_is_shown(key: str) -> None:
    assert f"`{key}`" in README


@pytest.mark.parametrize("name", rag.__all__)
def test_every_public_name_is_shown(name: str) -> None:
    assert name in README


@pytest.mark.filterwarnings("ignore:.langchain-community. is being sunset:DeprecationWarning")
def test_the_python_blocks_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "handbook.md").write_text(
        "# Handbook\n\n## Warranty\n\nThe warranty of the R4 logger is 36 months.\n",
        encoding="utf-8",
    )
    (docs / "guide.md").write_text("# Guide\n\nThe hub serves 40 loggers.\n", encoding="utf-8")
    (tmp_path / "prices.csv").write_text("part,price\nRL-204,110\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    python = blocks("python")
    assert python
    asking = call("search_documents", query="How long is the warranty?")
    chat_model = ScriptedAgentModel(replies=[asking, "36 months [1].", "36 months [1]."])
    names: dict[str, object] = {"chat_model": chat_model}
    for block in python:
        with reachable(block, names) as code:
            exec(compile(code, "README.md", "exec"), names)
    index = names.get("rag")
    if isinstance(index, rag.Rag):
        index.close()


@contextmanager
def reachable(block: str, names: dict[str, object]) -> Iterator[str]:
    """The block with the address of a real server over the index in place of the one it shows."""
    if ADDRESS not in block:
        yield block
        return
    index = names["rag"]
    assert isinstance(index, rag.Rag)
    with running(create_app(index.settings, rag=index)) as address:
        yield block.replace(ADDRESS, address)
