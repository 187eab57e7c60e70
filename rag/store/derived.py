"""Writes the two derived indexes of an epoch and makes them equal to the catalog.

It knows which rows there have to be, not when they become live. Whatever is damaged is built anew:
all of it is in the catalog.

A derived index carries a stamp: the generation of the catalog it was last equal to. While a writer
works, rows are only added before they become live and deleted after they are dead, so an index with
the stamp of the last finished writer holds all that is live. One without it may lack anything and
is used by nobody.
"""

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from rag.errors import CollectionConflictError, StoreError, StoreUnavailableError
from rag.store import changes
from rag.store.catalog import Catalog
from rag.store.lexical import LexicalEntry, LexicalIndex
from rag.store.places import Places, lexical_name
from rag.store.records import StoredPassage
from rag.store.stamp import read_stamp, write_stamp
from rag.store.vector_cache import vectors_by_key
from rag.store.vectors import ChromaVectors, VectorEntry

_MEND_BATCH = 2000
_PROBED = 10
# tantivy counts deleted passages in its statistics until it merges them away, so that rankings
# drift from those of a fresh build. Building anew takes 0.3 ms a passage: always worth it for few
# passages, else when a tenth is dead.
_ALWAYS_REBUILT = 1000
_MOST_DEAD = 0.1


class DerivedIndexes:
    """The derived indexes of one epoch, open for writing; `close` lets go of them."""

    def __init__(
        self, catalog: Catalog, places: Places, epoch: int, vectors: ChromaVectors, lexical: str
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._epoch = epoch
        self._vectors = vectors
        self._opening_lock = places.opening_lock()
        self.lexical_name = lexical
        self._lexical = LexicalIndex(places.lexical(lexical))

    @classmethod
    def equalled(
        cls, catalog: Catalog, places: Places, *, trusted: bool, rebuild: str | None = None
    ) -> "DerivedIndexes":
        """Open those of the live epoch, first made equal to the catalog.

        Args:
            catalog: The truth.
            places: Where they are.
            trusted: Whether the right stamp proves that nothing has to be compared: no writer
                was killed.
            rebuild: "vectors" or "words" is built anew whatever its state.
        """
        epoch = catalog.epoch()
        made = cls(catalog, places, epoch, places.vectors(epoch), catalog.lexical())
        try:
            made._ready_vectors(trusted=trusted and rebuild != "vectors", fresh=rebuild)
            made._ready_words(trusted=trusted, fresh=rebuild)
        except BaseException:
            made.close()
            raise
        return made

    @classmethod
    def staged(cls, catalog: Catalog, places: Places, epoch: int) -> "DerivedIndexes":
        """Make empty ones for an epoch to come."""
        made = cls(catalog, places, epoch, places.vectors(epoch), lexical_name(epoch))
        with made._opening_lock:
            made._vectors.create()
        made._lexical.rebuild(())
        made.stamp(catalog.equalled())
        return made

    def close(self) -> None:
        """Let go of the files."""
        self._vectors.close()
        self._lexical.close()

    def write(self, passages: Sequence[StoredPassage], fingerprint: str) -> None:
        """Add passages; the catalog must have their vectors."""
        with self._opening_lock:
            self._upsert(passages, fingerprint)
        self._lexical.update((_entry(passage) for passage in passages), ())

    def delete(self, ids: Sequence[str]) -> None:
        """Remove passages."""
        with self._opening_lock:
            self._vectors.delete(ids)
        self._lexical.update((), ids)

    def stamp(self, generation: int) -> None:
        """Note that both are equal to the catalog of this generation."""
        with self._opening_lock:
            self._vectors.stamp(generation)
        write_stamp(self._places.lexical(self.lexical_name), generation)

    def compact(self) -> None:
        """Build the word index anew, beside the old one, if too much of it is dead."""
        dead = self._lexical.dead_share()
        if dead and (dead > _MOST_DEAD or self._catalog.count() <= _ALWAYS_REBUILT):
            self._rebuild_words()

    # The vectors

    def _ready_vectors(self, *, trusted: bool, fresh: str | None) -> None:
        with self._opening_lock:
            try:
                if fresh == "vectors":
                    raise StoreError("the Chroma collection is to be built anew")
                self._vectors.create()
                if not (trusted and self._vectors.stamped() == self._catalog.equalled()):
                    self._equalise_vectors()
                self._probe()
            except (CollectionConflictError, StoreUnavailableError):
                raise
            except StoreError:
                self._drop_damaged()
                self._vectors.create()
                self._equalise_vectors()
            if self._vectors.stamped() != self._catalog.equalled():
                self._vectors.stamp(self._catalog.equalled())
                self._tell_readers()

    def _tell_readers(self) -> None:
        with changes.transaction(self._catalog.connection):
            changes.raise_generation(self._catalog.connection)

    def _drop_damaged(self) -> None:
        try:
            self._vectors.drop()
        except StoreUnavailableError:
            raise
        except StoreError:
            if not self._vectors.destroy():
                raise

    def _equalise_vectors(self) -> None:
        live, held = self._catalog.ids(epoch=self._epoch), self._vectors.ids()
        fingerprint = self._catalog.meta("fingerprint") or ""
        for batch in _batched(sorted(live - held)):
            self._upsert(list(self._catalog.passages(batch).values()), fingerprint)
        self._vectors.delete(sorted(held - live))

    def _probe(self) -> None:
        probe(self._vectors, self._catalog)

    def _upsert(self, passages: Sequence[StoredPassage], fingerprint: str) -> None:
        kept = vectors_by_key(self._catalog, fingerprint, [p.text_key for p in passages])
        matrix = np.stack([kept[passage.text_key] for passage in passages])
        self._vectors.upsert([_vector_entry(passage) for passage in passages], matrix)

    # The words

    def _ready_words(self, *, trusted: bool, fresh: str | None) -> None:
        folder = self._places.lexical(self.lexical_name)
        try:
            if fresh == "words":
                raise StoreError("the lexical index is to be built anew")
            if not (trusted and read_stamp(folder) == self._catalog.equalled()):
                self._equalise_words()
                write_stamp(folder, self._catalog.equalled())
        except StoreUnavailableError:
            raise
        except StoreError:
            self._rebuild_words()

    def _equalise_words(self) -> None:
        live, held = self._catalog.ids(epoch=self._epoch), self._lexical.ids()
        if live != held:
            missing = self._catalog.passages(sorted(live - held))
            self._lexical.update((_entry(p) for p in missing.values()), held - live)

    def _rebuild_words(self) -> None:
        """Build the word index anew in a folder of its own; a reader keeps the old one till then.

        One transaction makes the new folder the live one; a kill before it leaves the old one.
        """
        name = self._places.new_lexical(self._epoch)
        fresh = LexicalIndex(self._places.lexical(name))
        fresh.rebuild(_entry(p) for p in self._catalog.all_passages(epoch=self._epoch))
        write_stamp(self._places.lexical(name), self._catalog.equalled())
        with changes.transaction(self._catalog.connection):
            changes.set_meta(self._catalog.connection, {"lexical": name})
        self._lexical.close()
        self._lexical, self.lexical_name = fresh, name
        clear_words(self._places, name)


def probe(vectors: ChromaVectors, catalog: Catalog) -> None:
    """Make a collection whose rows can be listed but not searched show itself.

    Raises:
        StoreError: It cannot be searched.
    """
    dimension = int(catalog.meta("dimension") or 1)
    vectors.query(np.ones(dimension, dtype=np.float32), _PROBED)


def are_sound(catalog: Catalog, places: Places) -> bool:
    """Tell whether both derived indexes can be searched and are up to date; writes nothing."""
    if not catalog.count():
        return True
    vectors, name = places.vectors(catalog.epoch()), catalog.lexical()
    lexical = LexicalIndex(places.lexical(name))
    try:
        with places.opening_lock():
            vectors.open()
            probe(vectors, catalog)
        stamps = {vectors.stamped(), read_stamp(places.lexical(name))}
        held = {vectors.count(), lexical.count()}
        return stamps == {catalog.equalled()} and held == {catalog.count()}
    except (CollectionConflictError, StoreUnavailableError):
        raise
    except StoreError:
        return False
    finally:
        vectors.close()
        lexical.close()


def clear_words(places: Places, *live: str) -> None:
    """Delete the folders of all lexical indexes but these; what is in use goes next time."""
    for folder in places.lexical_folders():
        if folder.name not in live:
            shutil.rmtree(folder, ignore_errors=True)


def clear_vectors(places: Places, epochs: Iterable[int]) -> None:
    """Delete the collections of these epochs, if they are this index's."""
    for epoch in epochs:
        vectors = places.vectors(epoch)
        try:
            with places.opening_lock():
                if not vectors.embedded or Path(places.index_dir / "chroma").is_dir():
                    vectors.drop()
        except StoreUnavailableError:
            raise
        except StoreError:
            # So damaged that nothing in it can be deleted: the live part is built anew as well.
            if not vectors.destroy():
                raise
        finally:
            vectors.close()


def _entry(passage: StoredPassage) -> LexicalEntry:
    above = (*passage.section, passage.lead_in) if passage.lead_in else passage.section
    return LexicalEntry(passage.id, passage.title, above, passage.text)


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
        "lead_in": passage.lead_in,
        "start_index": passage.start_index,
        "end_index": passage.end_index,
        "ordinal": passage.ordinal,
    }
    return VectorEntry(passage.id, passage.text, metadata)


def _batched(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[start : start + _MEND_BATCH] for start in range(0, len(ids), _MEND_BATCH))
