"""A real Chroma server for tests: `chroma run` on a free port of this machine."""

import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
from chromadb.api import ClientAPI

_SECONDS = 60.0


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """Run a server that keeps its data in `folder`; yields its URL."""
    port = _free_port()
    program = Path(sysconfig.get_path("scripts")) / "chroma"
    process = subprocess.Popen(
        [str(program), "run", "--path", str(folder), "--port", str(port), "--host", "127.0.0.1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


@contextmanager
def client_of(url: str) -> Iterator[ClientAPI]:
    """A client of the server that leaves no connection open, as Chroma's own `close` does."""
    place = urlsplit(url)
    client: Any = chromadb.HttpClient(host=place.hostname or "", port=place.port or 0)
    try:
        yield client
    finally:
        client.close()
        for one in (client, client._admin_client):
            one._server._session.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    give_up = time.monotonic() + _SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert process.poll() is None, "the Chroma server ended"
            assert time.monotonic() < give_up, "the Chroma server did not start"
            time.sleep(0.05)
        else:
            return
