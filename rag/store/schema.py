"""The catalog's tables and how to open a connection to them; knows no rows."""

import os
import sqlite3
from pathlib import Path

from rag.errors import SchemaVersionError, StoreError

SCHEMA_VERSION = 1

# Passages carry an epoch: a rebuild stages the passages of the next epoch beside the live ones,
# and one transaction that raises meta.epoch makes the switch.
SCHEMA = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE roots (root TEXT PRIMARY KEY, metadata TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE exclusions (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    checked_ns INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    metadata TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('indexed', 'failed')),
    error TEXT
) WITHOUT ROWID;
CREATE TABLE documents (source TEXT PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE passages (
    epoch INTEGER NOT NULL,
    id TEXT NOT NULL,
    source TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    start_index INTEGER NOT NULL,
    end_index INTEGER NOT NULL,
    page INTEGER,
    section TEXT NOT NULL,
    text TEXT NOT NULL,
    text_key BLOB NOT NULL,
    PRIMARY KEY (epoch, id)
);
CREATE INDEX passages_of_source ON passages (epoch, source, ordinal);
CREATE INDEX passages_of_text ON passages (text_key);
CREATE TABLE vectors (
    fingerprint TEXT NOT NULL,
    text_key BLOB NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (fingerprint, text_key)
);
"""


def connect(path: Path) -> sqlite3.Connection:
    """Open the catalog at `path`, which must exist; its durability settings are the design's.

    Raises:
        StoreError: The file is no catalog.
        SchemaVersionError: It was written by a newer version of this program.
    """
    connection = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Deleted text is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        version = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        raise StoreError(
            f"{path} cannot be read as a catalog ({error}); restore it from a backup, or delete "
            f"{path.parent} and run `rag add` again"
        ) from error
    if int(version[0]) > SCHEMA_VERSION:
        connection.close()
        raise SchemaVersionError(
            f"{path} has schema {version[0]}, this version of rag reads up to {SCHEMA_VERSION}; "
            "upgrade rag"
        )
    return connection


def create(path: Path, *, index_id: str) -> None:
    """Make an empty catalog at `path`, for its owner only; it appears whole or not at all."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    connection = sqlite3.connect(draft, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        rows = {"schema": SCHEMA_VERSION, "index_id": index_id, "generation": 0, "epoch": 1}
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in rows.items()]
        )
        connection.execute("COMMIT")
    finally:
        connection.close()
    os.replace(draft, path)  # noqa: PTH105 - atomic on every platform
