"""Keeps the scores of pairs of question and passage on disk; knows no model but by fingerprint."""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rag.store.records import text_key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS scores (
    model TEXT NOT NULL, query BLOB NOT NULL, passage BLOB NOT NULL, score REAL NOT NULL,
    PRIMARY KEY (model, query, passage)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS rates (
    model TEXT PRIMARY KEY, pairs INTEGER NOT NULL, seconds REAL NOT NULL
) WITHOUT ROWID;
"""
_VARIABLES = 500

Score = Callable[[str, Sequence[str]], list[float]]


class RerankScores:
    """Scores by model, question and passage.

    Attributes:
        made: Pairs that a model had to score.
    """

    def __init__(self, file: Path) -> None:
        self.made = 0
        self._file = file
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def known(self, model: str, query: str, texts: Sequence[str]) -> dict[str, float]:
        """Return the scores that are kept, by text."""
        by_key = {text_key(text): text for text in texts}
        keys, found = list(by_key), {}
        for start in range(0, len(keys), _VARIABLES):
            batch = keys[start : start + _VARIABLES]
            marks = ",".join("?" * len(batch))
            with self._lock:
                rows = self._open().execute(
                    "SELECT passage, score FROM scores "  # noqa: S608 - only marks are put in
                    f"WHERE model = ? AND query = ? AND passage IN ({marks})",
                    (model, text_key(query), *batch),
                )
                found.update({by_key[key]: float(score) for key, score in rows})
        return found

    def make(self, model: str, query: str, texts: Sequence[str], score: Score) -> dict[str, float]:
        """Have texts scored and keep what comes of it at once; a killed run goes on from there."""
        started = time.perf_counter()
        scores = dict(zip(texts, score(query, texts), strict=True))
        seconds = time.perf_counter() - started
        rows = [(model, text_key(query), text_key(text), one) for text, one in scores.items()]
        with self._lock, self._open() as connection:
            connection.executemany("INSERT OR REPLACE INTO scores VALUES (?, ?, ?, ?)", rows)
            connection.execute(
                "INSERT INTO rates VALUES (?, ?, ?) ON CONFLICT (model) DO UPDATE SET "
                "pairs = pairs + excluded.pairs, seconds = seconds + excluded.seconds",
                (model, len(texts), seconds),
            )
        self.made += len(texts)
        return scores

    def pairs_per_second(self, model: str) -> float | None:
        """Return how fast the model was on this machine so far, None if it was never used."""
        with self._lock:
            row = (
                self._open()
                .execute("SELECT pairs, seconds FROM rates WHERE model = ?", (model,))
                .fetchone()
            )
        return None if row is None or row[1] <= 0 else float(row[0] / row[1])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(self._file, timeout=60, check_same_thread=False)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.executescript(_SCHEMA)
        return self._connection
