"""The transactions that change the catalog; each leaves the old state or the new one."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.store.records import SourceUpdate, StoredPassage, pack_document


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A full disk makes SQLite roll back by itself.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def set_meta(connection: sqlite3.Connection, values: Mapping[str, object]) -> None:
    """Keep values under their keys."""
    connection.executemany(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [(key, str(value)) for key, value in values.items()],
    )


def drop_meta(connection: sqlite3.Connection, key: str) -> None:
    """Forget the value kept under `key`."""
    connection.execute("DELETE FROM meta WHERE key = ?", (key,))


def raise_generation(connection: sqlite3.Connection) -> None:
    """Tell every reader that something changed."""
    connection.execute(
        "UPDATE meta SET value = CAST(value AS INTEGER) + 1 WHERE key = 'generation'"
    )


def put_root(connection: sqlite3.Connection, root: str, metadata: Mapping[str, Any]) -> None:
    """Remember a path or pattern that was added."""
    connection.execute(
        """INSERT INTO roots VALUES (?, ?)
           ON CONFLICT (root) DO UPDATE SET metadata = excluded.metadata""",
        (root, _json(metadata)),
    )


def drop_roots(connection: sqlite3.Connection, roots: Iterable[str]) -> None:
    """Forget paths and patterns."""
    connection.executemany("DELETE FROM roots WHERE root = ?", [(root,) for root in roots])


def put_vectors(
    connection: sqlite3.Connection,
    fingerprint: str,
    keys: Sequence[bytes],
    vectors: NDArray[np.float32],
) -> None:
    """Keep float32 vectors of shape (keys, dimension), so that no text is embedded twice."""
    rows = [
        (fingerprint, key, vector.astype("<f4").tobytes())
        for key, vector in zip(keys, vectors, strict=True)
    ]
    connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)", rows)


def put_source(connection: sqlite3.Connection, update: SourceUpdate, *, epoch: int) -> None:
    """Make a source's new state the live one: all its passages at once."""
    state = update.state
    drop_source(connection, state.source, epoch=epoch)
    connection.execute(
        "INSERT INTO sources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            state.source,
            state.size,
            state.mtime_ns,
            state.checked_ns,
            state.sha256,
            state.pipeline,
            update.kind,
            update.title,
            _json(update.metadata),
            state.status,
            update.error,
        ),
    )
    if update.document is not None:
        connection.execute(
            "INSERT INTO documents VALUES (?, ?)", (state.source, pack_document(update.document))
        )
    put_passages(connection, update.passages, epoch=epoch)


def put_passages(
    connection: sqlite3.Connection, passages: Iterable[StoredPassage], *, epoch: int
) -> None:
    """Add passages to an epoch."""
    connection.executemany(
        "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                epoch,
                passage.id,
                passage.source,
                passage.ordinal,
                passage.start_index,
                passage.end_index,
                passage.page,
                _json(passage.section),
                passage.text,
                passage.text_key,
                passage.lead_in,
            )
            for passage in passages
        ],
    )


def drop_source(connection: sqlite3.Connection, source: str, *, epoch: int) -> None:
    """Remove a source and its passages of one epoch."""
    connection.execute("DELETE FROM passages WHERE epoch = ? AND source = ?", (epoch, source))
    connection.execute("DELETE FROM documents WHERE source = ?", (source,))
    connection.execute("DELETE FROM sources WHERE source = ?", (source,))


def put_exclusions(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Remember paths that `sync` must pass over."""
    connection.executemany("INSERT OR IGNORE INTO exclusions VALUES (?)", [(p,) for p in paths])


def drop_exclusions(connection: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Let `sync` visit these paths again."""
    connection.executemany("DELETE FROM exclusions WHERE path = ?", [(path,) for path in paths])


def touch_source(
    connection: sqlite3.Connection, source: str, *, mtime_ns: int, checked_ns: int
) -> None:
    """Note a new time of modification of a source whose content is the same."""
    connection.execute(
        "UPDATE sources SET mtime_ns = ?, checked_ns = ? WHERE source = ?",
        (mtime_ns, checked_ns, source),
    )


def drop_unused_vectors(connection: sqlite3.Connection, keys: Iterable[bytes]) -> None:
    """Forget those of `keys` whose text no passage of any epoch has any more."""
    connection.executemany(
        """DELETE FROM vectors WHERE text_key = ?1
           AND NOT EXISTS (SELECT 1 FROM passages WHERE text_key = ?1)""",
        [(key,) for key in keys],
    )


def drop_loose_vectors(connection: sqlite3.Connection) -> None:
    """Forget every vector whose text no passage has: a killed run leaves some."""
    connection.execute(
        """DELETE FROM vectors WHERE NOT EXISTS
           (SELECT 1 FROM passages p WHERE p.text_key = vectors.text_key)"""
    )


def drop_other_epochs(connection: sqlite3.Connection, epoch: int) -> None:
    """Forget the passages of every epoch but one."""
    connection.execute("DELETE FROM passages WHERE epoch <> ?", (epoch,))


def switch_epoch(
    connection: sqlite3.Connection,
    epoch: int,
    *,
    lexical: str,
    fingerprint: str,
    described: str,
    pipelines: Mapping[str, str],
) -> None:
    """Make a staged epoch the live one and forget all others with their vectors."""
    set_meta(
        connection,
        {
            "epoch": epoch,
            "lexical": lexical,
            "fingerprint": fingerprint,
            "fingerprint_text": described,
        },
    )
    connection.executemany(
        "UPDATE sources SET pipeline = ? WHERE source = ?",
        [(pipeline, source) for source, pipeline in pipelines.items()],
    )
    drop_other_epochs(connection, epoch)
    connection.execute("DELETE FROM vectors WHERE fingerprint <> ?", (fingerprint,))
    raise_generation(connection)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
