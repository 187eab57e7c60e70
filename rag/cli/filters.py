"""Reads `--filter` and `--meta` options; does not know which names or values exist."""

import re
from collections.abc import Sequence

import click

_CONDITION = re.compile(r"\s*([^=<>!]+?)\s*(!=|>=|<=|=|>|<)\s*(.*?)\s*", re.DOTALL)
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_OPERATORS = {">=": "gte", ">": "gt", "<=": "lte", "<": "lt", "!=": "ne"}
Filter = dict[str, object]


def parse_filters(conditions: Sequence[str]) -> Filter | None:
    """Return the filter that all of `conditions` make, None without any.

    "kind=pdf" given twice with other values means either; "page>=3" and "page<9" mean both.

    Raises:
        click.BadParameter: A condition has no operator, or mixes "=" with another for one name.
    """
    equal: dict[str, list[str]] = {}
    compared: dict[str, dict[str, object]] = {}
    for condition in conditions:
        name, sign, value = _split(condition)
        if sign == "=":
            equal.setdefault(name, []).append(value)
        else:
            compared.setdefault(name, {})[_OPERATORS[sign]] = _number_or_text(value)
    for name in equal.keys() & compared.keys():
        raise click.BadParameter(f'"{name}" has both "=" and another operator.')
    exact = {name: values[0] if len(values) == 1 else values for name, values in equal.items()}
    return {**exact, **compared} or None


def parse_metadata(pairs: Sequence[str]) -> dict[str, object]:
    """Return the metadata that "name=value" pairs give; a value that is a number becomes one.

    Raises:
        click.BadParameter: A pair has no name or no "=".
    """
    metadata: dict[str, object] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise click.BadParameter(f'"{pair}" is no NAME=VALUE.')
        metadata[name.strip()] = _as_written(value.strip())
    return metadata


def _split(condition: str) -> tuple[str, str, str]:
    match = _CONDITION.fullmatch(condition)
    if match is None or not match[3]:
        raise click.BadParameter(
            f'"{condition}" is no condition; write name=value, e.g. kind=pdf, page>=3, '
            "folder=docs/zh or date>=2026-01-31."
        )
    return match[1], match[2], match[3]


def _as_written(value: str) -> object:
    """Return a number only where it reads back the same: version 1.10 is not 1.1, nor is 007 7."""
    number = _number_or_text(value)
    return number if str(number) == value else value


def _number_or_text(value: str) -> object:
    """Return a number where `value` is one: metadata compares by size only with its own type."""
    if not _NUMBER.fullmatch(value):
        return value
    return float(value) if "." in value else int(value)
