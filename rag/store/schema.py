"""The catalog's tables and how to open a connection to them; knows no rows."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Self

from rag.errors import SchemaVersionError, StoreError
from rag.store.failures import store_error

CATALOG_FILE = "catalog.sqlite3"

SCHEMA_VERSION = 2

# What makes a catalog of each earlier version one of the next.
_STEPS = {1: "ALTER TABLE passages ADD COLUMN lead_in TEXT NOT NULL DEFAULT ''"}

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
    lead_in TEXT NOT NULL DEFAULT '',
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


class CatalogCursor(sqlite3.Cursor):
    """A cursor whose failures are a user's errors, in one line."""

    def execute(self, sql: str, parameters: Any = (), /) -> Self:  # noqa: ANN401
        """Run a statement."""
        with _store_errors():
            return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> Self:
        """Run a statement for each of the parameters."""
        with _store_errors():
            return super().executemany(sql, parameters)

    def fetchone(self) -> Any:  # noqa: ANN401
        """Return the next row, None after the last."""
        with _store_errors():
            return super().fetchone()

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        with _store_errors():
            return super().fetchall()

    def __next__(self) -> Any:  # noqa: ANN401
        try:
            return super().__next__()
        except sqlite3.Error as error:
            raise _catalog_error(error) from error


class CatalogConnection(sqlite3.Connection):
    """A connection whose failures are a user's errors, in one line."""

    def execute(self, sql: str, parameters: Any = (), /) -> CatalogCursor:  # noqa: ANN401
        """Run a statement in a cursor of its own."""
        return self.cursor(CatalogCursor).execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> CatalogCursor:
        """Run a statement for each of the parameters."""
        return self.cursor(CatalogCursor).executemany(sql, parameters)


def connect(path: Path) -> CatalogConnection:
    """Open the catalog at `path`, which must exist; its durability settings are the design's.

    Raises:
        StoreError: The file is no catalog, or damaged.
        StoreUnavailableError: The disk does not let us.
        SchemaVersionError: It was written by a newer version of this program.
    """
    with _store_errors():
        connection = sqlite3.connect(
            path,
            timeout=30,
            isolation_level=None,
            check_same_thread=False,
            factory=CatalogConnection,
        )
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        # Deleted text is overwritten, not only unlinked.
        connection.execute("PRAGMA secure_delete = ON")
        # SQLite's own lower() knows ASCII only.
        connection.create_function("casefold", 1, _casefold, deterministic=True)
        version = connection.execute("SELECT value FROM meta WHERE key = 'schema'").fetchone()
        _check_version(path, version)
        if int(version[0]) < SCHEMA_VERSION:
            _upgrade(connection)
    except StoreError:
        connection.close()
        raise
    return connection


def _check_version(path: Path, version: tuple[str] | None) -> None:
    if version is None:
        raise StoreError(
            f"{path} is no catalog of this program; choose another folder with `rag --index`"
        )
    if int(version[0]) > SCHEMA_VERSION:
        raise SchemaVersionError(
            f"{path} has schema {version[0]}, this version of rag reads up to {SCHEMA_VERSION}; "
            "upgrade rag"
        )


def _upgrade(connection: CatalogConnection) -> None:
    """Make the catalog one of this version, unless another process has done so meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        query = "SELECT value FROM meta WHERE key = 'schema'"
        for version in range(int(connection.execute(query).fetchone()[0]), SCHEMA_VERSION):
            connection.execute(_STEPS[version])
        connection.execute("UPDATE meta SET value = ? WHERE key = 'schema'", (str(SCHEMA_VERSION),))
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _casefold(value: object) -> str:
    return str(value).casefold()


@contextmanager
def _store_errors() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _catalog_error(error) from error


def _catalog_error(error: sqlite3.Error) -> StoreError:
    if "disk I/O error" in str(error) or "unable to open" in str(error):
        advice = "check the disk, its free space and the permissions, then run the command again"
    else:
        advice = "restore it from a backup, or delete the index folder and run `rag add` again"
    return store_error(f"the catalog ({CATALOG_FILE}) cannot be used", error, advice=advice)


def create(path: Path, *, index_id: str) -> None:
    """Make an empty catalog at `path`, for its owner only; it appears whole or not at all."""
    draft = path.with_name("catalog.new")
    for leftover in (draft, path):
        _remove_journals(leftover)
    draft.unlink(missing_ok=True)
    draft.touch(mode=0o600)
    with _store_errors(), closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN")
        for statement in SCHEMA.split(";\n"):
            connection.execute(statement)
        rows = {"schema": SCHEMA_VERSION, "index_id": index_id, "generation": 0, "epoch": 1}
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in rows.items()]
        )
        connection.execute("COMMIT")
    os.replace(draft, path)  # noqa: PTH105 - atomic on every platform


def _remove_journals(path: Path) -> None:
    """Delete the journals of a database that is gone: SQLite would play them into the next one."""
    for ending in ("-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)
