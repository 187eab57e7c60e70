"""Looks at the disk: which files the index should hold; reads no content."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.documents.walk import FoundFile, expand, walk
from rag.errors import DocumentError
from rag.sync.naming import SourceNames, fixed_part, is_below, is_pattern
from rag.sync.report import Failure


@dataclass(frozen=True, slots=True)
class Found:
    """A file to index and the metadata its root was added with."""

    file: FoundFile
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scan:
    """What was found below some roots.

    Attributes:
        found: By source name.
        problems: What could not be looked at.
        unseen: Folders or files that could not be looked at: what the index holds of them is kept.
    """

    found: Mapping[str, Found]
    problems: tuple[Failure, ...]
    unseen: tuple[str, ...]


def scan_roots(
    roots: Mapping[str, Mapping[str, Any]],
    names: SourceNames,
    *,
    excluded: Collection[str],
    known: Collection[str],
) -> Scan:
    """Walk every root; where roots overlap, the more specific one's metadata wins.

    Args:
        roots: Files, folders and patterns by source name, with the metadata they were added with.
        names: How sources are named.
        excluded: What was removed by name: it is hidden from every root above it.
        known: The sources that the index holds.
    """
    scan = _Scanning(names, known)
    for root in sorted(roots, key=_specificity):
        hidden = [one for one in excluded if not is_below(root, one)]
        for path in scan.paths(root):
            scan.walk_into(path, roots[root], hidden)
    return Scan(dict(sorted(scan.found.items())), tuple(scan.problems), tuple(scan.unseen))


def _specificity(root: str) -> tuple[int, str]:
    fixed = fixed_part(root) if is_pattern(root) else root
    return (0 if fixed == "." else 1 + fixed.count("/"), root)


class _Scanning:
    """What one scan has found so far."""

    def __init__(self, names: SourceNames, known: Collection[str]) -> None:
        self._names = names
        self._known = known
        self.found: dict[str, Found] = {}
        self.problems: list[Failure] = []
        self.unseen: list[str] = []

    def paths(self, root: str) -> list[Path]:
        """Return the files and folders a root stands for today."""
        path = self._names.path(root)
        if path.exists():
            return [path]
        if is_pattern(root):
            return self._expanded(root)
        holds_files = any(name != root and is_below(name, root) for name in self._known)
        if path.suffix and path.parent.is_dir() and not holds_files:
            return []  # a file that was deleted: its source has vanished
        self._miss(root, root)
        return []

    def walk_into(self, path: Path, metadata: Mapping[str, Any], hidden: Collection[str]) -> None:
        """Note the files at or below `path`, but for what is hidden."""
        try:
            for file in walk(path, on_error=self._cannot_read):
                name = self._names.name(file.path)
                if not _is_utf8(name):
                    self._fail(_readable(name), "the name is not valid UTF-8; rename the file")
                elif not any(is_below(name, one) for one in hidden):
                    self.found[name] = Found(file, metadata)
        except DocumentError as error:
            self._fail(self._names.name(path), str(error))

    def _expanded(self, pattern: str) -> list[Path]:
        fixed = fixed_part(pattern)
        if not self._names.path(fixed).is_dir():
            self._miss(pattern, fixed)
            return []
        try:
            return expand(str(self._names.path(pattern)))
        except DocumentError:
            return []  # a pattern may match nothing today

    def _miss(self, root: str, place: str) -> None:
        self.problems.append(
            Failure(
                root,
                f"{place} is not there, so what the index holds of it is kept; bring it back, or "
                f"forget it with `rag remove {root}`",
            )
        )
        self.unseen.append(place)

    def _cannot_read(self, where: Path, error: OSError) -> None:
        name = self._names.name(where)
        self._fail(_readable(name), f"cannot be read: {error.strerror or error}")

    def _fail(self, name: str, reason: str) -> None:
        self.problems.append(Failure(name, f"{name}: {reason}"))
        self.unseen.append(name)


def _is_utf8(name: str) -> bool:
    """Tell whether a name is text; Linux allows any bytes, which Python carries as surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in name)


def _readable(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
