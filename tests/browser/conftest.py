"""A real headless Chromium, and a project with a small index in two languages."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.indexing import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

GUIDE = """# Guide to the R4

## Pump

The pump of the R4 weighs 12 kg. It is made in Porto.

## Hub

| part | serves |
|---|---|
| hub | One hub serves 40 loggers |

"""


# Ended with the module: while it runs, no other event loop can.
@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    executable = next(filter(None, map(shutil.which, _NAMES)), None)
    if executable is None:
        pytest.skip(f"no browser is installed; looked for {', '.join(_NAMES)}")
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=executable, args=_ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser") / "project"
    with Project(folder) as project:
        filler = "\n\n".join(f"Paragraph {number} is about something else." for number in range(60))
        project.write("docs/guide.md", GUIDE + filler)
        project.write("docs/zh/泵.md", "# 水泵手册\n\n水泵的保修期为 36 个月。\n")
        project.write("docs/notes.txt", "Notes\n\nThe valve lasts nine years.\n")
        project.add("docs")
    return folder


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Iterator[Project]:
    with Project(Path(shutil.copytree(built, tmp_path / "project"))) as copied:
        yield copied
