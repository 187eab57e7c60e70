"""Servers over small indexes in tests, and clients with and without keys that call them."""

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from rag.server.app import create_app, keys_path
from rag.server.keys import KeyFile
from rag.settings import ServerSettings, Settings
from tests.indexing import Project

ADDRESS = "http://127.0.0.1:8321"


def server_settings(project: Project, **server: object) -> Settings:
    """The settings of a server over a project's index."""
    values = ServerSettings(**server)  # type: ignore[arg-type]
    return project.settings.model_copy(update={"index_dir": project.index, "server": values})


def make_app(project: Project, **server: object) -> ASGIApp:
    """The server of a project, with what is given as its `server.…` settings."""
    return create_app(server_settings(project, **server), rag=project.rag)


def make_key(
    project: Project, name: str, *, write: bool = False, collections: list[str] | None = None
) -> dict[str, str]:
    """The header that sends a new key of a project's server."""
    keys = KeyFile(keys_path(server_settings(project)))
    return bearer(keys.create(name, collections=collections, can_write=write))


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


@contextmanager
def calling(app: ASGIApp) -> Iterator[TestClient]:
    """A client of an application that is not behind a socket; our errors come as responses."""
    with TestClient(app, base_url=ADDRESS, raise_server_exceptions=False) as client:
        yield client
