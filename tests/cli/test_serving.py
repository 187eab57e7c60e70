from collections.abc import Callable
from pathlib import Path

import click
import pytest

from rag.settings import Settings
from tests.cli.conftest import Run


@pytest.mark.parametrize(
    ("address", "browsed"),
    [
        ("http://127.0.0.1:8321", "http://127.0.0.1:8321"),
        ("http://0.0.0.0:8321", "http://127.0.0.1:8321"),
        ("http://[::]:8321", "http://[::1]:8321"),
    ],
)
def test_the_page_is_opened_only_if_asked_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, browsed: str
) -> None:
    opened: list[str] = []

    def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
        ready(address)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("rag.server.run.serve", serve)
    monkeypatch.setattr(click, "launch", opened.append)
    assert f"rag is at {address}" in run("serve").output
    assert opened == []
    assert f"rag is at {address}" in run("serve", "--open").output
    assert opened == [browsed]
