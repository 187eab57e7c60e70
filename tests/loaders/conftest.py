"""A project for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.indexing import Project


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project(tmp_path / "project") as project:
        yield project
