"""Finds the files to index below a path; knows which kinds are supported, opens none of them."""

import glob
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.documents.encoding import decode
from rag.documents.loading import kind_of
from rag.errors import DocumentError

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE = ".ragignore"
# Folders that hold what programs made, not what people wrote. Hidden ones are skipped anyway.
_MADE_BY_PROGRAMS = frozenset(("node_modules", "__pycache__", "venv", "site-packages"))
# Marks an index directory that was given another name than ".rag".
_INDEX_MARK = "catalog.sqlite3"


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A regular file: `size` in bytes, `mtime_ns` in nanoseconds since the epoch."""

    path: Path
    size: int
    mtime_ns: int


def expand(pattern: str) -> list[Path]:
    """Return the paths a shell pattern such as `docs/**/*.md` matches, sorted.

    A path that exists, or has no wildcard, gives itself.

    Raises:
        DocumentError: Nothing matches the wildcards.
    """
    plain = Path(pattern).expanduser()
    if plain.exists() or not glob.has_magic(pattern):
        return [plain]
    found = sorted(Path(name) for name in glob.iglob(str(plain), recursive=True))  # noqa: PTH207 - Path.glob misses hidden rules
    if not found:
        raise DocumentError(f"no file matches {pattern}; check the pattern and quote it")
    return found


def walk(
    root: Path, *, on_error: Callable[[Path, OSError], None] | None = None
) -> Iterator[FoundFile]:
    """Yield the files to index at or below `root`, sorted by path.

    A file named outright is yielded whatever its kind, so that loading it can say why it fails.
    In a folder only supported kinds count; hidden names, index directories, what `.ragignore`
    files exclude (gitignore rules, nested files too), and links that lead out of `root` do not.

    Args:
        root: A file or a folder.
        on_error: Told of each file or folder below `root` that cannot be read; without it the
            first one ends the walk.

    Raises:
        DocumentError: `root` is missing or neither file nor folder, or something below it cannot
            be read and nobody listens.
    """
    try:
        status = root.stat()
    except OSError as error:
        raise DocumentError(f"{root}: {error.strerror}; check the path") from error
    if stat.S_ISREG(status.st_mode):
        yield FoundFile(root, status.st_size, status.st_mtime_ns)
    elif stat.S_ISDIR(status.st_mode):
        yield from _Walk(root, on_error or _raise).folder(root, (), frozenset())
    else:
        raise DocumentError(f"{root}: wanted a file or folder, found a pipe or device")


def _raise(path: Path, error: OSError) -> None:
    raise DocumentError(f"{path}: {error.strerror}; check its permissions") from error


class _Walk:
    """One walk below `root`, which no link may leave."""

    def __init__(self, root: Path, on_error: Callable[[Path, OSError], None]) -> None:
        self._on_error = on_error
        self._real_root = Path(os.path.realpath(root))

    def folder(
        self,
        folder: Path,
        rules: "tuple[tuple[Path, GitIgnoreSpec], ...]",
        above: frozenset[Path],
    ) -> Iterator[FoundFile]:
        """Yield what is in `folder`; `above` are the real folders it is inside of."""
        real = Path(os.path.realpath(folder))
        if real in above:
            return
        try:
            names = sorted(entry.name for entry in folder.iterdir())
            rules = (*rules, *_own_rules(folder, names))
        except OSError as error:
            self._on_error(folder, error)
            return
        if _INDEX_MARK in names:
            return
        for name in names:
            yield from self._entry(folder / name, rules, above | {real})

    def _entry(
        self,
        path: Path,
        rules: "tuple[tuple[Path, GitIgnoreSpec], ...]",
        above: frozenset[Path],
    ) -> Iterator[FoundFile]:
        if path.name.startswith(".") or path.name in _MADE_BY_PROGRAMS:
            return
        try:
            if path.is_symlink() and not self._stays_inside(path):
                return
            status = path.stat()
        except OSError as error:
            self._on_error(path, error)
            return
        is_folder = stat.S_ISDIR(status.st_mode)
        if _is_ignored(path, is_folder, rules):
            return
        if is_folder:
            yield from self.folder(path, rules, above)
        elif stat.S_ISREG(status.st_mode) and kind_of(path):
            yield FoundFile(path, status.st_size, status.st_mtime_ns)

    def _stays_inside(self, link: Path) -> bool:
        return Path(os.path.realpath(link)).is_relative_to(self._real_root)


def _own_rules(folder: Path, names: list[str]) -> "list[tuple[Path, GitIgnoreSpec]]":
    if IGNORE_FILE not in names:
        return []
    from pathspec import GitIgnoreSpec

    lines = decode((folder / IGNORE_FILE).read_bytes()).splitlines()
    return [(folder, GitIgnoreSpec.from_lines(lines))]


def _is_ignored(
    path: Path, is_folder: bool, rules: "tuple[tuple[Path, GitIgnoreSpec], ...]"
) -> bool:
    """Ask the nearest ignore file first: what it says outweighs those above it."""
    for folder, spec in reversed(rules):
        name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
        verdict = spec.check_file(name).include
        if verdict is not None:
            return verdict
    return False
