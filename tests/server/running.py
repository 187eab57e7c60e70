"""Runs our server under a real uvicorn on the loopback, in a thread, for real clients."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from starlette.types import ASGIApp

from rag.server.run import configure

_SECONDS = 30


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve `app` as `rag serve` does and give its address; start and stop are bounded."""
    config = configure(app)
    config.host, config.port = "127.0.0.1", 0
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="uvicorn", daemon=True)
    thread.start()
    try:
        yield _address(server, thread)
    finally:
        server.should_exit = True
        thread.join(_SECONDS)
        assert not thread.is_alive(), "the server did not stop"


def _address(server: uvicorn.Server, thread: threading.Thread) -> str:
    end = time.monotonic() + _SECONDS
    while not server.started:
        assert thread.is_alive() and time.monotonic() < end, "the server did not start"
        time.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"
