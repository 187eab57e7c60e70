"""A command line over a scripted index."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rag.cli.root import cli
from rag.cli.shared import Invocation
from tests.cli.scripted import ScriptedRag

Run = Callable[..., Result]


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScriptedRag:
    rag = ScriptedRag(tmp_path / "index")
    rag.index_dir.mkdir()
    monkeypatch.setattr(Invocation, "open", lambda _: rag.open())
    return rag


@pytest.fixture
def run() -> Run:
    """Run `rag` with arguments; what is no user's error is raised here."""

    def run_rag(*arguments: str, stdin: str | bytes | None = None) -> Result:
        result = CliRunner().invoke(cli, list(arguments), input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_rag
