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
