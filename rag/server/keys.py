"""Keys of the server's callers: made once, kept as hashes in a private file; knows no requests."""

import hashlib
import hmac
import json
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from rag.errors import SettingsError
from rag.server.access import Caller

PREFIX = "rag-"
_BYTES = 32
_NAME = re.compile(r"[\w.-]{1,64}")


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
        self._stamp: tuple[int, int] | None = None
        self._keys: tuple[Key, ...] = ()

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
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp != self._stamp:
            _require_private(self.path, found)
            self._keys, self._stamp = _read(self.path), stamp
        return self._keys

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
        if any(key.name == name for key in self.keys()):
            raise SettingsError(f"a key is called {name} already; revoke it or take another name")
        secret = PREFIX + secrets.token_urlsafe(_BYTES)
        opened = None if collections is None else tuple(collections)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        self._write((*self.keys(), Key(name, _hash(secret), opened, can_write, created)))
        return secret

    def revoke(self, name: str) -> None:
        """Take a key away; a running server refuses it from the next request on.

        Raises:
            SettingsError: No key has that name.
        """
        kept = tuple(key for key in self.keys() if key.name != name)
        if len(kept) == len(self.keys()):
            names = ", ".join(key.name for key in self.keys()) or "none"
            raise SettingsError(f"no key is called {name}; there are: {names}")
        self._write(kept)

    def _write(self, keys: Sequence[Key]) -> None:
        """Replace the file in one step, so that a reader never sees half of it."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # Made with mode 0600.
        handle, made = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump({"keys": [asdict(key) for key in keys]}, file, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(made).replace(self.path)
        except OSError as error:
            Path(made).unlink(missing_ok=True)
            raise SettingsError(f"{self.path} cannot be written: {error.strerror}") from error
        self._stamp = None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def _require_private(path: Path, found: os.stat_result) -> None:
    if os.name == "posix" and found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise SettingsError(f"{path} can be read by others; run `chmod 600 {path}`")


def _read(path: Path) -> tuple[Key, ...]:
    try:
        rows = json.loads(path.read_text("utf-8"))["keys"]
        keys = tuple(Key(**row) for row in rows)
        return tuple(
            replace(key, collections=None if key.collections is None else tuple(key.collections))
            for key in keys
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"{path} is no file of keys; move it away and make new ones with `rag keys create`"
        ) from error
