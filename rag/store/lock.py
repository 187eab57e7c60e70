"""The writer's lock: one process writes to an index at a time; knows nothing of what it writes."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import IndexLockedError
from rag.store.failures import disk_error


@contextmanager
def writer_lock(index_dir: Path, *, purpose: str) -> Iterator[None]:
    """Hold the index for writing; a kill releases it.

    The operating system holds the lock, so a dead owner never blocks. The owner's pid and purpose
    are in a file of their own, for on Windows a locked file cannot be read by others.

    Args:
        index_dir: The index.
        purpose: What the owner does, for the message the next one gets ("rag sync").

    Raises:
        IndexLockedError: Another process holds it; the message says which.
    """
    owner_file = index_dir / "lock.owner"
    lock = FileLock(index_dir / "lock", timeout=0, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise IndexLockedError(
            f"index {index_dir} is being written by {_owner(owner_file)}; wait until it ends or "
            "stop it, then try again"
        ) from error
    except OSError as error:
        raise disk_error("cannot lock index", index_dir, error) from error
    try:
        _write_owner(owner_file, purpose)
        yield
    finally:
        owner_file.unlink(missing_ok=True)
        lock.release()


def _write_owner(path: Path, purpose: str) -> None:
    owner = {"pid": os.getpid(), "purpose": purpose, "program": Path(sys.argv[0]).name}
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(owner, file)
    except OSError as error:
        raise disk_error("cannot write", path, error) from error


def _owner(path: Path) -> str:
    try:
        owner = json.loads(path.read_text(encoding="utf-8"))
        return f"process {owner['pid']} ({owner['purpose']})"
    except (OSError, ValueError, KeyError, TypeError):
        # The owner is between taking the lock and writing its name, or just leaving.
        return "another process"
