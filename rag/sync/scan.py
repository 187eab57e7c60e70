"""Looks at the disk: which files the index should hold; reads no content."""

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.documents.walk import FoundFile, expand, walk
from rag.errors import DocumentError
from rag.sync.naming import SourceNames, is_below
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
    roots: Mapping[str, Mapping[str, Any]], names: SourceNames, *, excluded: set[str]
) -> Scan:
    """Walk every root; where roots overlap, the more specific one's metadata wins."""
    found: dict[str, Found] = {}
    problems: list[Failure] = []
    for root in sorted(roots, key=lambda name: (name.count("/"), name)):
        for path in _paths(root, names, problems):
            _walk_into(found, problems, path, names, roots[root])
    kept = {
        name: file
        for name, file in sorted(found.items())
        if not any(is_below(name, one) for one in excluded)
    }
    return Scan(kept, tuple(problems), tuple(problem.source for problem in problems))


def _paths(root: str, names: SourceNames, problems: list[Failure]) -> list[Path]:
    path = names.path(root)
    if glob.has_magic(root) and not path.exists():
        try:
            return expand(str(path))
        except DocumentError:
            return []  # a pattern may match nothing today
    if path.exists():
        return [path]
    if path.suffix and path.parent.is_dir():
        return []  # a file that was deleted: its source has vanished
    problems.append(
        Failure(
            root,
            f"{root} is not there, so what the index holds of it is kept; bring it back, or "
            f"forget it with `rag remove {root}`",
        )
    )
    return []


def _walk_into(
    found: dict[str, Found],
    problems: list[Failure],
    path: Path,
    names: SourceNames,
    metadata: Mapping[str, Any],
) -> None:
    def note(where: Path, error: OSError) -> None:
        name = names.name(where)
        problems.append(Failure(name, f"{name} cannot be read: {error.strerror or error}"))

    try:
        for file in walk(path, on_error=note):
            found[names.name(file.path)] = Found(file, metadata)
    except DocumentError as error:
        problems.append(Failure(names.name(path), str(error)))
