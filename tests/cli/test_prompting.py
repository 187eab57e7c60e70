"""`rag prompts`: listed, shown and exported as they are used."""

import json
from pathlib import Path

import pytest

from rag.answering.prompts import MEANINGS, VARIABLES, load_prompt
from tests.cli.conftest import Run


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of prompts that overrides one file, named in the rag.toml of the project."""
    (tmp_path / "mine" / "answer").mkdir(parents=True)
    (tmp_path / "mine" / "answer" / "system.md").write_text("用中文回答。", "utf-8")
    (tmp_path / "rag.toml").write_text('[answer]\nprompts_dir = "mine"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "mine"


def test_every_prompt_is_listed_with_its_variables(run: Run, own: Path) -> None:
    lines = [line.split("\t") for line in run("prompts", "list").stdout.splitlines()]
    assert [line[0] for line in lines] == sorted(VARIABLES)
    listed = {line[0]: line[1:] for line in lines}
    assert listed["condense"] == ["{conversation} {question}", "", ""]
    assert listed["answer"][-1] == "system.md"


def test_a_prompt_is_shown_as_it_is_used_with_what_its_variables_mean(run: Run, own: Path) -> None:
    shown = run("prompts", "show", "answer").stdout
    assert "--- system.md\n用中文回答。\n" in shown
    assert f"{{passages}}: {MEANINGS['passages']}\n" in shown
    assert f"{{language}}: {MEANINGS['language']} (may be left out)\n" in shown


def test_json_has_the_same(run: Run, own: Path) -> None:
    row = json.loads(run("prompts", "show", "answer", "--json").stdout)
    assert row["system"] == "用中文回答。"
    assert row["overridden"] == ["system.md"]
    assert row in [
        {**one, "system": row["system"], "human": row["human"]}
        for one in json.loads(run("prompts", "list", "--json").stdout)["prompts"]
    ]


def test_what_is_exported_reads_back_as_the_same(run: Run, own: Path) -> None:
    run("prompts", "export", "copy")
    for name in VARIABLES:
        assert load_prompt(name, folder=Path("copy")) == load_prompt(name, folder=own)


def test_export_replaces_no_file(run: Run, own: Path) -> None:
    result = run("prompts", "export", "mine")
    assert result.exit_code == 2
    assert "system.md exists already" in result.stderr
    assert [path.name for path in own.rglob("*.md")] == ["system.md"]


def test_an_unknown_prompt_is_named_with_those_there_are(run: Run, own: Path) -> None:
    result = run("prompts", "show", "anser")
    assert result.exit_code == 2
    assert "'anser'; there are agent, answer" in result.stderr


def test_every_variable_has_a_meaning() -> None:
    used = {name for one in VARIABLES.values() for name in one.required | one.optional}
    assert used == MEANINGS.keys()
