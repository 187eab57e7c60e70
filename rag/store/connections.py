"""One connection to the catalog for each thread that reads it; knows none of its tables."""

import sqlite3
import threading
from pathlib import Path

from rag.store import schema


class ThreadConnections:
    """Opens a connection when a thread first asks, and closes those of threads that have ended."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: dict[threading.Thread, sqlite3.Connection] = {}
        self._guard = threading.Lock()

    def current(self) -> sqlite3.Connection:
        """Return the calling thread's connection."""
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = schema.connect(self._path)
            with self._guard:
                self._close_finished()
                self._connections[threading.current_thread()] = connection
        return connection

    def close(self) -> None:
        """Close every thread's connection; whoever asks again gets a new one."""
        with self._guard:
            for connection in self._connections.values():
                connection.close()
            self._connections.clear()
            self._local = threading.local()

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._connections)

    def _close_finished(self) -> None:
        # A server starts a thread per request.
        for thread in [thread for thread in self._connections if not thread.is_alive()]:
            self._connections.pop(thread).close()
