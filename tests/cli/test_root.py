"""How commands are found, what help costs and how a mistake ends."""

import subprocess
import sys
from errno import EACCES
from importlib.metadata import EntryPoint

import click
import pytest

from rag import errors
from rag.cli import root
from rag.cli.root import COMMANDS, EPILOG, PLUGINS
from tests.cli.conftest import Run
from tests.cli.scripted import ScriptedRag

HEAVY = {
    "chromadb",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "lxml",
    "numpy",
    "openai",
    "pydantic",
    "pydantic_settings",
    "rich",
    "sentence_transformers",
    "tantivy",
    "tokenizers",
    "torch",
    "transformers",
}


def modules_after(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    output = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    return set(output.splitlines()[-1].split())


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_imports_nothing_heavy(command: str) -> None:
    arguments = [*filter(None, [command]), "--help"]
    code = (
        "from rag.cli.root import cli\n"
        f"try: cli({arguments!r})\nexcept SystemExit as end: assert end.code == 0"
    )
    imported = modules_after(code)
    assert "click" in imported
    assert imported & HEAVY == set()


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert modules_after("import rag") & HEAVY == set()


def test_help_names_every_command_and_exit_code(run: Run) -> None:
    shown = run("--help").stdout
    for command in COMMANDS:
        assert f"  {command} " in shown
    codes = {
        value.exit_code
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, errors.RagError)
    }
    for code in codes | {0, 130}:
        assert f"\n  {code} " in EPILOG
    assert "..." not in shown.partition("Commands:")[2].partition("Exit codes")[0]


def test_misspelt_command_gets_a_suggestion(run: Run) -> None:
    result = run("serch")
    assert result.exit_code == 2
    assert "No such command 'serch'. Did you mean 'search'?" in result.stderr
    assert "Did you mean" not in run("zzzzzz").stderr


def test_version_is_one_line(run: Run) -> None:
    result = run("--version")
    assert result.exit_code == 0
    assert result.stdout.startswith("rag ")
    assert result.stdout.count("\n") == 1


@click.command()
def bench() -> None:
    """Measure settings."""
    click.echo("measured")


def offer(monkeypatch: pytest.MonkeyPatch, *plugins: tuple[str, str]) -> None:
    entries = [EntryPoint(name, target, PLUGINS) for name, target in plugins]
    monkeypatch.setattr(root, "entry_points", lambda *, group: entries if group == PLUGINS else [])


def test_command_of_another_package_is_found_by_its_entry_point(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("bench").exit_code == 2
    offer(monkeypatch, ("bench", f"{__name__}:bench"), ("list", f"{__name__}:bench"))
    assert "bench       Measure settings." in run("--help").stdout
    assert run("bench").stdout == "measured\n"
    assert "List the indexed documents" in run("list", "--help").stdout


def test_command_that_cannot_be_imported_leaves_the_others_usable(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(monkeypatch, ("bench", "no_such_package.cli:bench"))
    assert "bench       (cannot be loaded)" in run("--help").stdout
    result = run("bench")
    assert result.exit_code == 2
    assert result.stderr.startswith("error: `rag bench` cannot be loaded: No module named")


def test_every_line_of_an_error_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAG_KK", "1")
    monkeypatch.setenv("RAG_MODEL", "1")
    result = run("settings")
    assert result.exit_code == 2
    assert result.stdout == ""
    first, second = result.stderr.splitlines()
    assert first.startswith("error: environment: no setting is called RAG_KK")
    assert second.startswith("error: environment: no setting is called RAG_MODEL")


def test_index_that_may_not_be_read_is_no_traceback(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = PermissionError(EACCES, "Permission denied", "/index/catalog.sqlite3")
    result = run("ask", "--json", "How long?")
    assert result.exit_code == 1
    assert result.stderr == "error: Permission denied: /index/catalog.sqlite3\n"


def test_other_system_errors_keep_their_traceback(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = FileNotFoundError(2, "No such file or directory", "/lost")
    with pytest.raises(FileNotFoundError):
        run("ask", "--json", "How long?")
