"""A project with a small index in two languages, built once and copied for each test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexing import Project


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("server") / "project"
    with Project(folder) as project:
        project.write("docs/pump.md", "# Pumps\n\nThe pump of the R4 weighs 12 kg.\n")
        project.write("docs/hub.md", "# Hubs\n\nOne hub serves 40 loggers.\n")
        project.write("docs/zh/泵.md", "# 水泵\n\n水泵的保修期为 36 个月。\n")
        project.add("docs")
    return folder


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Iterator[Project]:
    with Project(Path(shutil.copytree(built, tmp_path / "project"))) as copied:
        yield copied


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Project]:
    """A second index, with a document called as one of the first is."""
    with Project(tmp_path / "other") as other:
        other.write("docs/pump.md", "# 泵\n\nThe pump of the R9 weighs 40 kg.\n")
        other.write("docs/valve.md", "# Valves\n\nThe valve of the R9 is blue.\n")
        other.add("docs")
        yield other
