"""Changes an index so that a crash at any point leaves the old state or the new one.

It knows the order of writing: new rows into the derived indexes, then one catalog transaction that
makes them live, then the dead rows out. It knows no documents and no embedding model.
"""

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from filelock import BaseFileLock
from numpy.typing import NDArray

from rag.errors import CollectionConflictError, StoreError
from rag.store import changes
from rag.store.catalog import Catalog
from rag.store.lexical import LexicalEntry, LexicalIndex
from rag.store.records import SourceUpdate, StoredPassage
from rag.store.stamp import read_stamp, write_stamp
from rag.store.vectors import ChromaVectors, VectorEntry

_MEND_BATCH = 2000


class Writer:
    """Write access to an index; only `Store.writing` makes one, under the writer's lock.

    Nothing is written, not even a byte, until something has to change.
    """

    def __init__(
        self,
        catalog: Catalog,
        new_vectors: Callable[[int], ChromaVectors],
        lexical_folder: Callable[[int], Path],
        opening_lock: BaseFileLock,
    ) -> None:
        self._catalog = catalog
        self._new_vectors = new_vectors
        self._lexical_folder = lexical_folder
        self._opening_lock = opening_lock
        self._epoch = catalog.epoch()
        self._vectors: ChromaVectors | None = None
        self._lexical: LexicalIndex | None = None
        self._dirty = False
        self._dead_keys: set[bytes] = set()

    def close(self) -> None:
        """Let go of the derived indexes."""
        if self._vectors is not None:
            self._vectors.close()
        if self._lexical is not None:
            self._lexical.close()

    # Small facts

    def claim_fingerprint(self, digest: str, described: str, dimension: int) -> None:
        """Note the model of a new index."""
        if self._catalog.meta("fingerprint") is None:
            with changes.transaction(self._catalog.connection):
                changes.set_meta(
                    self._catalog.connection,
                    {
                        "fingerprint": digest,
                        "fingerprint_text": described,
                        "dimension": dimension,
                    },
                )

    def put_root(self, root: str, metadata: Mapping[str, Any]) -> None:
        """Remember a path or pattern, so that `sync` visits it."""
        if self._catalog.roots().get(root) != dict(metadata):
            with changes.transaction(self._catalog.connection):
                changes.put_root(self._catalog.connection, root, metadata)

    def drop_roots(self, roots: Iterable[str]) -> None:
        """Forget paths and patterns."""
        with changes.transaction(self._catalog.connection):
            changes.drop_roots(self._catalog.connection, roots)

    def set_exclusions(self, wanted: set[str]) -> None:
        """Replace the paths that `sync` must pass over."""
        known = self._catalog.exclusions()
        if known != wanted:
            with changes.transaction(self._catalog.connection):
                changes.drop_exclusions(self._catalog.connection, known - wanted)
                changes.put_exclusions(self._catalog.connection, wanted - known)

    def touch(self, source: str, *, mtime_ns: int, checked_ns: int) -> None:
        """Note a new time of modification of a source whose content is the same."""
        with changes.transaction(self._catalog.connection):
            changes.touch_source(
                self._catalog.connection, source, mtime_ns=mtime_ns, checked_ns=checked_ns
            )

    def put_vectors(
        self, fingerprint: str, keys: Sequence[bytes], vectors: NDArray[np.float32]
    ) -> None:
        """Keep vectors at once, so that a killed run does not embed them again."""
        with changes.transaction(self._catalog.connection):
            changes.put_vectors(self._catalog.connection, fingerprint, keys, vectors)

    # Passages

    def commit(self, updates: Sequence[SourceUpdate], removed: Sequence[str]) -> None:
        """Make new states of some sources live and others vanish; their vectors must be there."""
        gone = [update.state.source for update in updates] + list(removed)
        old = {p.id: p for source in gone for p in self._catalog.around(source, 0, 2**62)}
        new = {p.id: p for update in updates for p in update.passages}
        added = [passage for id_, passage in new.items() if id_ not in old]
        dead = sorted(old.keys() - new.keys())
        self._dead_keys.update(old[id_].text_key for id_ in dead)
        if added or dead:
            self._make_ready()
        if added:
            self._write_derived(added)
        with changes.transaction(self._catalog.connection):
            for source in removed:
                changes.drop_source(self._catalog.connection, source, epoch=self._epoch)
            for update in updates:
                changes.put_source(self._catalog.connection, update, epoch=self._epoch)
            changes.raise_generation(self._catalog.connection)
        if dead:
            self._delete_derived(dead)

    def finish(self) -> None:
        """Note that the derived indexes equal the catalog, if anything was written."""
        if self._dead_keys:
            with changes.transaction(self._catalog.connection):
                changes.drop_unused_vectors(self._catalog.connection, sorted(self._dead_keys))
        if not self._dirty:
            return
        generation = self._catalog.generation()
        if self._vectors is not None:
            with self._opening_lock:
                self._vectors.stamp(generation)
        if self._lexical is not None:
            write_stamp(self._lexical_folder(self._epoch), generation)
        with changes.transaction(self._catalog.connection):
            changes.set_meta(self._catalog.connection, {"derived": generation})
        self._dirty = False

    def recover(self) -> None:
        """Clear what a crashed writer left; nothing is written if there was none."""
        if self._catalog.meta("derived") == "dirty":
            self._clear_other_epochs()
            self._make_ready()

    def mend(self, part: Literal["vectors", "words"]) -> None:
        """Make a derived index equal to the catalog, whatever state it is in."""
        self._make_ready()
        if part == "words" and self._lexical is not None:
            self._rebuild_lexical(self._lexical)

    # Rebuilding beside

    def stage(self) -> int:
        """Start the next epoch beside the live one, empty, and return its number."""
        self._mark_dirty()
        self._clear_other_epochs()
        self._epoch += 1
        vectors = self._new_vectors(self._epoch)
        with self._opening_lock:
            vectors.create()
        self._vectors, self._lexical = vectors, LexicalIndex(self._lexical_folder(self._epoch))
        self._lexical.rebuild(())
        return self._epoch

    def put_staged(self, passages: Sequence[StoredPassage], fingerprint: str) -> None:
        """Add passages to the staged epoch; their vectors must be there."""
        with changes.transaction(self._catalog.connection):
            changes.put_passages(self._catalog.connection, passages, epoch=self._epoch)
        self._write_derived(passages, fingerprint=fingerprint)

    def switch(
        self, *, fingerprint: str, described: str, dimension: int, pipelines: Mapping[str, str]
    ) -> None:
        """Make the staged epoch the live one in one transaction, then delete the old indexes."""
        with changes.transaction(self._catalog.connection):
            changes.switch_epoch(
                self._catalog.connection,
                self._epoch,
                fingerprint=fingerprint,
                described=described,
                pipelines=pipelines,
            )
            changes.set_meta(self._catalog.connection, {"dimension": dimension})
        self._clear_other_epochs()

    # The derived indexes

    def _mark_dirty(self) -> None:
        if not self._dirty:
            with changes.transaction(self._catalog.connection):
                changes.set_meta(self._catalog.connection, {"derived": "dirty"})
            self._dirty = True

    def _make_ready(self) -> None:
        """Open the derived indexes for writing and, once, make them equal to the catalog."""
        if self._vectors is not None:
            return
        derived = self._catalog.meta("derived")
        self._mark_dirty()
        self._ready_vectors(derived)
        self._ready_lexical(derived)

    def _clear_other_epochs(self) -> None:
        """Delete what a rebuild staged before the live epoch or left behind after it."""
        with changes.transaction(self._catalog.connection):
            self._catalog.connection.execute(
                "DELETE FROM passages WHERE epoch <> ?", (self._epoch,)
            )
        for epoch in {self._epoch - 1, self._epoch + 1} - {0}:
            with self._opening_lock:
                self._drop(self._new_vectors(epoch))
            shutil.rmtree(self._lexical_folder(epoch), ignore_errors=True)

    def _ready_vectors(self, derived: str | None) -> None:
        vectors = self._new_vectors(self._epoch)
        with self._opening_lock:
            try:
                vectors.create()
                if str(vectors.stamped()) != derived:
                    self._equalise_vectors(vectors)
                self._probe(vectors)
            except CollectionConflictError:
                raise
            except StoreError:
                # Damaged: nothing in it is worth saving, all of it is in the catalog.
                self._drop(vectors)
                vectors.create()
                self._equalise_vectors(vectors)
                with changes.transaction(self._catalog.connection):
                    changes.raise_generation(self._catalog.connection)
        self._vectors = vectors

    def _equalise_vectors(self, vectors: ChromaVectors) -> None:
        live, held = self._catalog.ids(epoch=self._epoch), vectors.ids()
        vectors.delete(sorted(held - live))
        for batch in _batched(sorted(live - held)):
            passages = list(self._catalog.passages(batch).values())
            self._upsert(vectors, passages, self._catalog.meta("fingerprint") or "")

    def _ready_lexical(self, derived: str | None) -> None:
        folder = self._lexical_folder(self._epoch)
        lexical = LexicalIndex(folder)
        try:
            if str(read_stamp(folder)) != derived:
                self._equalise_lexical(lexical)
        except StoreError:
            # Damaged or not there yet: all of it is in the catalog.
            self._rebuild_lexical(lexical)
        self._lexical = lexical

    def _rebuild_lexical(self, lexical: LexicalIndex) -> None:
        lexical.rebuild(_entry(p) for p in self._catalog.all_passages(epoch=self._epoch))

    def _probe(self, vectors: ChromaVectors) -> None:
        """Make a collection whose rows can be listed but not searched show itself."""
        dimension = int(self._catalog.meta("dimension") or 1)
        vectors.query(np.ones(dimension, dtype=np.float32), 1)

    def _equalise_lexical(self, lexical: LexicalIndex) -> None:
        live, held = self._catalog.ids(epoch=self._epoch), lexical.ids()
        missing = self._catalog.passages(sorted(live - held))
        lexical.update((_entry(p) for p in missing.values()), held - live)

    def _write_derived(
        self, passages: Sequence[StoredPassage], *, fingerprint: str | None = None
    ) -> None:
        vectors, lexical = self._opened()
        with self._opening_lock:
            self._upsert(vectors, passages, fingerprint or self._catalog.meta("fingerprint") or "")
        lexical.update((_entry(passage) for passage in passages), ())

    def _delete_derived(self, ids: Sequence[str]) -> None:
        vectors, lexical = self._opened()
        with self._opening_lock:
            vectors.delete(ids)
        lexical.update((), ids)

    def _upsert(
        self, vectors: ChromaVectors, passages: Sequence[StoredPassage], fingerprint: str
    ) -> None:
        kept = self._catalog.vectors_by_key(fingerprint, [p.text_key for p in passages])
        matrix = np.stack([kept[passage.text_key] for passage in passages])
        vectors.upsert([_vector_entry(passage) for passage in passages], matrix)

    def _opened(self) -> tuple[ChromaVectors, LexicalIndex]:
        if self._vectors is None or self._lexical is None:
            raise StoreError("the derived indexes are not open for writing")
        return self._vectors, self._lexical

    def _drop(self, vectors: ChromaVectors) -> None:
        try:
            vectors.drop(whole=False)
        except StoreError:
            vectors.drop(whole=True)


def _entry(passage: StoredPassage) -> LexicalEntry:
    return LexicalEntry(passage.id, passage.title, passage.section, passage.text)


def _vector_entry(passage: StoredPassage) -> VectorEntry:
    """Return what langchain_chroma shows a user who opens the collection: all that is not None."""
    own = {k: v for k, v in passage.metadata.items() if isinstance(v, (str, int, float, bool))}
    page = {} if passage.page is None else {"page": passage.page}
    metadata = {
        **own,
        **page,
        "source": passage.source,
        "title": passage.title,
        "kind": passage.kind,
        "section": " > ".join(passage.section),
        "start_index": passage.start_index,
        "end_index": passage.end_index,
        "ordinal": passage.ordinal,
    }
    return VectorEntry(passage.id, passage.text, metadata)


def _batched(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _MEND_BATCH] for start in range(0, len(ids), _MEND_BATCH))
