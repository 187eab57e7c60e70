"""Reads the catalog, the one truth of an index; knows no Chroma, no BM25 and no writing."""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.documents.document import LoadedDocument
from rag.errors import IndexNotFoundError
from rag.store import schema
from rag.store.connections import ThreadConnections
from rag.store.filters import Condition
from rag.store.places import lexical_name
from rag.store.records import (
    SourceRecord,
    SourceState,
    StoredPassage,
    iso_time,
    unpack_document,
)

_PASSAGE_COLUMNS = """
    p.id, p.source, p.ordinal, p.start_index, p.end_index, p.page, p.section, p.text, p.text_key,
    p.lead_in, s.title, s.kind, s.mtime_ns, s.metadata
"""
# SQLite keeps the order of a cross join: each wanted id is looked up. Left to choose, it (3.40)
# compares every passage of the epoch with every wanted id, a second per query at 50,000 passages.
_LOOK_UP = "CROSS JOIN"
_LIVE = "p.epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')"


class Catalog:
    """Read access to the catalog; safe to share between threads (one connection each)."""

    def __init__(self, index_dir: Path) -> None:
        self.path = index_dir / schema.CATALOG_FILE
        if not self.path.is_file():
            raise IndexNotFoundError(
                f"no index at {index_dir}; make one with `rag --index {index_dir} add PATH`"
            )
        self._connections = ThreadConnections(self.path)
        self._counted = (-1, 0)

    @property
    def connection(self) -> sqlite3.Connection:
        """The calling thread's connection."""
        return self._connections.current()

    def close(self) -> None:
        """Close every thread's connection."""
        self._connections.close()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Read everything inside, in this thread, from one state of the catalog."""
        self.connection.execute("BEGIN")
        try:
            yield
        finally:
            self.connection.execute("ROLLBACK")

    # What the index is

    def meta(self, key: str) -> str | None:
        """Return the value kept under `key`, None if there is none."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def generation(self) -> int:
        """Return the number that every commit raises."""
        return int(self.meta("generation") or 0)

    def epoch(self) -> int:
        """Return the epoch whose passages are live."""
        return int(self.meta("epoch") or 1)

    def lexical(self) -> str:
        """Return the name of the live lexical index."""
        return self.meta("lexical") or lexical_name(self.epoch())

    def equalled(self) -> int:
        """Return the generation that the derived indexes were last made equal to.

        While a writer works, they hold all of that and more: what is live is never missing.
        """
        return int((self.meta("derived") or "0").rpartition(" ")[2])

    def is_dirty(self) -> bool:
        """Tell whether a writer is changing the derived indexes, or was killed doing so."""
        return (self.meta("derived") or "").startswith("dirty")

    # Sources

    def roots(self) -> dict[str, dict[str, Any]]:
        """Return every path or pattern that was added, with the metadata given to it."""
        rows = self.connection.execute("SELECT root, metadata FROM roots ORDER BY root")
        return {root: json.loads(metadata) for root, metadata in rows}

    def exclusions(self) -> set[str]:
        """Return the paths that were removed though a folder above them is indexed."""
        return {row[0] for row in self.connection.execute("SELECT path FROM exclusions")}

    def errors(self) -> dict[str, str]:
        """Return why each failed source failed."""
        rows = self.connection.execute("SELECT source, error FROM sources WHERE status = 'failed'")
        return dict(rows.fetchall())

    def states(self) -> dict[str, SourceState]:
        """Return what the last sync knew of each source."""
        rows = self.connection.execute(
            """SELECT source, size, mtime_ns, checked_ns, sha256, pipeline, status
               FROM sources ORDER BY source"""
        )
        return {row[0]: SourceState(*row) for row in rows}

    def sources(self) -> list[SourceRecord]:
        """Return every source, by name, with the number of its live passages."""
        rows = self.connection.execute(
            f"""SELECT s.source, s.title, s.kind, s.sha256, s.mtime_ns, s.status, s.error,
                       (SELECT count(*) FROM passages p WHERE {_LIVE} AND p.source = s.source)
                FROM sources s ORDER BY s.source"""
        )
        return [
            SourceRecord(source, title, kind, count, sha256, iso_time(mtime), status, error)
            for source, title, kind, sha256, mtime, status, error, count in rows
        ]

    def metadata(self, source: str) -> dict[str, Any]:
        """Return the metadata a source was added with."""
        row = self.connection.execute(
            "SELECT metadata FROM sources WHERE source = ?", (source,)
        ).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def document(self, source: str) -> LoadedDocument | None:
        """Return the extracted document of a source, None if it is not indexed."""
        row = self.connection.execute(
            "SELECT body FROM documents WHERE source = ?", (source,)
        ).fetchone()
        return None if row is None else unpack_document(row[0])

    # Passages

    def count(self) -> int:
        """Return the number of live passages; counted once a generation, for every search asks."""
        generation = self.generation()
        known, count = self._counted
        if known != generation:
            row = self.connection.execute(f"SELECT count(*) FROM passages p WHERE {_LIVE}")
            count = int(row.fetchone()[0])
            self._counted = (generation, count)
        return count

    def passages(self, ids: Sequence[str]) -> dict[str, StoredPassage]:
        """Return the live passages among `ids`, by id."""
        rows = self.connection.execute(
            f"""SELECT {_PASSAGE_COLUMNS} FROM json_each(?) wanted
                {_LOOK_UP} passages p ON p.id = wanted.value AND {_LIVE}
                JOIN sources s ON s.source = p.source""",
            (json.dumps(list(ids)),),
        )
        return {row[0]: _passage(row) for row in rows}

    def first_passages(self, limit: int) -> list[StoredPassage]:
        """Return the first live passages by id: a random sample, the same every time."""
        rows = self.connection.execute(
            f"SELECT p.id FROM passages p WHERE {_LIVE} ORDER BY p.id LIMIT ?", (limit,)
        ).fetchall()
        found = self.passages([row[0] for row in rows])
        return [found[id_] for id_ in sorted(found)]

    def first_text_keys(self, limit: int) -> list[bytes]:
        """Return the smallest hashes of the live passages' texts: a random sample, as above."""
        rows = self.connection.execute(
            f"SELECT DISTINCT p.text_key FROM passages p WHERE {_LIVE} ORDER BY 1 LIMIT ?", (limit,)
        )
        return [row[0] for row in rows]

    def all_passages(self, *, epoch: int | None = None) -> Iterator[StoredPassage]:
        """Yield the passages of an epoch (default: the live ones), by source and ordinal."""
        rows = self.connection.execute(
            f"""SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN sources s ON s.source = p.source
                WHERE p.epoch = ? ORDER BY p.source, p.ordinal""",
            (self.epoch() if epoch is None else epoch,),
        )
        return (_passage(row) for row in rows)

    def ids(self, *, epoch: int | None = None) -> set[str]:
        """Return the ids of an epoch's passages (default: the live ones)."""
        rows = self.connection.execute(
            "SELECT id FROM passages WHERE epoch = ?", (self.epoch() if epoch is None else epoch,)
        )
        return {row[0] for row in rows}

    def live(self, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` that are live."""
        rows = self.connection.execute(
            f"""SELECT p.id FROM json_each(?) wanted
                {_LOOK_UP} passages p ON p.id = wanted.value AND {_LIVE}""",
            (json.dumps(list(ids)),),
        )
        return {row[0] for row in rows}

    def matching(self, condition: Condition) -> set[str]:
        """Return the ids of the live passages that a filter lets through."""
        rows = self.connection.execute(
            f"""SELECT p.id FROM passages p JOIN sources s ON s.source = p.source
                WHERE {_LIVE} AND {condition.sql}""",
            condition.parameters,
        )
        return {row[0] for row in rows}

    def sources_matching(self, condition: Condition) -> set[str]:
        """Return the sources with a live passage that a filter lets through."""
        rows = self.connection.execute(
            f"""SELECT DISTINCT p.source FROM passages p JOIN sources s ON s.source = p.source
                WHERE {_LIVE} AND {condition.sql}""",
            condition.parameters,
        )
        return {row[0] for row in rows}

    def around(self, source: str, first: int, last: int) -> list[StoredPassage]:
        """Return a source's live passages with ordinals from `first` to `last`, in order."""
        rows = self.connection.execute(
            f"""SELECT {_PASSAGE_COLUMNS} FROM passages p JOIN sources s ON s.source = p.source
                WHERE {_LIVE} AND p.source = ? AND p.ordinal BETWEEN ? AND ?
                ORDER BY p.ordinal""",
            (source, first, last),
        )
        return [_passage(row) for row in rows]

    # Vectors

    def vectors(
        self, fingerprint: str, ids: Sequence[str] | None = None, *, epoch: int | None = None
    ) -> tuple[list[str], NDArray[np.float32]]:
        """Return passage ids in ascending order and their unit vectors.

        Args:
            fingerprint: Digest of the model that made the vectors.
            ids: The passages wanted; None means all.
            epoch: Default the live one.

        Returns:
            The ids that have a vector, and float32 of shape (ids, dimension).
        """
        epoch = self.epoch() if epoch is None else epoch
        wanted = "" if ids is None else "AND p.id IN (SELECT value FROM json_each(?))"
        parameters: list[object] = [fingerprint, epoch]
        if ids is not None:
            parameters.append(json.dumps(list(ids)))
        rows = self.connection.execute(
            f"""SELECT p.id, v.vector FROM passages p
                JOIN vectors v ON v.fingerprint = ? AND v.text_key = p.text_key
                WHERE p.epoch = ? {wanted} ORDER BY p.id""",
            parameters,
        ).fetchall()
        if not rows:
            return [], np.empty((0, 0), dtype=np.float32)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype="<f4")
        return [row[0] for row in rows], matrix.reshape(len(rows), -1)

    def first_vectors(self, fingerprint: str, limit: int) -> NDArray[np.float32]:
        """Return the vectors of the first live passages by id, shape (up to limit, dimension)."""
        rows = self.connection.execute(
            """SELECT v.vector FROM
                   (SELECT text_key FROM passages WHERE epoch = ? ORDER BY id LIMIT ?) p
               JOIN vectors v ON v.fingerprint = ? AND v.text_key = p.text_key""",
            (self.epoch(), limit, fingerprint),
        ).fetchall()
        matrix = np.frombuffer(b"".join(row[0] for row in rows), dtype="<f4")
        return matrix.reshape(len(rows), -1) if rows else np.empty((0, 0), dtype=np.float32)


def _passage(row: tuple[Any, ...]) -> StoredPassage:
    return StoredPassage(
        id=row[0],
        source=row[1],
        ordinal=row[2],
        start_index=row[3],
        end_index=row[4],
        page=row[5],
        section=tuple(json.loads(row[6])),
        text=row[7],
        text_key=row[8],
        lead_in=row[9],
        title=row[10],
        kind=row[11],
        modified=iso_time(row[12]),
        metadata=json.loads(row[13]),
    )
