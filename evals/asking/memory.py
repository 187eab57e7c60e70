"""Keeps what chat models replied, on disk and by hash; knows no model and no prompt."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from langchain_core.messages import BaseMessage

_SCHEMA = "CREATE TABLE IF NOT EXISTS replies (key TEXT PRIMARY KEY, text TEXT, ended TEXT)"


@dataclass(frozen=True, slots=True)
class KeptReply:
    """What a model wrote and why it stopped, None if it did not say."""

    text: str
    ended: str | None


class CallMemory:
    """Replies by the hash of model, parameters and messages, written one by one.

    Neither a key nor an endpoint stands in the file, only hashes and replies.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        self._connection = sqlite3.connect(path, timeout=60, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        with self._connection:
            self._connection.execute(_SCHEMA)

    def get(self, key: str) -> KeptReply | None:
        """Return the reply kept under a key, None if there is none."""
        with self._lock:
            row = self._connection.execute(
                "SELECT text, ended FROM replies WHERE key = ?", (key,)
            ).fetchone()
        return None if row is None else KeptReply(*row)

    def put(self, key: str, reply: KeptReply) -> None:
        """Keep a reply; it survives a kill from here on."""
        with self._lock, self._connection as connection:
            connection.execute(
                "INSERT OR REPLACE INTO replies VALUES (?, ?, ?)", (key, reply.text, reply.ended)
            )

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def call_key(identity: str, draw: int, messages: Sequence[BaseMessage]) -> str:
    """Return the hash of one call.

    Args:
        identity: The model and its parameters.
        draw: Which of several replies to the same messages.
        messages: The rendered prompt.
    """
    said = [[message.type, message.text] for message in messages]
    text = json.dumps([identity, draw, said], ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
