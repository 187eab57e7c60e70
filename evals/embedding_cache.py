"""An embedding model that remembers every vector on disk; knows neither passages nor questions.

Keyed by the model's fingerprint and the text's SHA-256, so moved, re-split and shared texts are
embedded once, whichever cell, benchmark or process asked first.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.embedding.fingerprint import Fingerprint
from rag.embeddings import PassageEmbeddings
from rag.store.records import text_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    model TEXT NOT NULL, kind TEXT NOT NULL, key BLOB NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (model, kind, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rates (
    model TEXT PRIMARY KEY, tokens INTEGER NOT NULL, seconds REAL NOT NULL
) WITHOUT ROWID;
"""
# Written after so many, so that a killed run does not start over.
_KEEP_EVERY = 256
_VARIABLES = 500

PASSAGE, QUERY = "passage", "query"


class CachedEmbeddings(Embeddings):
    """The model `inner`, asked only for what no run has asked it before; a `PassageEmbeddings`.

    Attributes:
        embedded: Passages that `inner` had to embed.
        path: The file that vectors are kept in.
    """

    def __init__(self, inner: PassageEmbeddings, path: Path) -> None:
        self.inner = inner
        self.embedded = 0
        self.path = path
        self._local = threading.local()
        self._unknown: dict[str, float] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection.executescript(_SCHEMA)

    @property
    def fingerprint(self) -> Fingerprint:
        """The model's."""
        return self.inner.fingerprint

    @property
    def max_tokens(self) -> int:
        """The model's."""
        return self.inner.max_tokens

    @property
    def dimension(self) -> int:
        """The model's."""
        return self.inner.dimension

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of content tokens of each text."""
        return self.inner.count_tokens(texts)

    def unknown_share(self, text: str) -> float:
        """Return the model's share of unknown tokens; 0 where the model has no such notion."""
        if text not in self._unknown:
            ask = getattr(self.inner, "unknown_share", None)
            self._unknown[text] = 0.0 if ask is None else float(ask(text))
        return self._unknown[text]

    def known(self, keys: Iterable[bytes]) -> set[bytes]:
        """Return those text keys (`text_key`) whose passage vectors are kept."""
        return {key for key, _ in self._rows(PASSAGE, list(keys), "key, NULL")}

    def knows_queries(self, texts: Sequence[str]) -> bool:
        """Return whether the vectors of all these questions are kept."""
        keys = {text_key(text) for text in texts}
        return len({key for key, _ in self._rows(QUERY, list(keys), "key, NULL")}) == len(keys)

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension); `progress` gets the number done."""
        keys = [text_key(text) for text in texts]
        vectors = self._kept(PASSAGE, keys)
        missing = {k: t for k, t in zip(keys, texts, strict=True) if k not in vectors}
        order = sorted(missing, key=lambda key: (len(missing[key]), key))
        for start in range(0, len(order), _KEEP_EVERY):
            batch = order[start : start + _KEEP_EVERY]
            vectors.update(self._embed(batch, [missing[key] for key in batch]))
            if progress is not None:
                progress(len(texts) - len(order) + start + len(batch))
        if not keys:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.stack([vectors[key] for key in keys])

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question."""
        key = text_key(text)
        kept = self._kept(QUERY, [key])
        if key not in kept:
            vector = np.asarray(self.inner.embed_query(text), dtype=np.float32)
            self._keep(QUERY, {key: vector})
            return [float(number) for number in vector]
        return [float(number) for number in kept[key]]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return what `embed_passages` returns, as LangChain wants it."""
        vectors: list[list[float]] = self.embed_passages(texts).tolist()
        return vectors

    def tokens_per_second(self) -> float | None:
        """Return how fast the model was on this machine so far, None if it was never used."""
        row = self._connection.execute(
            "SELECT tokens, seconds FROM rates WHERE model = ?", (self.fingerprint.digest,)
        ).fetchone()
        return None if row is None or row[1] <= 0 else float(row[0] / row[1])

    def put(self, kind: str, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors that were made elsewhere, of `kind` "passage" or "query"."""
        keys = [text_key(text) for text in texts]
        self._keep(kind, dict(zip(keys, np.asarray(vectors, dtype=np.float32), strict=True)))

    def close(self) -> None:
        """Close the calling thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
            self._local.connection = None

    def _embed(
        self, keys: Sequence[bytes], texts: Sequence[str]
    ) -> dict[bytes, NDArray[np.float32]]:
        started = time.perf_counter()
        made = self.inner.embed_passages(texts)
        seconds = time.perf_counter() - started
        vectors = dict(zip(keys, made, strict=True))
        self._keep(PASSAGE, vectors)
        self._note_rate(sum(self.count_tokens(texts)), seconds)
        self.embedded += len(texts)
        return vectors

    def _note_rate(self, tokens: int, seconds: float) -> None:
        with self._connection as connection:
            connection.execute(
                "INSERT INTO rates VALUES (?, ?, ?) ON CONFLICT (model) DO UPDATE SET "
                "tokens = tokens + excluded.tokens, seconds = seconds + excluded.seconds",
                (self.fingerprint.digest, tokens, seconds),
            )

    def _keep(self, kind: str, vectors: dict[bytes, NDArray[np.float32]]) -> None:
        model = self.fingerprint.digest
        rows = [(model, kind, key, vector.tobytes()) for key, vector in vectors.items()]
        with self._connection as connection:
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def _kept(self, kind: str, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        rows = self._rows(kind, keys, "key, vector")
        return {key: np.frombuffer(vector, dtype=np.float32) for key, vector in rows}

    def _rows(
        self, kind: str, keys: Sequence[bytes], columns: str
    ) -> Iterator[tuple[bytes, bytes]]:
        for start in range(0, len(keys), _VARIABLES):
            batch = keys[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            yield from self._connection.execute(
                f"SELECT {columns} FROM vectors WHERE model = ? AND kind = ? AND key IN ({marks})",  # noqa: S608
                (self.fingerprint.digest, kind, *batch),
            )

    @property
    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite3.connect(self.path, timeout=60)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
        return connection


class FreshQueries(CachedEmbeddings):
    """Asks the model for every question, so that a question takes the time it takes."""

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question, made now."""
        return [float(number) for number in self.inner.embed_query(text)]
