"""Walks a YAML file value by value, each knowing its place and line; knows no spec."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from evals.yaml_lines import Place, YamlFile, read_yaml
from rag.errors import BenchError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Located:
    """A value of a YAML file and where it stands."""

    value: Any
    file: YamlFile
    place: Place = ()

    @classmethod
    def read(cls, path: Path) -> "Located":
        """Read a file.

        Raises:
            BenchError: It cannot be read, is no YAML, or holds a key twice.
        """
        file = read_yaml(path, loader=yaml.SafeLoader)
        return cls(file.value, file)

    def error(self, message: str) -> BenchError:
        """Return an error that names file, line and key."""
        keys = [str(part) for part in self.place if isinstance(part, str)]
        named = f"{keys[-1]}: " if keys else ""
        return BenchError(f"{self.file.where(*self.place)}: {named}{message}")

    def child(self, key: str | int) -> "Located":
        """Return what stands below `key`."""
        return Located(self.value[key], self.file, (*self.place, key))

    def children(self) -> "list[Located]":
        """Return the items of a list.

        Raises:
            BenchError: It is no list.
        """
        items: list[Any] = self.expect(list, "a list")
        return [self.child(row) for row in range(len(items))]

    def entries(self) -> "dict[str, Located]":
        """Return the entries of a table; its keys must be text.

        Raises:
            BenchError: It is no table.
        """
        table: dict[Any, Any] = self.expect(dict, "a table")
        for key in table:
            if not isinstance(key, str):
                raise self.error(f"wanted keys that are text, found {key!r}; put it in quotes")
        return {key: self.child(key) for key in table}

    def expect(self, kind: type[T] | tuple[type[T], ...], what: str) -> T:
        """Return the value, which must be of this kind; a truth value is no number.

        Raises:
            BenchError: It is not.
        """
        kinds = kind if isinstance(kind, tuple) else (kind,)
        truth = isinstance(self.value, bool) and bool not in kinds
        if truth or not isinstance(self.value, kinds):
            raise self.error(f"wanted {what}, found {self.value!r}")
        return self.value

    def one_of(self, known: Sequence[str]) -> str:
        """Return the value, which must be one of these words.

        Raises:
            BenchError: It is not.
        """
        text: str = self.expect(str, f"one of {', '.join(known)}")
        if text not in known:
            raise self.error(f"wanted one of {', '.join(known)}, found {text!r}")
        return text

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """Refuse keys that are not among `known`.

        Raises:
            BenchError: Names the line of the first such key and the key that may be meant.
        """
        self.file.check_keys(self.place, self.entries(), list(known))
