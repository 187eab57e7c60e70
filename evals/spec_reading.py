"""Reads a benchmark's YAML spec; knows what may be said and in which range, and runs nothing.

Every key that is unknown, misspelt or out of range is refused with its line.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from evals.datasets.found import is_path
from evals.located import Located
from evals.report.formats import Format
from evals.spec import (
    BenchSpec,
    Budget,
    Clustering,
    Cost,
    HoldOut,
    Latency,
    Overrides,
    RivalCell,
    Statistics,
    Variant,
)
from evals.spec_chat import CHAT_CHECKS, check_chat, check_judge, read_judge
from evals.spec_sections import read_gate, read_measure, read_served
from rag.settings import Settings
from rag.settings.keys import did_you_mean, group_names, setting_keys

Group = TypeVar("Group")

# Where a cell runs and what it writes is the bench's business.
_NOT_VARIED = ("index_dir", "store.url", "store.collection", "documents", "server", "sources")
REPORTS = get_args(Format)
_KEYS = {
    "cells": "variants",
    **{one.name: one.name for one in fields(BenchSpec) if one.name != "variants"},
}


def read_spec(path: Path) -> BenchSpec:
    """Read a spec file; a dataset given as a path is taken from the file's folder.

    Raises:
        BenchError: Names the line of what is wrong.
    """
    return _spec(Located.read(path), default_name=path.stem, folder=path.parent)


def _spec(top: Located, *, default_name: str, folder: Path) -> BenchSpec:
    if not isinstance(top.value, dict):
        raise top.error("wanted a table with the key dataset; see evals/specs/sample.yaml")
    top.refuse_unknown(_KEYS)
    entries = {key: entry for key, entry in top.entries().items() if entry.value is not None}
    if "dataset" not in entries:
        raise top.error("wanted the key dataset: a set's name or path")
    readers: dict[str, Callable[[Located], Any]] = {
        "name": lambda e: e.expect(str, "a name"),
        "dataset": lambda e: _dataset(e, folder),
        "questions": _at_least_one,
        "base": _overrides,
        "grid": _grid,
        "cells": _variants,
        "rivals": _rivals,
        "exclude": lambda e: tuple(_overrides(one) for one in e.children()),
        "baseline": lambda e: e.value if isinstance(e.value, str) else _overrides(e),
        "measures": lambda e: tuple(read_measure(one) for one in e.children()),
        "primary": read_measure,
        "statistics": lambda e: _group(e, Statistics),
        "latency": lambda e: _group(e, Latency),
        "budget": lambda e: _group(e, Budget),
        "served": read_served,
        "rebuilds": _at_least_one,
        "judge": lambda e: read_judge(e, _checked),
        "calls_at_once": _at_least_one,
        "gate": lambda e: read_gate(e, folder),
        "report": lambda e: tuple(one.one_of(REPORTS) for one in e.children()),
    }
    given = {_KEYS[key]: readers[key](entry) for key, entry in entries.items()}
    spec = BenchSpec(**{"name": default_name, **given})
    check_judge(entries, spec)
    check_chat([found for one in _holding_settings(entries) for found in _settings(one)], spec)
    return spec


def _holding_settings(entries: Mapping[str, Located]) -> list[Located]:
    """Return all tables of settings in a spec."""
    tables = [entries[key] for key in ("base", "grid") if key in entries]
    for one in entries["cells"].children() if "cells" in entries else []:
        tables += [below for key, below in one.entries().items() if key == "settings"]
    tables += entries["exclude"].children() if "exclude" in entries else []
    tables += [e for k, e in entries.items() if k == "baseline" and isinstance(e.value, dict)]
    return tables


def _dataset(entry: Located, folder: Path) -> str:
    name: str = entry.expect(str, "a set's name or path")
    beside = folder / name
    return str(beside) if is_path(name) and beside.exists() else name


def _at_least_one(entry: Located) -> int:
    number: int = entry.expect(int, "a whole number")
    if number < 1:
        raise entry.error(f"wanted 1 or more, found {number}")
    return number


# Settings


def _overrides(entry: Located) -> Overrides:
    """Read settings, dotted or nested."""
    return {key: _checked(below, key) for key, below in _settings(entry)}


def _grid(entry: Located) -> Mapping[str, tuple[Any, ...]]:
    """Read settings with the values each takes."""
    axes: dict[str, tuple[Any, ...]] = {}
    for key, below in _settings(entry):
        choices = tuple(_checked(one, key) for one in below.children())
        if not choices:
            raise below.error("wanted at least one value")
        if len({repr(choice) for choice in choices}) < len(choices):
            raise below.error("a value stands here twice; keep one")
        axes[key] = choices
    return axes


def _settings(entry: Located) -> list[tuple[str, Located]]:
    """Return dotted keys with what stands below each."""
    found = []
    for key, below in entry.entries().items():
        if key in group_names() and isinstance(below.value, dict):
            found += [(f"{key}.{name}", value) for name, value in below.entries().items()]
        else:
            found.append((key, below))
    for key, below in found:
        if key not in setting_keys():
            raise below.error(f"no such setting{did_you_mean(key, setting_keys())}")
        if key in _NOT_VARIED or key.split(".")[0] in _NOT_VARIED:
            raise below.error(f"{key} has no effect on what is measured here; leave it out")
        if key in CHAT_CHECKS:
            CHAT_CHECKS[key](below)
    return found


def _checked(entry: Located, key: str) -> Any:  # noqa: ANN401 - of the setting's type
    """Return the value of a setting as the settings read it.

    Raises:
        BenchError: It is out of range.
    """
    group, _, name = key.rpartition(".")
    try:
        settings = Settings.model_validate({group: {name: entry.value}})
    except ValidationError as error:
        said = error.errors(include_url=False)[0]["msg"].removeprefix("Input ")
        raise entry.error(f"{entry.value!r} {said}") from error
    value = getattr(getattr(settings, group), name)
    return str(entry.file.folder / value) if isinstance(value, Path) else value


def _variants(entry: Located) -> tuple[Variant, ...]:
    found = []
    for one in entry.children():
        one.refuse_unknown(("name", "settings"))
        parts = one.entries()
        settings = parts.get("settings")
        found.append(Variant(_name(one), {} if settings is None else _overrides(settings)))
    return tuple(found)


def _rivals(entry: Located) -> tuple[RivalCell, ...]:
    from evals.cells import RIVALS

    found = []
    for one in entry.children():
        one.refuse_unknown(("name", "kind", "options"))
        parts = one.entries()
        if "kind" not in parts:
            raise one.error(f"wanted the key kind, one of {', '.join(RIVALS)}")
        kind = parts["kind"].one_of(tuple(RIVALS))
        options = parts["options"].expect(dict, "a table") if "options" in parts else {}
        found.append(RivalCell(_name(one) if "name" in parts else kind, kind, options))
    return tuple(found)


def _name(entry: Located) -> str:
    if "name" not in entry.value:
        raise entry.error("wanted the key name")
    name: str = entry.child("name").expect(str, "a name")
    if not name.strip():
        raise entry.error("wanted a name, found a blank one")
    return name


# Groups of plain values


_CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "alpha": (lambda v: 0 < v < 1, "between 0 and 1"),
    "margin": (lambda v: v >= 0, "of 0 or more"),
    "resamples": (lambda v: v >= 100, "of 100 or more"),
    "folds": (lambda v: v >= 2, "of 2 or more"),
    "test_share": (lambda v: 0 < v < 1, "between 0 and 1"),
    "embed_texts": (lambda v: v >= 0, "of 0 or more"),
    "model_calls": (lambda v: v >= 0, "of 0 or more"),
    "minutes": (lambda v: v > 0, "above 0"),
    "questions": (lambda v: v >= 0, "of 0 or more"),
    "repeats": (lambda v: v >= 1, "of 1 or more"),
    "warmup": (lambda v: v >= 0, "of 0 or more"),
    "seed": (lambda v: v >= 0, "of 0 or more"),
}
_CHOICES = {
    "cluster": get_args(Clustering),
    "holdout": get_args(HoldOut),
    "cost": get_args(Cost),
}
_FRACTIONS = ("alpha", "margin", "test_share", "minutes")


def _group(entry: Located, kind: type[Group]) -> Group:
    names = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    entry.refuse_unknown(names)
    given = {key: _value(below, key) for key, below in entry.entries().items()}
    return kind(**given)


def _value(entry: Located, key: str) -> Any:  # noqa: ANN401 - of the field's type
    if key in _CHOICES:
        return entry.one_of(_CHOICES[key])
    kinds: tuple[type, ...] = (int, float) if key in _FRACTIONS else (int,)
    check, said = _CHECKS[key]
    value: Any = entry.expect(
        kinds, f"a {'number' if key in _FRACTIONS else 'whole number'} {said}"
    )
    if not check(value):
        raise entry.error(f"wanted a number {said}, found {value}")
    return value
