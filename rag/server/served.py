"""The indexes a server serves, by name; knows no HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rag.app import Rag
from rag.server.access import Caller
from rag.server.failures import RefusedError
from rag.settings import Settings

DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Collection:
    """An index under its name; `writing` lets one request at a time change it."""

    name: str
    rag: Rag
    lock: threading.Lock

    @contextmanager
    def writing(self) -> Iterator[Rag]:
        """Give the index to the one who changes it, in turn."""
        with self.lock:
            yield self.rag


class Collections:
    """Opens each index of the settings once and shares one embedding model among them."""

    def __init__(self, settings: Settings, *, first: Rag | None = None) -> None:
        places = settings.server.collections or {DEFAULT: settings.index_dir}
        self._all: dict[str, Collection] = {}
        for name, place in places.items():
            rag = first if first is not None and not self._all else self._open(settings, place)
            self._all[name] = Collection(name, rag, threading.Lock())

    def names(self, caller: Caller) -> tuple[str, ...]:
        """Return the names a caller may know, in the order of the settings."""
        return tuple(name for name in self._all if caller.may_read(name))

    def get(self, name: str | None, caller: Caller) -> Collection:
        """Return a collection; without a name the caller's first.

        Raises:
            RefusedError: 404, whether there is none or the caller may not know of it.
        """
        names = self.names(caller)
        wanted = name or (names[0] if names else "")
        if wanted not in names:
            raise RefusedError(
                404, f"no collection {wanted!r}; there are: {', '.join(names) or 'none'}"
            )
        return self._all[wanted]

    def all(self) -> tuple[Collection, ...]:
        """Return every collection."""
        return tuple(self._all.values())

    def close(self) -> None:
        """Close every index."""
        for collection in self._all.values():
            collection.rag.close()

    def _open(self, settings: Settings, place: Path) -> Rag:
        shared = next((one.rag.embeddings for one in self._all.values()), None)
        return Rag(place, settings=settings, embeddings=shared)
