"""The one door to an index: the catalog and the two indexes derived from it, kept equal.

It knows passages and vectors; it knows no documents on disk and no embedding model.
"""

import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from rag.errors import (
    CollectionConflictError,
    FingerprintMismatchError,
    IndexLockedError,
    StoreError,
)
from rag.store import schema
from rag.store.catalog import CATALOG_FILE, Catalog
from rag.store.filters import compile_filter
from rag.store.hits import Hit
from rag.store.lexical import LexicalIndex
from rag.store.lock import writer_lock
from rag.store.permissions import make_private
from rag.store.records import StoredPassage
from rag.store.stamp import read_stamp
from rag.store.vectors import ChromaVectors
from rag.store.writer import Writer

_OPENING_SECONDS = 5.0
_SAMPLE = 2000


@dataclass(frozen=True, slots=True)
class StoreOptions:
    """Where vectors are kept: embedded (`url` None) or on a Chroma server."""

    url: str | None = None
    collection: str = "passages"
    ef_search: int = 400


class Store:
    """Search and read an index; `writing` changes it. Safe to share between threads.

    Readers take no lock: every hit is checked against the catalog, so what is not live there is
    never returned, whatever state the derived indexes are in.
    """

    def __init__(self, index_dir: Path, options: StoreOptions | None = None) -> None:
        """Open the index at `index_dir`.

        Raises:
            IndexNotFoundError: There is none.
        """
        self.index_dir = index_dir
        self.options = options or StoreOptions()
        self.catalog = Catalog(index_dir)
        self._guard = threading.RLock()
        self._seen: int | None = None
        self._vectors: ChromaVectors | None = None
        self._lexical: LexicalIndex | None = None
        self._lexical_epoch = 0
        self._sample: tuple[int, NDArray[np.float32]] | None = None

    @classmethod
    def create(cls, index_dir: Path, options: StoreOptions | None = None) -> Self:
        """Open the index at `index_dir`, made if there is none."""
        if not (index_dir / CATALOG_FILE).is_file():
            index_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            with writer_lock(index_dir, purpose="make the index"):
                if not (index_dir / CATALOG_FILE).is_file():
                    schema.create(index_dir / CATALOG_FILE, index_id=secrets.token_hex(8))
            make_private(index_dir)
        return cls(index_dir, options)

    def close(self) -> None:
        """Let go of every file and connection."""
        with self._guard:
            self._let_go()
            self.catalog.close()

    def require_fingerprint(self, digest: str, described: str) -> None:
        """Refuse vectors of another model than the one that built the index.

        Raises:
            FingerprintMismatchError: Names both sides and what to do.
        """
        built = self.catalog.meta("fingerprint")
        if built is not None and built != digest:
            raise FingerprintMismatchError(
                f"index {self.index_dir} was built with {self.catalog.meta('fingerprint_text')}, "
                f"the settings ask for {described}; run `rag sync --rebuild` or set embedding.model"
            )

    @property
    def collection_name(self) -> str:
        """The name of the live Chroma collection."""
        return epoch_name(self.options.collection, self.catalog.epoch())

    # Searching

    def matching(self, wanted: Mapping[str, Any]) -> set[str]:
        """Return the ids of the live passages a metadata filter lets through."""
        return self.catalog.matching(compile_filter(wanted))

    def search_vectors(
        self, vector: NDArray[np.float32], k: int, *, allowed: set[str] | None = None
    ) -> list[Hit]:
        """Return the `k` live passages nearest to a unit vector, sorted by (-similarity, id).

        A filtered search is exact, over the catalog's vectors; so is one for which Chroma cannot
        be had just now (another process is writing the first index, or mending it).
        """
        if allowed is not None:
            return self.search_exact(vector, k, allowed=allowed)
        with self._guard:
            vectors = self._current_vectors()
            if vectors is None:
                return self.search_exact(vector, k)
            try:
                return self._query_live(vectors, vector, k)
            except StoreError:
                if self._mend("vectors"):
                    return self.search_vectors(vector, k)
            return self.search_exact(vector, k)

    def search_exact(
        self, vector: NDArray[np.float32], k: int, *, allowed: set[str] | None = None
    ) -> list[Hit]:
        """Return the `k` nearest live passages by comparing with every vector."""
        ids, matrix = self.catalog.vectors(self._fingerprint(), _sorted_or_none(allowed))
        if not ids:
            return []
        scores = matrix @ vector.astype(np.float32)
        hits = [Hit(id_, float(score)) for id_, score in zip(ids, scores, strict=True)]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]

    def search_words(self, query: str, k: int, *, allowed: set[str] | None = None) -> list[Hit]:
        """Return the `k` live passages best by BM25, sorted by (-score, id)."""
        with self._guard:
            try:
                return self._words_live(query, k, allowed)
            except StoreError:
                if not self._mend("words"):
                    raise
                return self._words_live(query, k, allowed)

    def similarities(self, vector: NDArray[np.float32], ids: Sequence[str]) -> dict[str, float]:
        """Return the exact cosine similarity of a unit vector with live passages."""
        found, matrix = self.catalog.vectors(self._fingerprint(), ids)
        if not found:
            return {}
        return dict(zip(found, (matrix @ vector).astype(float).tolist(), strict=True))

    def similarity_statistics(self, vector: NDArray[np.float32]) -> tuple[float, float]:
        """Return mean and standard deviation of a unit vector's similarity with all passages.

        Estimated on the first passages by id; ids are hashes, so that is a random sample, and the
        same one every time.
        """
        generation = self.catalog.generation()
        if self._sample is None or self._sample[0] != generation:
            sample = self.catalog.first_vectors(self._fingerprint(), _SAMPLE)
            self._sample = (generation, sample)
        scores = self._sample[1] @ vector if self._sample[1].size else np.zeros(1)
        return float(scores.mean()), float(scores.std())

    def vectors_of(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the unit vectors of live passages, by id."""
        found, matrix = self.catalog.vectors(self._fingerprint(), ids)
        return dict(zip(found, matrix, strict=True))

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """Return live passages by id; ids that are not live are left out."""
        return self.catalog.passages(ids)

    # Writing

    @contextmanager
    def writing(self, *, purpose: str) -> Iterator[Writer]:
        """Hold the index for writing.

        Raises:
            IndexLockedError: Another process holds it.
        """
        with writer_lock(self.index_dir, purpose=purpose):
            writer = Writer(
                self.catalog, self._new_vectors, self._lexical_folder, self.opening_lock()
            )
            try:
                writer.recover()
                yield writer
                writer.finish()
            finally:
                writer.close()
                make_private(self.index_dir)

    def opening_lock(self) -> FileLock:
        """The lock held while Chroma's files are opened or written.

        An embedded client that opens while another process writes may write too (it applies the
        write-ahead log); two writers lose vectors. So openings and writes take turns.
        """
        return FileLock(self.index_dir / "chroma.lock", mode=0o600, thread_local=False)

    # The derived indexes

    def _fingerprint(self) -> str:
        return self.catalog.meta("fingerprint") or ""

    def _new_vectors(self, epoch: int) -> ChromaVectors:
        return ChromaVectors(
            self.options.url or self.index_dir / "chroma",
            collection=epoch_name(self.options.collection, epoch),
            index_id=self.catalog.meta("index_id") or "",
            ef_search=self.options.ef_search,
        )

    def _lexical_folder(self, epoch: int) -> Path:
        return self.index_dir / epoch_name("lexical", epoch)

    def _let_go(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
        if self._lexical is not None:
            self._lexical.close()
        self._vectors = self._lexical = self._seen = None

    def _current_vectors(self) -> ChromaVectors | None:
        """Return the collection as of the newest commit, None if it cannot be had just now."""
        generation = self.catalog.generation()
        if self._seen == generation and self._vectors is not None:
            return self._vectors
        self._let_go()
        if self.catalog.count() == 0:
            return None
        try:
            self._open_vectors()
        except CollectionConflictError:
            raise
        except (StoreError, Timeout):
            if not self._mend("vectors"):
                return None
            self._open_vectors()
        self._seen = self.catalog.generation()
        return self._vectors

    def _open_vectors(self) -> None:
        vectors = self._new_vectors(self.catalog.epoch())
        with self.opening_lock().acquire(timeout=_OPENING_SECONDS):
            vectors.open()
            # The first query reads the files; after it the client lives on what it read.
            vectors.query(np.full(self._dimension(), 1.0, dtype=np.float32), 1)
        if self._is_stale(vectors.stamped()):
            vectors.close()
            raise StoreError("the Chroma collection is older than the catalog")
        self._vectors = vectors

    def _is_stale(self, stamped: int | None) -> bool:
        derived = self.catalog.meta("derived")
        return derived not in (None, "dirty") and stamped != int(derived or 0)

    def _dimension(self) -> int:
        return int(self.catalog.meta("dimension") or 1)

    def _query_live(self, vectors: ChromaVectors, vector: NDArray[np.float32], k: int) -> list[Hit]:
        """Ask for more until `k` live hits are found or there are no more rows."""
        wanted = k
        while True:
            hits = vectors.query(vector, wanted)
            live = self.catalog.live([hit.id for hit in hits])
            kept = [hit for hit in hits if hit.id in live]
            if len(kept) >= k or len(hits) < wanted:
                return kept[:k]
            wanted *= 2

    def _words_live(self, query: str, k: int, allowed: set[str] | None) -> list[Hit]:
        if self.catalog.count() == 0:
            return []
        lexical = self._current_lexical()
        wanted = k
        while True:
            hits = lexical.search(query, wanted, allowed=allowed)
            live = self.catalog.live([hit.id for hit in hits])
            kept = [hit for hit in hits if hit.id in live]
            if len(kept) >= k or len(hits) < wanted:
                return kept[:k]
            wanted *= 2

    def _current_lexical(self) -> LexicalIndex:
        """Return the lexical index; it sees other processes' commits by itself.

        Raises:
            StoreError: It is older than the catalog.
        """
        epoch = self.catalog.epoch()
        if self._lexical is None or self._lexical_epoch != epoch:
            folder = self._lexical_folder(epoch)
            if self._is_stale(read_stamp(folder)):
                raise StoreError("the lexical index is older than the catalog")
            self._lexical, self._lexical_epoch = LexicalIndex(folder), epoch
        return self._lexical

    def _mend(self, part: Literal["vectors", "words"]) -> bool:
        """Rebuild what is derived from the catalog; False if another process is writing."""
        self._let_go()
        try:
            with self.writing(purpose="mend the index") as writer:
                writer.mend(part)
        except IndexLockedError:
            return False
        return True


def epoch_name(name: str, epoch: int) -> str:
    """Return the name of a collection or folder in an epoch; the first epoch's is plain."""
    return name if epoch == 1 else f"{name}-{epoch}"


def _sorted_or_none(ids: set[str] | None) -> list[str] | None:
    return None if ids is None else sorted(ids)
