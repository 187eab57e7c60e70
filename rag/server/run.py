"""Runs the server until it is told to stop; knows no routes."""

import socket
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

from rag.server.app import create_app
from rag.server.listening import address_of, listen
from rag.server.logs import log_to_stderr
from rag.settings import Settings

_LAST_SECONDS = 10
# Longer than clients keep a connection they do not use: one that closes it first loses a request
# that is sent at the same moment (2 of 800 at uvicorn's 5 seconds, 200 asking at once).
_IDLE_SECONDS = 75


def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; answers that are on their way get ten seconds to end.

    Args:
        settings: See `create_app`.
        ready: Told the address once the server listens.

    Raises:
        SettingsError: It would listen to other machines without a key, or cannot listen there.
    """
    app = create_app(settings)
    sockets = listen(settings.server.host, settings.server.port)
    log_to_stderr()
    _Server(configure(app), ready).run(sockets)


def configure(app: ASGIApp) -> uvicorn.Config:
    """Return how uvicorn serves an application of ours."""
    return uvicorn.Config(
        app,
        # Unlike httptools it has a limit for headers, 16 KiB.
        http="h11",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
        timeout_keep_alive=_IDLE_SECONDS,
    )


class _Server(uvicorn.Server):
    """Says where it listens, also where the port was for the system to choose."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready(address_of((sockets or [])[0]))
