"""Changes an index so that a crash at any point leaves the old state or the new one.

It knows the order of writing: new rows into the derived indexes, then one catalog transaction that
makes them live, then the dead rows out. It knows no documents and no embedding model.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rag.errors import StoreError
from rag.store import changes
from rag.store.catalog import Catalog
from rag.store.derived import DerivedIndexes, are_sound, clear_vectors, clear_words
from rag.store.places import Places
from rag.store.records import SourceUpdate, StoredPassage


class Writer:
    """Write access to an index; only `Store.writing` makes one, under the writer's lock.

    Nothing is written, not even a byte, until something has to change.
    """

    def __init__(self, catalog: Catalog, places: Places) -> None:
        self._catalog = catalog
        self._places = places
        self._epoch = catalog.epoch()
        self._derived: DerivedIndexes | None = None
        self._dead_keys: set[bytes] = set()
        self._had_loose_vectors = catalog.meta("loose") is not None

    def close(self) -> None:
        """Let go of the derived indexes."""
        if self._derived is not None:
            self._derived.close()
            self._derived = None

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
            changes.set_meta(self._catalog.connection, {"loose": 1})

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
            self._ready.write(added, self._catalog.meta("fingerprint") or "")
        with changes.transaction(self._catalog.connection):
            for source in removed:
                changes.drop_source(self._catalog.connection, source, epoch=self._epoch)
            for update in updates:
                changes.put_source(self._catalog.connection, update, epoch=self._epoch)
            changes.raise_generation(self._catalog.connection)
        if dead:
            self._ready.delete(dead)

    def finish(self) -> None:
        """Note that the derived indexes equal the catalog, if anything was written."""
        self._drop_dead_vectors()
        if self._derived is None:
            return
        self._derived.compact()
        generation = self._catalog.generation()
        self._derived.stamp(generation)
        with changes.transaction(self._catalog.connection):
            changes.set_meta(self._catalog.connection, {"derived": generation})

    def recover(self) -> None:
        """Clear what a killed writer left; nothing is written if there was none."""
        if self._catalog.is_dirty():
            self._clear_others()
            self._make_ready()

    def verify(self) -> None:
        """Mend the derived indexes if they are damaged; nothing is written if they are sound."""
        if self._derived is None and not are_sound(self._catalog, self._places):
            self._mend(None)

    def mend(self, part: Literal["derived", "vectors", "words"]) -> None:
        """Make the derived indexes equal to the catalog, whatever state they are in.

        "vectors" and "words" are built anew even if they look sound.
        """
        self._mend(None if part == "derived" else part)

    # Rebuilding beside

    def stage(self) -> int:
        """Start the next epoch beside the live one, empty, and return its number."""
        self._mark_dirty()
        self.close()
        self._clear_others()
        self._epoch += 1
        self._derived = DerivedIndexes.staged(self._catalog, self._places, self._epoch)
        return self._epoch

    def put_staged(self, passages: Sequence[StoredPassage], fingerprint: str) -> None:
        """Add passages to the staged epoch; their vectors must be there."""
        with changes.transaction(self._catalog.connection):
            changes.put_passages(self._catalog.connection, passages, epoch=self._epoch)
        self._ready.write(passages, fingerprint)

    def switch(
        self, *, fingerprint: str, described: str, dimension: int, pipelines: Mapping[str, str]
    ) -> None:
        """Make the staged epoch the live one in one transaction, then delete the old indexes."""
        with changes.transaction(self._catalog.connection):
            changes.switch_epoch(
                self._catalog.connection,
                self._epoch,
                lexical=self._ready.lexical_name,
                fingerprint=fingerprint,
                described=described,
                pipelines=pipelines,
            )
            changes.set_meta(self._catalog.connection, {"dimension": dimension})
        self._clear_others()

    # The derived indexes

    @property
    def _ready(self) -> DerivedIndexes:
        if self._derived is None:
            raise StoreError("the derived indexes are not open for writing")
        return self._derived

    def _make_ready(self) -> None:
        """Open the derived indexes for writing and, once, make them equal to the catalog."""
        if self._derived is None:
            trusted = not self._catalog.is_dirty()
            self._mark_dirty()
            self._derived = DerivedIndexes.equalled(self._catalog, self._places, trusted=trusted)

    def _mend(self, part: Literal["vectors", "words"] | None) -> None:
        self._mark_dirty()
        self.close()
        self._derived = DerivedIndexes.equalled(
            self._catalog, self._places, trusted=False, rebuild=part
        )

    def _mark_dirty(self) -> None:
        """Note that the derived indexes may hold more than what is live."""
        if not self._catalog.is_dirty():
            state = f"dirty {self._catalog.equalled()}"
            with changes.transaction(self._catalog.connection):
                changes.set_meta(self._catalog.connection, {"derived": state})

    def _clear_others(self) -> None:
        """Delete what a rebuild staged before the live epoch or left behind after it."""
        with changes.transaction(self._catalog.connection):
            changes.drop_other_epochs(self._catalog.connection, self._epoch)
        clear_vectors(self._places, sorted({self._epoch - 1, self._epoch + 1} - {0}))
        clear_words(self._places, self._catalog.lexical())

    def _drop_dead_vectors(self) -> None:
        """Forget the vectors of what is gone, and once those that a killed run left."""
        loose = self._catalog.meta("loose") is not None
        if not (loose or self._dead_keys):
            return
        with changes.transaction(self._catalog.connection):
            if self._had_loose_vectors:
                changes.drop_loose_vectors(self._catalog.connection)
            changes.drop_unused_vectors(self._catalog.connection, sorted(self._dead_keys))
            changes.drop_meta(self._catalog.connection, "loose")
