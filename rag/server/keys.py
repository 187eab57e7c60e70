"""Keys of the server's callers: made once, kept as hashes in a private file; knows no requests."""

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.errors import SettingsError
from rag.server.access import Caller

PREFIX = "rag-"
_BYTES = 32
_NAME = re.compile(r"[\w.-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PATIENCE_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Key:
    """A caller's key; `sha256` is of the whole key, which is kept nowhere."""

    name: str
    sha256: str
    collections: tuple[str, ...] | None
    can_write: bool
    created: str

    @property
    def caller(self) -> Caller:
        """Whom the key stands for."""
        opened = None if self.collections is None else frozenset(self.collections)
        return Caller(self.name, opened, self.can_write)


class KeyFile:
    """The keys of one server, read again when the file has changed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stamp: tuple[int, ...] | None = None
        self._keys: tuple[Key, ...] = ()
        self._was_there = False

    def keys(self) -> tuple[Key, ...]:
        """Return all keys, none if there is no file.

        Raises:
            SettingsError: The file is no key file, or others than its owner can read it.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._keys = None, ()
            return ()
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be read: {error.strerror}") from error
        self._was_there = True
        stamp = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
        if stamp != self._stamp:
            _require_private(self.path, found)
            self._keys, self._stamp = _read(self.path), stamp
        return self._keys

    def are_needed(self) -> bool:
        """Tell whether callers need a key: from when there are keys, though all be revoked again.

        Whoever takes the last key away means to shut somebody out, not to let everybody in.

        Raises:
            SettingsError: See `keys`.
        """
        self.keys()
        return self._was_there

    def find(self, secret: str) -> Key | None:
        """Return the key that `secret` is, None if it is none; every key is compared in full."""
        wanted = _hash(secret)
        found = None
        for key in self.keys():
            if hmac.compare_digest(key.sha256, wanted):
                found = key
        return found

    def create(
        self, name: str, *, collections: Sequence[str] | None = None, can_write: bool = False
    ) -> str:
        """Add a key of 256 random bits and return it: it cannot be shown again.

        Raises:
            SettingsError: The name is taken or cannot be one.
        """
        if not _NAME.fullmatch(name):
            raise SettingsError(f"{name!r} cannot name a key; use letters, digits, . _ -")
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        opened = None if collections is None else tuple(collections)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        with self._changing():
            if any(key.name == name for key in self.keys()):
                raise SettingsError(
                    f"a key is called {name} already; revoke it or take another name"
                )
            self._write((*self.keys(), Key(name, _hash(secret), opened, can_write, created)))
        return secret

    def revoke(self, name: str) -> None:
        """Take a key away; a running server refuses it from the next request on.

        Raises:
            SettingsError: No key has that name.
        """
        with self._changing():
            kept = tuple(key for key in self.keys() if key.name != name)
            if len(kept) == len(self.keys()):
                names = ", ".join(key.name for key in self.keys()) or "none"
                raise SettingsError(f"no key is called {name}; there are: {names}")
            self._write(kept)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Let one process at a time change the file: none may bring back what another revoked."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(f"{self.path}.lock", timeout=_PATIENCE_SECONDS, mode=0o600):
                yield
        except Timeout as error:
            raise SettingsError(f"another process is changing {self.path}; try again") from error
        except OSError as error:
            raise SettingsError(f"{self.path} cannot be written: {error.strerror}") from error

    def _write(self, keys: Sequence[Key]) -> None:
        """Replace the file in one step, so that a reader never sees half of it."""
        # Made with mode 0600.
        handle, made = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"keys": [asdict(key) for key in keys]}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(made).replace(self.path)
        except OSError:
            Path(made).unlink(missing_ok=True)
            raise
        self._stamp = None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _require_private(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise SettingsError(f"{path} is no file; move it away, or set server.keys_file")
    if os.name == "posix" and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} can be read by others; run `chmod 600 {path}`")


def _read(path: Path) -> tuple[Key, ...]:
    try:
        return tuple(_key(row) for row in json.loads(path.read_text("utf-8"))["keys"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError(
            f"{path} is no file of keys; move it away and make new ones with `rag keys create`"
        ) from error


def _key(row: dict[str, Any]) -> Key:
    """Return the key of a row; raises what `_read` catches where anything is not as it should be.

    A list of collections that was damaged must not open others, nor a word mean "may write".
    """
    opened, can_write = row["collections"], row["can_write"]
    names = [] if opened is None else opened
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError("collections")
    if not isinstance(can_write, bool) or not _SHA256.fullmatch(row["sha256"]):
        raise ValueError("can_write or sha256")
    if not _NAME.fullmatch(row["name"]):
        raise ValueError("name")
    collections = None if opened is None else tuple(names)
    return Key(row["name"], row["sha256"], collections, can_write, str(row["created"]))
