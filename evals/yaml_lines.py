"""Read YAML and remember the line of everything in it; knows nothing of what it means."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from rag.errors import BenchError

Place = tuple[str | int, ...]
"""Keys and positions from the top, e.g. ("questions", 3, "quotes")."""
Loader = type[yaml.SafeLoader] | type[yaml.BaseLoader]


@dataclass(frozen=True, slots=True)
class Located:
    """A value in a YAML file that knows its line.

    Attributes:
        value: Dicts, lists and scalars.
        name: The file's name, for messages.
        place: Where the value is.
    """

    value: Any
    name: str
    place: Place = ()
    _lines: Mapping[Place, int] = field(default_factory=dict, repr=False)

    @property
    def line(self) -> int:
        """The line, from 1; of a mapping's entry that is the line of its key."""
        return self._lines.get(self.place, 1)

    def error(self, message: str) -> BenchError:
        """Return an error that names file and line."""
        return BenchError(f"{self.name}, line {self.line}: {message}")

    def expect(self, kind: type | tuple[type, ...], wanted: str) -> Any:  # noqa: ANN401 - of `kind`
        """Return the value.

        Raises:
            BenchError: It is no `kind`; true and false are no numbers.
        """
        kinds = kind if isinstance(kind, tuple) else (kind,)
        is_kind = isinstance(self.value, kinds)
        if not is_kind or (isinstance(self.value, bool) and bool not in kinds):
            raise self.error(f"wanted {wanted}, found {_shown(self.value)}")
        return self.value

    def child(self, key: str | int) -> "Located":
        """Return what stands at a key or position."""
        return Located(self.value[key], self.name, (*self.place, key), self._lines)

    def entries(self) -> "dict[str, Located]":
        """Return what stands at each key.

        Raises:
            BenchError: The value is no table.
        """
        self.expect(dict, "a table of keys and values")
        return {str(key): self._entry(key) for key in self.value}

    def children(self) -> "list[Located]":
        """Return the items of a list.

        Raises:
            BenchError: The value is no list.
        """
        self.expect(list, "a list")
        return [self.child(at) for at in range(len(self.value))]

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Let only known keys pass.

        Raises:
            BenchError: A key is unknown; the message names its line and the nearest known key.
        """
        for key, entry in self.entries().items():
            if key not in known:
                near = get_close_matches(key, known, n=1)
                meant = f"did you mean {near[0]!r}?" if near else f"use {', '.join(known)}"
                raise entry.error(f"unknown key {key!r}; {meant}")

    def _entry(self, key: object) -> "Located":
        # A key may be no text (3: …); its place is named by its spelling.
        return Located(self.value[key], self.name, (*self.place, str(key)), self._lines)


def read_yaml(path: Path, *, loader: Loader = yaml.SafeLoader) -> Located:
    """Read the one document of a YAML file.

    Args:
        path: The file, in UTF-8.
        loader: `yaml.BaseLoader` leaves every scalar as it is written.

    Raises:
        BenchError: It cannot be read, is no YAML, or a key stands twice in one table.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BenchError(f"{path}: {error.strerror or error}; check the path") from error
    except UnicodeDecodeError as error:
        raise BenchError(f"{path}: wanted UTF-8 text, found other bytes; save it again") from error
    return parse_yaml(text, path.name, loader=loader)


def parse_yaml(text: str, name: str, *, loader: Loader = yaml.SafeLoader) -> Located:
    """Read YAML from text; `name` stands in messages.

    Raises:
        BenchError: It is no YAML, or a key stands twice in one table.
    """
    try:
        parser = loader(text)
        node = parser.get_single_node()
        if node is None:
            return Located(None, name)
        lines = dict(_lines(node, (), name))
        return Located(parser.construct_document(node), name, (), lines)
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


def _shown(value: object) -> str:
    return "nothing" if value is None else f"{str(value)[:60]!r}"
