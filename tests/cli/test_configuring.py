"""What `rag settings` prints."""

import json
from pathlib import Path

import pytest

from rag.settings import load_settings
from rag.settings.keys import setting_keys
from tests.cli.conftest import Run


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "RAG_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_printed_settings_read_back_as_the_same(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "rag.toml").write_text('index_dir = "索引"\n[chat]\ntemperature = "none"\n', "utf-8")
    monkeypatch.setenv("RAG_RETRIEVAL__MIN_SCORE", "0.25")
    before = load_settings().settings
    printed = run("settings").stdout
    monkeypatch.delenv("RAG_RETRIEVAL__MIN_SCORE")
    (project / "rag.toml").write_text(printed, "utf-8")
    after = load_settings()
    assert after.settings == before
    assert set(after.origins.values()) == {f"rag.toml: {project / 'rag.toml'}"}


def test_each_setting_has_its_origin_and_meaning(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAG_RETRIEVAL__K", "3")
    printed = run("--index", "elsewhere", "settings").stdout
    assert 'index_dir = "elsewhere"  # argument\n' in printed
    assert "# Passages returned.\nk = 3  # environment: RAG_RETRIEVAL__K\n" in printed
    assert 'mode = "hybrid"  # default\n' in printed


def test_secret_is_neither_printed_nor_kept(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hidden")
    printed = run("settings").stdout
    assert "sk-hidden" not in printed
    assert '# api_key = "****"  # environment: OPENAI_API_KEY\n' in printed
    as_json = run("settings", "--json").stdout
    assert "sk-hidden" not in as_json
    assert '"value": "****"' in as_json


def test_tables_of_loaders_read_back_as_the_same(run: Run, project: Path) -> None:
    (project / "rag.toml").write_text(
        '[[sources]]\nname = "价目"\nloader = "a.b:C"\n'
        'args = { file_path = "./p.csv", since = 2026-01-02, csv_args = { delimiter = ";" } }\n',
        "utf-8",
    )
    printed = run("settings").stdout
    (project / "rag.toml").write_text(printed, "utf-8")
    [source] = load_settings().settings.sources
    assert (source.name, source.loader) == ("价目", "a.b:C")
    given = {"file_path": str(project / "p.csv"), "since": "2026-01-02"}
    assert source.args == given | {"csv_args": {"delimiter": ";"}}


def test_what_a_loader_is_given_in_secret_is_hidden(run: Run, project: Path) -> None:
    (project / "rag.toml").write_text(
        '[[sources]]\nname = "wiki"\nloader = "a.b:C"\n'
        'args = { url = "https://wiki", login = { api_token = "t0p" } }\n',
        "utf-8",
    )
    assert '\n# sources = [{"name" = "wiki"' in run("settings").stdout
    for options in ((), ("--json",)):
        printed = run("settings", *options).stdout
        assert "t0p" not in printed
        assert "https://wiki" in printed


def test_json_lists_every_setting(run: Run, project: Path) -> None:
    (project / "mine.toml").write_text("[retrieval]\nk = 3\n", "utf-8")
    printed = json.loads(run("--config", "mine.toml", "settings", "--json").stdout)
    assert printed["config_file"] == str(project / "mine.toml")
    assert [row["key"] for row in printed["settings"]] == list(setting_keys())
    rows = {row["key"]: row for row in printed["settings"]}
    assert rows["retrieval.k"]["value"] == 3
    assert rows["retrieval.k"]["origin"] == f"rag.toml: {project / 'mine.toml'}"
    assert rows["chat.model"]["value"] is None


def test_missing_config_is_an_error(run: Run, project: Path) -> None:
    result = run("--config", "missing.toml", "settings")
    assert result.exit_code == 2
    assert result.stderr == "error: --config: no such file: missing.toml\n"
