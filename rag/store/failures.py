"""Tells a failure of the disk or of a server from damage; knows neither catalog nor index."""

import errno
from collections.abc import Iterator
from pathlib import Path

from rag.errors import StoreError, StoreUnavailableError

_FULL = ("disk is full", "no space left", "file too large", "quota exceeded")
_DENIED = ("readonly database", "permission denied", "read-only file system")
_AWAY = ("could not connect", "connection refused", "connection reset", "server disconnected")
_FULL_NUMBERS = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def store_error(wanted: str, error: BaseException, *, advice: str) -> StoreError:
    """Return the error that tells a user of `error` in one line.

    Args:
        wanted: What was to be done, e.g. "the catalog cannot be written".
        error: What came of it.
        advice: What to do if neither disk nor server is the cause.
    """
    told = one_line(error)
    if _is_full(error):
        return StoreUnavailableError(
            f"{wanted}: the disk is full ({told}); nothing was lost: free some space and run the "
            "command again"
        )
    if _says(error, _DENIED) or isinstance(error, PermissionError):
        return StoreUnavailableError(
            f"{wanted}: access was denied ({told}); check the owner and the permissions"
        )
    if "database is locked" in told:
        return StoreUnavailableError(f"{wanted}: {told}; another program holds it, try again")
    return StoreError(f"{wanted}: {told}; {advice}")


def is_away(error: BaseException) -> bool:
    """Tell whether a server could not be reached."""
    return _says(error, _AWAY) or any(
        type(one).__module__.startswith(("httpx", "httpcore")) and "HTTPStatus" not in repr(one)
        for one in _chain(error)
    )


def one_line(error: BaseException) -> str:
    """Return an error's message as one line, its type if it has none."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def disk_error(wanted: str, path: Path, error: OSError) -> StoreError:
    """Return the error for a file of the index that cannot be read or written."""
    return store_error(f"{wanted} {path}", error, advice="check the disk and the permissions")


def _is_full(error: BaseException) -> bool:
    numbers = (getattr(one, "errno", None) for one in _chain(error))
    return _says(error, _FULL) or any(number in _FULL_NUMBERS for number in numbers)


def _says(error: BaseException, words: tuple[str, ...]) -> bool:
    return any(word in str(one).lower() for one in _chain(error) for word in words)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
