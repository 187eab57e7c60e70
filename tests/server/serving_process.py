"""Runs `rag serve` in a process of its own over a project's index, with the tests' small model."""

import sys
from pathlib import Path

from rag.cli import main
from rag.server import run
from rag.server.app import create_app
from rag.settings import Settings
from tests.indexing import Project


def serve_project() -> None:
    """Serve the project in the folder that is the first argument; the others are the command's."""
    project = Project(Path(sys.argv[1]))

    def with_small_model(settings: Settings) -> object:
        return create_app(settings, rag=project.open(settings=settings))

    run.create_app = with_small_model  # type: ignore[assignment]
    sys.argv = ["rag", "--index", str(project.index), *sys.argv[2:]]
    main()


if __name__ == "__main__":
    serve_project()
