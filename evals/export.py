"""Writes settings that won into a rag.toml and leaves all else in it alone; runs nothing."""

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals.results import BenchResult
from rag.errors import BenchError, SettingsError
from rag.settings import load_settings

_TABLE = re.compile(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?")


def chosen_overrides(result: BenchResult, cell: str | None) -> Mapping[str, Any]:
    """Return the settings to write: those of `cell`, else of the recommended one.

    Raises:
        BenchError: There is no such cell, it is a rival, or nothing was recommended.
    """
    if cell is None:
        if result.recommendation is None:
            raise BenchError("the result recommends no cell; name one with --cell")
        return result.recommendation.overrides
    found = result.cell(cell)
    if found.rival is not None:
        raise BenchError(f"{cell} is a rival ({found.rival}); only our own settings can be written")
    return found.overrides


def export(overrides: Mapping[str, Any], file: Path, *, note: str) -> str:
    """Return the text of a rag.toml with these settings; comments and other settings stay.

    Args:
        overrides: Dotted settings.
        file: The rag.toml to start from; it need not exist.
        note: Said in a comment beside every setting that is written.

    Raises:
        BenchError: The file cannot be read or is no TOML.
    """
    try:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise BenchError(f"{file} cannot be read as TOML: {error}; correct it") from error
    lines = text.splitlines()
    for key, value in overrides.items():
        lines = _set(lines, key, f"{json.dumps('none' if value is None else value)}  # {note}")
    return "\n".join(lines) + "\n"


def check_written(text: str, file: Path, overrides: Mapping[str, Any]) -> None:
    """Make sure that the text, read as rag.toml, gives these settings.

    Raises:
        BenchError: It does not: the file spells a table in a way that this program cannot edit.
    """
    draft = file.with_name(f".{file.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        settings = load_settings(config=draft, environ={}).settings
    except (OSError, SettingsError) as error:
        raise BenchError(f"{file} cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    for key, value in overrides.items():
        found: Any = settings
        for part in key.split("."):
            found = getattr(found, part)
        if found != value and str(found) != str(value):
            raise BenchError(f"{file}: {key} cannot be set beside what is there; set it by hand")


def _set(lines: list[str], key: str, value: str) -> list[str]:
    """Return the lines with one setting replaced, or added to its table, or with a new table."""
    table, _, name = key.rpartition(".")
    start = next((row for row, line in enumerate(lines) if _table_of(line) == table), None)
    if start is None:
        return [*lines, *([""] if lines else []), f"[{table}]", f"{name} = {value}"]
    end = next(
        (row for row in range(start + 1, len(lines)) if _TABLE.fullmatch(lines[row])), len(lines)
    )
    for row in range(start + 1, end):
        if re.match(rf"\s*{re.escape(name)}\s*=", lines[row]):
            return [*lines[:row], f"{name} = {value}", *lines[row + 1 :]]
    return [*lines[: start + 1], f"{name} = {value}", *lines[start + 1 :]]


def _table_of(line: str) -> str | None:
    match = _TABLE.fullmatch(line)
    return match[1].strip() if match else None
