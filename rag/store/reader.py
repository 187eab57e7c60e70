"""Searches the derived indexes as of the newest commit, and has them mended when they are damaged.

It returns only what is live in the catalog, and takes no writer's lock unless it has to mend.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Literal

import numpy as np
from filelock import Timeout
from numpy.typing import NDArray

from rag.errors import (
    CollectionConflictError,
    IndexLockedError,
    StoreError,
    StoreUnavailableError,
)
from rag.store.catalog import Catalog
from rag.store.derived import probe
from rag.store.hits import Hit
from rag.store.lexical import LexicalIndex
from rag.store.places import Places
from rag.store.stamp import read_stamp
from rag.store.vectors import ChromaVectors
from rag.store.writer import Writer

# A writer holds Chroma for one batch at a time, a mend for longer: then comparing with every vector
# is quicker than waiting.
_OPENING_SECONDS = 1.0
# How long a search waits for another process that builds the word index anew.
_PATIENCE_SECONDS = 10.0
_TRIES = 3

Part = Literal["derived", "vectors", "words"]
Writing = Callable[..., AbstractContextManager[Writer]]


class DerivedReader:
    """Read access to the derived indexes; safe to share between threads."""

    def __init__(self, catalog: Catalog, places: Places, writing: Writing) -> None:
        """Open nothing yet; `writing` gives the writer that mends."""
        self._catalog = catalog
        self._places = places
        self._writing = writing
        self._guard = threading.RLock()
        self._seen: int | None = None
        self._vectors: ChromaVectors | None = None
        self._lexical: LexicalIndex | None = None
        self._lexical_name = ""

    def close(self) -> None:
        """Let go of every file."""
        with self._guard:
            self._close_vectors()
            self._close_words()

    def nearest(self, vector: NDArray[np.float32], k: int) -> list[Hit] | None:
        """Return the `k` nearest live passages, sorted by (-similarity, id).

        None if Chroma cannot be had just now (another process is writing the first index, or
        mending it) or found too little: the caller compares with every vector instead.

        Raises:
            CollectionConflictError: The collection is somebody else's.
            StoreUnavailableError: The disk or the Chroma server does not let us.
        """
        with self._guard:
            vectors = self._current_vectors()
            if vectors is None:
                return None
            try:
                hits = self._live_vectors(vectors, vector, k)
            except StoreUnavailableError:
                raise
            except StoreError:
                self._mend("vectors")
                return None
        # Chroma's graph may lead nowhere near some rows (1.5.9): then it returns too few.
        return hits if len(hits) >= min(k, self._catalog.count()) else None

    def words(self, query: str, k: int, *, allowed: set[str] | None) -> list[Hit]:
        """Return the `k` live passages best by BM25, sorted by (-score, id).

        Raises:
            StoreError: The word index is damaged and another process has been mending it for long.
        """
        give_up = time.monotonic() + _PATIENCE_SECONDS
        parts: list[Part] = ["derived", "words"]
        with self._guard:
            while True:
                try:
                    return self._live_words(query, k, allowed)
                except StoreUnavailableError:
                    raise
                except StoreError as error:
                    self._close_words()
                    if self._catalog.lexical() != self._lexical_name:
                        continue  # a writer has put another in its place
                    if not parts or time.monotonic() > give_up:
                        raise StoreError(
                            "the word index is being rebuilt by another process, or cannot be; "
                            f"try again in a moment, or run `rag sync` ({error})"
                        ) from error
                    if self._mend(parts[0]):
                        parts.pop(0)
                    else:
                        time.sleep(0.05)

    def holding(self, words: Sequence[str]) -> dict[str, int]:
        """Return how many passages hold each word.

        Raises:
            StoreError: The word index cannot be had just now; `words` mends it.
        """
        with self._guard:
            if self._catalog.count() == 0:
                return {}
            return self._current_words().holding(words)

    # Vectors

    def _current_vectors(self) -> ChromaVectors | None:
        """Return the collection as of the newest commit, None if it cannot be had just now."""
        parts: list[Part] = ["derived", "vectors"]
        for _ in range(_TRIES):
            generation = self._catalog.generation()
            if self._seen == generation and self._vectors is not None:
                return self._vectors
            self._close_vectors()
            if self._catalog.count() == 0:
                return None
            try:
                # The generation was read before: what is committed meanwhile is seen next time.
                self._vectors, self._seen = self._open_vectors(), generation
            except Timeout:
                return None
            except (CollectionConflictError, StoreUnavailableError):
                raise
            except StoreError:
                if self._catalog.generation() != generation:
                    continue
                if not parts or not self._mend(parts.pop(0)):
                    return None
        return self._vectors

    def _open_vectors(self) -> ChromaVectors:
        least = self._catalog.equalled()
        vectors = self._places.vectors(self._catalog.epoch())
        try:
            with self._places.opening_lock().acquire(timeout=_OPENING_SECONDS):
                vectors.open()
                # The first query reads the files; after it the client lives on what it read.
                probe(vectors, self._catalog)
            self._refuse_stale(vectors.stamped(), least)
        except BaseException:
            vectors.close()
            raise
        return vectors

    def _live_vectors(
        self, vectors: ChromaVectors, vector: NDArray[np.float32], k: int
    ) -> list[Hit]:
        """Ask for more until `k` live hits are found or there are no more rows."""
        wanted = k
        while True:
            hits = vectors.query(vector, wanted)
            kept = self._only_live(hits)
            if len(kept) >= k or len(hits) < wanted:
                return kept[:k]
            wanted *= 2

    def _close_vectors(self) -> None:
        if self._vectors is not None:
            self._vectors.close()
        self._vectors = self._seen = None

    # Words

    def _live_words(self, query: str, k: int, allowed: set[str] | None) -> list[Hit]:
        if self._catalog.count() == 0:
            return []
        lexical = self._current_words()
        wanted = k
        while True:
            hits = lexical.search(query, wanted, allowed=allowed)
            kept = self._only_live(hits)
            if len(kept) >= k or len(hits) < wanted:
                return kept[:k]
            wanted *= 2

    def _current_words(self) -> LexicalIndex:
        """Return the word index; it sees other processes' commits by itself.

        Raises:
            StoreError: It is missing, damaged or older than the catalog.
        """
        name = self._catalog.lexical()
        if self._lexical is None or self._lexical_name != name:
            self._lexical_name = name
            least = self._catalog.equalled()
            self._refuse_stale(read_stamp(self._places.lexical(name)), least)
            self._lexical = LexicalIndex(self._places.lexical(name))
        return self._lexical

    def _close_words(self) -> None:
        if self._lexical is not None:
            self._lexical.close()
        self._lexical = None

    # Both

    def _refuse_stale(self, stamped: int | None, least: int) -> None:
        """Refuse an index that lacks what is live; `least` was read before its stamp was."""
        if stamped is None or not least <= stamped <= self._catalog.equalled():
            raise StoreError("the derived index is older than the catalog")

    def _only_live(self, hits: list[Hit]) -> list[Hit]:
        live = self._catalog.live([hit.id for hit in hits])
        return [hit for hit in hits if hit.id in live]

    def _mend(self, part: Part) -> bool:
        """Build what is derived from the catalog; False if another process is writing."""
        self.close()
        try:
            with self._writing(purpose="mend the index") as writer:
                writer.mend(part)
        except IndexLockedError:
            return False
        return True
