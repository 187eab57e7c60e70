"""Read YAML and remember the line of everything in it; knows nothing of what it means."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from rag.errors import BenchError

Place = tuple[str | int, ...]
"""Keys and positions from the top, e.g. ("questions", 3, "quotes")."""
Loader = type[yaml.SafeLoader] | type[yaml.BaseLoader]


@dataclass(frozen=True, slots=True)
class YamlFile:
    """What a YAML file says, and where.

    Attributes:
        name: The file's name, for messages.
        value: Dicts, lists and scalars.
        lines: Place to its line, from 1; of a table's entry that is the line of its key.
        folder: Where it lies; what it names is looked for there.
    """

    name: str
    value: Any
    lines: Mapping[Place, int]
    folder: Path = Path()

    def line(self, *place: str | int) -> int:
        """Return the line of a place, or of the nearest place above it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def where(self, *place: str | int) -> str:
        """Return "FILE, line N" of a place."""
        return f"{self.name}, line {self.line(*place)}"

    def check_keys(self, place: Place, found: Collection[Any], allowed: Collection[str]) -> None:
        """Refuse keys at `place` that mean nothing.

        Raises:
            BenchError: One is unknown; the message names its line and the nearest known key.
        """
        for key in found:
            if key not in allowed:
                near = get_close_matches(str(key), allowed, n=1)
                meant = f"did you mean {near[0]!r}?" if near else f"use {', '.join(allowed)}"
                raise BenchError(f"{self.where(*place, key)}: unknown key {key!r}; {meant}")


def read_yaml(path: Path, *, loader: Loader) -> YamlFile:
    """Read the one document of a YAML file.

    Args:
        path: The file, in UTF-8.
        loader: `yaml.SafeLoader` for numbers, dates and so on; `yaml.BaseLoader` leaves every
            scalar as it is written.

    Raises:
        BenchError: It cannot be read, is no YAML, or a key stands twice in one table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BenchError(f"{path}: {error.strerror or error}; check the path") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path}: wanted UTF-8 text, found other bytes; save it again") from error
    return replace(parse_yaml(text, path.name, loader=loader), folder=path.parent)


def parse_yaml(text: str, name: str, *, loader: Loader) -> YamlFile:
    """Read YAML from text; `name` stands in messages.

    Raises:
        BenchError: It is no YAML, or a key stands twice in one table.
    """
    try:
        parser = loader(text)
        node = parser.get_single_node()
        if node is None:
            return YamlFile(name, None, {})
        lines = dict(_lines(node, (), name))
        return YamlFile(name, parser.construct_document(node), lines)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}, line {mark.line + 1}" if mark else name
        raise BenchError(f"{where}: not YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise BenchError(f"{name}: not YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise BenchError(f"{name}: a part refers to itself or is nested too deeply") from error


def _lines(node: yaml.Node, place: Place, name: str) -> Iterator[tuple[Place, int]]:
    if isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            yield (*place, at), item.start_mark.line + 1
            yield from _lines(item, (*place, at), name)
    elif isinstance(node, yaml.MappingNode):
        met: set[str] = set()
        for key, value in node.value:
            spelling, line = str(key.value), key.start_mark.line + 1
            if spelling in met:
                raise BenchError(f"{name}, line {line}: key {spelling!r} stands twice; keep one")
            met.add(spelling)
            yield (*place, spelling), line
            yield from _lines(value, (*place, spelling), name)
