"""Runs the server until it is told to stop; knows no routes."""

from collections.abc import Callable

import uvicorn

from rag.server.app import create_app
from rag.server.logs import log_to_stderr
from rag.settings import Settings

_LAST_SECONDS = 10


def serve(settings: Settings, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; answers that are on their way get ten seconds to end.

    Args:
        settings: See `create_app`.
        ready: Told the address once the server listens.

    Raises:
        SettingsError: It would listen to other machines without a key, or cannot listen there.
    """
    app = create_app(settings)
    log_to_stderr()
    config = uvicorn.Config(
        app,
        host=settings.server.host,
        port=settings.server.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    _Server(config, ready).run()


class _Server(uvicorn.Server):
    """Says where it listens, also where the port was for the system to choose."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in self.servers:
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                name = f"[{host}]" if ":" in host else host
                self._ready(f"http://{name}:{port}")
                return
