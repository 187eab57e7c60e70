"""The vector index in Chroma, embedded or on a server; knows no catalog and no embedding model.

It is derived: whatever is wrong with it, `StoreError` says so and the store builds it anew from the
catalog. What is known of chromadb 1.5.9 and decides how it is used here:

* An embedded client never sees what another process wrote after it was opened, and clients of one
  path spelling share one system in a process. So each opening uses a spelling of its own.
* `add` keeps the old row of a known id without a word: always `upsert`.
* Its default model would be fetched: always explicit vectors, `embedding_function=None`.
* A batch holds 5,461 rows at most.
"""

import shutil
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.errors import CollectionConflictError, StoreError, StoreUnavailableError
from rag.store.failures import is_away, one_line, store_error
from rag.store.hits import Hit
from rag.store.server import connect_to_server, sessions_of

if TYPE_CHECKING:
    from chromadb import Collection
    from chromadb.api import ClientAPI

_BATCH = 1000
# With Chroma's own 16 and 100, about 0.5 % of 2,000 near-duplicate passages are never found, not
# even by their own vector (chromadb 1.5.9); with these none is, for a third more time to build.
_NEIGHBOURS = 48
_EF_CONSTRUCTION = 400
# Rows after which Chroma writes its graph to disk; until then it is in the log only.
_SYNC_THRESHOLD = 1000
_STAMP = "rag_generation"
_OWNER = "rag_index"

_used_spellings: set[str | None] = set()
_spellings_guard = threading.Lock()


@dataclass(frozen=True, slots=True)
class VectorEntry:
    """A passage as Chroma keeps it: `metadata` holds texts, numbers and truth values only."""

    id: str
    text: str
    metadata: dict[str, str | int | float | bool]


class ChromaVectors:
    """One Chroma collection of unit vectors under cosine distance."""

    def __init__(
        self, place: Path | str, *, collection: str, index_id: str, ef_search: int
    ) -> None:
        """Describe a collection; nothing is opened yet.

        Args:
            place: The folder of an embedded Chroma, or the URL of a server.
            collection: Its name.
            index_id: The index it belongs to; a collection of another index is refused.
            ef_search: Breadth of the approximate search.
        """
        self._place = place
        self._name = collection
        self._index_id = index_id
        self._ef_search = ef_search
        self._spelling: str | None = None
        self._client: ClientAPI | None = None
        self._collection: Collection | None = None

    @property
    def embedded(self) -> bool:
        """True if the collection lives in a folder, False if on a server."""
        return isinstance(self._place, Path)

    def open(self) -> None:
        """Open the existing collection.

        Raises:
            StoreError: It is missing, damaged, or belongs to another index.
        """
        self.close()
        if isinstance(self._place, Path) and not (self._place / "chroma.sqlite3").is_file():
            raise StoreError(f"no Chroma collection at {self._place}")
        try:
            with self._translated("opened"):
                self._client = self._connect()
                self._collection = self._client.get_collection(self._name, embedding_function=None)
            self._refuse_foreign()
            self._follow_ef_search()
        except StoreError:
            self.close()
            raise

    def create(self) -> None:
        """Open the collection, made if it does not exist.

        Raises:
            StoreError: It is damaged or belongs to another index.
        """
        self.close()
        try:
            self._get_or_create()
            self._refuse_foreign()
            self._follow_ef_search()
        except StoreError:
            self.close()
            raise

    def _get_or_create(self) -> None:
        with self._translated("made"):
            if isinstance(self._place, Path):
                self._place.mkdir(mode=0o700, exist_ok=True)
            self._client = self._connect()
            self._collection = self._client.get_or_create_collection(
                self._name,
                metadata={_OWNER: self._index_id},
                configuration={
                    "hnsw": {
                        "space": "cosine",
                        "ef_search": self._ef_search,
                        "ef_construction": _EF_CONSTRUCTION,
                        "max_neighbors": _NEIGHBOURS,
                        "sync_threshold": _SYNC_THRESHOLD,
                    }
                },
                embedding_function=None,
            )

    def close(self) -> None:
        """Let go of the client; the next opening sees what others wrote."""
        client, self._client, self._collection = self._client, None, None
        if client is None:
            return
        # ClientAPI does not declare it, every client has it.
        client.close()  # type: ignore[attr-defined]
        for session in sessions_of(client):
            session.close()
        with _spellings_guard:
            _used_spellings.discard(self._spelling)

    def upsert(self, entries: Sequence[VectorEntry], vectors: NDArray[np.float32]) -> None:
        """Add or replace passages; `vectors` has shape (entries, dimension)."""
        for start in range(0, len(entries), _BATCH):
            batch = entries[start : start + _BATCH]
            with self._translated("written"):
                self._opened.upsert(
                    ids=[entry.id for entry in batch],
                    embeddings=vectors[start : start + _BATCH],
                    documents=[entry.text for entry in batch],
                    metadatas=[dict(entry.metadata) for entry in batch],
                )

    def delete(self, ids: Sequence[str]) -> None:
        """Remove passages; unknown ids are ignored."""
        for start in range(0, len(ids), _BATCH):
            with self._translated("written"):
                self._opened.delete(ids=list(ids[start : start + _BATCH]))

    def query(self, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """Return about the `k` nearest passages; the score is the cosine similarity."""
        with self._translated("searched"):
            found = self._opened.query(
                query_embeddings=vector.reshape(1, -1), n_results=k, include=["distances"]
            )
        distances = found["distances"] or [[]]
        hits = [
            Hit(id_, 1.0 - float(d)) for id_, d in zip(found["ids"][0], distances[0], strict=True)
        ]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))

    def ids(self) -> set[str]:
        """Return the ids of all rows."""
        with self._translated("read"):
            return set(self._opened.get(include=[])["ids"])

    def count(self) -> int:
        """Return the number of rows."""
        with self._translated("read"):
            return self._opened.count()

    def stamp(self, generation: int) -> None:
        """Note that the collection equals the catalog of this generation."""
        with self._translated("written"):
            self._opened.modify(metadata={_OWNER: self._index_id, _STAMP: generation})

    def stamped(self) -> int | None:
        """Return the generation of the last stamp, None before the first."""
        value = (self._opened.metadata or {}).get(_STAMP)
        return int(value) if isinstance(value, (int, float)) else None

    def drop(self) -> None:
        """Delete the collection, if there is one and it is this index's."""
        with self._translated("deleted"):
            if self._client is None:
                self._client = self._connect()
            for collection in self._client.list_collections():
                if collection.name == self._name and self._owns(collection):
                    self._client.delete_collection(self._name)
        self.close()
        if isinstance(self._place, Path):
            _remove_leftovers(self._place)

    def destroy(self) -> bool:
        """Delete the whole embedded Chroma, however damaged; False if it is a server's."""
        self.close()
        if not isinstance(self._place, Path):
            return False
        shutil.rmtree(self._place, ignore_errors=True)
        return True

    @property
    def _opened(self) -> "Collection":
        if self._collection is None:
            raise StoreError(f"the Chroma collection {self._name} is not open")
        return self._collection

    def _connect(self) -> "ClientAPI":
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        if isinstance(self._place, Path):
            # Chroma keeps what failed to open under its spelling (1.5.9): that one is used up.
            self._spelling = _own_spelling(self._place)
            return chromadb.PersistentClient(self._spelling, settings=quiet)
        return connect_to_server(self._place)

    def _refuse_foreign(self) -> None:
        if not self._owns(self._opened):
            owner = (self._opened.metadata or {}).get(_OWNER)
            self.close()
            raise CollectionConflictError(
                f"the Chroma collection {self._name!r} at {self._place} belongs to "
                f"{'another index' if owner else 'something else'}; set store.collection to a "
                "name of its own"
            )

    def _owns(self, collection: "Collection") -> bool:
        return (collection.metadata or {}).get(_OWNER) == self._index_id

    def _follow_ef_search(self) -> None:
        # `.configuration` warns of the "legacy" embedding function that None is (chromadb 1.5.9).
        hnsw = self._opened.configuration_json.get("hnsw") or {}
        if hnsw.get("ef_search") != self._ef_search:
            with self._translated("configured"):
                self._opened.modify(configuration={"hnsw": {"ef_search": self._ef_search}})

    @contextmanager
    def _translated(self, done: str) -> Iterator[None]:
        """Turn whatever Chroma raises into a StoreError; its Rust part panics past `Exception`."""
        try:
            yield
        except StoreError:
            raise
        except (KeyboardInterrupt, SystemExit, GeneratorExit):
            raise
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if not self.embedded and is_away(error):
                raise StoreUnavailableError(
                    f"the Chroma server at {self._place} does not answer ({one_line(error)}); "
                    "start it with `chroma run`, or set store.url"
                ) from error
            raise store_error(
                f"the Chroma collection {self._name!r} cannot be {done}",
                error,
                advice="run `rag sync`, which builds it anew from the catalog",
            ) from error


def _own_spelling(place: Path) -> str:
    """Return a spelling of `place` that no client of this process has now."""
    spelling = str(place)
    with _spellings_guard:
        while spelling in _used_spellings:
            spelling += "/."
        _used_spellings.add(spelling)
    return spelling


def _remove_leftovers(place: Path) -> None:
    """Delete the folders that deleting a collection leaves behind."""
    with closing(sqlite3.connect(f"file:{place / 'chroma.sqlite3'}?mode=ro", uri=True)) as database:
        known = {row[0] for row in database.execute("SELECT id FROM segments")}
    for folder in place.iterdir():
        if folder.is_dir() and folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)
