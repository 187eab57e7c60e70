"""The one door to an index: the catalog and the two indexes derived from it, kept equal.

It knows passages and vectors; it knows no documents on disk and no embedding model.
"""

import logging
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from rag.errors import FingerprintMismatchError, StoreError, StoreUnavailableError
from rag.store import changes, schema
from rag.store.catalog import Catalog
from rag.store.derived import are_sound
from rag.store.failures import disk_error
from rag.store.filters import compile_filter
from rag.store.hits import Hit
from rag.store.lock import writer_lock
from rag.store.permissions import make_private
from rag.store.places import Places, StoreOptions, strangers
from rag.store.reader import DerivedReader
from rag.store.records import StoredPassage
from rag.store.writer import Writer

logger = logging.getLogger(__name__)

_SAMPLE = 2000


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
        # Absolute, so that the program may change its working directory.
        self.index_dir = index_dir.absolute()
        self.options = options or StoreOptions()
        self.catalog = Catalog(self.index_dir)
        self._places = Places(self.index_dir, self.options, self.catalog.meta("index_id") or "")
        self._derived = DerivedReader(self.catalog, self._places, self.writing)
        self._sample: tuple[int, NDArray[np.float32]] | None = None
        self._learnt: dict[str, str] = {}

    @classmethod
    def create(cls, index_dir: Path, options: StoreOptions | None = None) -> Self:
        """Open the index at `index_dir`, made if there is none.

        Raises:
            StoreError: The folder holds other things, or cannot be made.
        """
        if not (index_dir / schema.CATALOG_FILE).is_file():
            try:
                _make(index_dir)
            except OSError as error:
                raise disk_error("no index can be made at", index_dir, error) from error
        return cls(index_dir, options)

    def close(self) -> None:
        """Let go of every file and connection."""
        self._derived.close()
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
        return self._places.collection(self.catalog.epoch())

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
        if vector.shape[0] != self._dimension():
            raise FingerprintMismatchError(
                f"index {self.index_dir} holds vectors of {self._dimension()} dimensions, the "
                f"question has {vector.shape[0]}; set embedding.model to the model that built it"
            )
        if allowed is None:
            hits = self._derived.nearest(vector, k)
            if hits is not None:
                return hits
        return self.search_exact(vector, k, allowed=allowed)

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
        return self._derived.words(query, k, allowed=allowed)

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
        sample = self._sample
        generation = self.catalog.generation()
        if sample is None or sample[0] != generation:
            vectors = self.catalog.first_vectors(self._fingerprint(), _SAMPLE)
            sample = self._sample = (generation, vectors)
        scores = sample[1] @ vector if sample[1].size else np.zeros(1)
        return float(scores.mean()), float(scores.std())

    def holding(self, words: Sequence[str]) -> dict[str, int]:
        """Return how many passages hold each word (a token of `tokenize`).

        Raises:
            StoreError: The word index cannot be had just now; `search_words` mends it.
        """
        return self._derived.holding(words)

    def sample_vectors(self, limit: int) -> NDArray[np.float32]:
        """Return up to `limit` vectors of random passages, the same ones every time."""
        return self.catalog.first_vectors(self._fingerprint(), limit)

    def vectors_of(self, ids: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the unit vectors of live passages, by id."""
        found, matrix = self.catalog.vectors(self._fingerprint(), ids)
        return dict(zip(found, matrix, strict=True))

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """Return live passages by id; ids that are not live are left out."""
        return self.catalog.passages(ids)

    # What was learnt of this state of the index

    def learnt(self, name: str) -> str | None:
        """Return what `learn` was given under `name`, None if the index has changed since."""
        kept = self._learnt.get(name) or self.catalog.meta(f"learnt_{name}") or ""
        generation, _, value = kept.partition(" ")
        return value if generation == str(self.catalog.generation()) else None

    def learn(self, name: str, value: str, *, generation: int) -> None:
        """Keep what was learnt of the index as of `generation`, for this and other processes.

        It can be learnt again, so where the catalog cannot be written just now only this process
        keeps it.
        """
        kept = self._learnt[name] = f"{generation} {value}"
        try:
            with changes.transaction(self.catalog.connection):
                changes.set_meta(self.catalog.connection, {f"learnt_{name}": kept})
        except StoreUnavailableError as error:
            logger.info("what was learnt of the index is kept in memory only: %s", error)

    def is_sound(self) -> bool:
        """Tell whether both derived indexes can be searched and are up to date; mends nothing.

        Raises:
            StoreUnavailableError: The disk or the Chroma server does not let us look.
        """
        return are_sound(self.catalog, self._places)

    # Writing

    @contextmanager
    def writing(self, *, purpose: str) -> Iterator[Writer]:
        """Hold the index for writing.

        Raises:
            IndexLockedError: Another process holds it.
        """
        with writer_lock(self.index_dir, purpose=purpose):
            writer = Writer(self.catalog, self._places)
            try:
                writer.recover()
                yield writer
                writer.finish()
            finally:
                writer.close()
                make_private(self.index_dir)

    def _fingerprint(self) -> str:
        return self.catalog.meta("fingerprint") or ""

    def _dimension(self) -> int:
        return int(self.catalog.meta("dimension") or 1)


def _make(index_dir: Path) -> None:
    index_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    others = strangers(index_dir)
    if others:
        raise StoreError(
            f"{index_dir} is to become an index but holds other things ({others[0]}); choose an "
            "empty or new folder with `rag --index`"
        )
    with writer_lock(index_dir, purpose="make the index"):
        catalog = index_dir / schema.CATALOG_FILE
        if not catalog.is_file():
            schema.create(catalog, index_id=secrets.token_hex(8))
        make_private(index_dir)


def _sorted_or_none(ids: set[str] | None) -> list[str] | None:
    return None if ids is None else sorted(ids)
