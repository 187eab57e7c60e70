"""Reads what a spec says of served engines and of its gate; knows no other part of a spec."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from evals.engines.kinds import CHROMA, ENGINES, engine_options
from evals.located import Located
from evals.measuring import MeasureName
from evals.spec import Gate, ServedEngine
from rag.errors import BenchError


def read_measure(entry: Located) -> str:
    """Return a measure's name as it is spelt.

    Raises:
        BenchError: There is no such measure.
    """
    text: str = entry.expect(str, "a measure such as nDCG@10")
    try:
        return str(MeasureName.parse(text))
    except ValueError as error:
        raise entry.error(str(error)) from error


def read_served(entry: Located) -> tuple[ServedEngine, ...]:
    """Read `true` (the product's Chroma), `false`, or a list of engines by kind or as tables.

    Raises:
        BenchError: Names the line of what is wrong.
    """
    if isinstance(entry.value, bool):
        return (ServedEngine(CHROMA, CHROMA),) if entry.value else ()
    if not isinstance(entry.value, list):
        raise entry.error(f"wanted true, false, or a list of {', '.join(ENGINES)}")
    engines = tuple(_engine(one) for one in entry.children())
    names = [one.name for one in engines]
    for name in names:
        if names.count(name) > 1:
            raise entry.error(f"two engines are called {name!r}; give each a name of its own")
    return engines


def _engine(entry: Located) -> ServedEngine:
    if not isinstance(entry.value, dict):
        kind = entry.one_of(tuple(ENGINES))
        return ServedEngine(kind, kind)
    entry.refuse_unknown(("name", "kind", "options"))
    parts = entry.entries()
    if "kind" not in parts:
        raise entry.error(f"wanted the key kind, one of {', '.join(ENGINES)}")
    kind = parts["kind"].one_of(tuple(ENGINES))
    name = parts["name"].expect(str, "a name") if "name" in parts else kind
    return ServedEngine(_engine_name(name, entry), kind, _options(kind, parts.get("options")))


def _engine_name(name: str, entry: Located) -> str:
    # A dot parts the engine from what was measured of it in a result.
    if not name.strip() or "." in name:
        raise entry.error(f"wanted a name without a full stop, found {name!r}")
    return name


def _options(kind: str, entry: Located | None) -> dict[str, Any]:
    if entry is None:
        return {}
    given: dict[str, Any] = entry.expect(dict, "a table")
    try:
        engine_options(kind, given)
    except BenchError as error:
        raise entry.error(str(error)) from error
    return given


def read_gate(entry: Located, folder: Path) -> Gate:
    """Read the gate; its baseline is a file beside the spec.

    Raises:
        BenchError: Names the line of what is wrong.
    """
    readers: dict[str, Callable[[Located], Any]] = {
        "baseline": lambda e: str(folder / e.expect(str, "the path of a results.json")),
        "measures": lambda e: tuple(read_measure(one) for one in e.children()),
        "cells": lambda e: tuple(one.expect(str, "a cell's name") for one in e.children()),
        "margin": lambda e: _number(e, at_most=None),
        "alpha": lambda e: _number(e, at_most=1.0),
    }
    entry.refuse_unknown(readers)
    parts = entry.entries()
    if "baseline" not in parts:
        raise entry.error("wanted the key baseline: the results.json not to fall short of")
    return Gate(**{key: readers[key](below) for key, below in parts.items()})


def _number(entry: Located, *, at_most: float | None) -> float:
    value = float(entry.expect((int, float), "a number"))
    if at_most is None and not 0 <= value < float("inf"):
        raise entry.error(f"wanted a number of 0 or more, found {value:g}")
    if at_most is not None and not 0 < value < at_most:
        raise entry.error(f"wanted a number between 0 and {at_most:g}, found {value:g}")
    return value
