"""`rag settings`: the effective settings as a rag.toml; does not know what they configure."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from rag.cli.shared import Invocation, json_option, print_json, printable

if TYPE_CHECKING:
    from rag.settings import LoadedSettings

HIDDEN = "****"
_SECRET = re.compile("key|token|secret|password|credential", re.IGNORECASE)


@click.command()
@json_option
@click.pass_obj
def settings(invocation: Invocation, as_json: bool) -> None:
    """Print every setting and where it comes from.

    The output is a valid rag.toml. Sources, the later outranks the earlier: defaults, rag.toml
    (or --config), RAG_* variables, arguments.
    """
    loaded = invocation.load_settings()
    if as_json:
        print_json(to_json(loaded))
    else:
        click.echo(to_toml(loaded))


def to_json(loaded: "LoadedSettings") -> dict[str, object]:
    """Return every setting's key, value and origin; a secret's value is never among them."""
    file = loaded.config_file
    rows = [
        {"key": key, "value": _plain_value(loaded, key), "origin": origin}
        for key, origin in loaded.origins.items()
    ]
    return {"config_file": None if file is None else str(file), "settings": rows}


def to_toml(loaded: "LoadedSettings") -> str:
    """Return the settings as TOML that gives the same settings when read as rag.toml."""
    from rag.settings.keys import description_of

    lines: list[str] = []
    table = ""
    for key, origin in loaded.origins.items():
        group, _, name = key.rpartition(".")
        if group != table:
            lines += ["", f"[{group}]"]
            table = group
        value = _plain_value(loaded, key)
        # A hidden key must not come back as a key when the output is kept as a file.
        off = "# " if HIDDEN in json.dumps(value, default=str) else ""
        lines.append(f"# {description_of(key)}")
        lines.append(f"{off}{name} = {_toml_value(value)}  # {printable(origin)}")
    return "\n".join(lines)


def _plain_value(loaded: "LoadedSettings", key: str) -> object:
    from rag.settings.keys import SOURCE_TABLES, is_secret

    value: object = loaded.settings
    for part in key.split("."):
        value = getattr(value, part)
    if value is not None and is_secret(key):
        return HIDDEN
    if key == SOURCE_TABLES and isinstance(value, list):
        return [_without_secrets(one.model_dump(mode="json")) for one in value]
    if isinstance(value, dict):
        return {name: str(one) for name, one in value.items()}
    return str(value) if isinstance(value, Path) else value


def _without_secrets(table: dict[str, Any]) -> dict[str, Any]:
    """Hide what a loader is given under a name that speaks of a secret."""
    return {
        name: _without_secrets(value)
        if isinstance(value, dict)
        else HIDDEN
        if _SECRET.search(name)
        else value
        for name, value in table.items()
    }


def _toml_value(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml_value, value)) + "]"
    if isinstance(value, dict):
        pairs = (f"{json.dumps(name)} = {_toml_value(one)}" for name, one in value.items())
        return "{" + ", ".join(pairs) + "}"
    # TOML's basic strings, numbers, booleans and lists are JSON's; its null is "none" here.
    return json.dumps("none" if value is None else value, ensure_ascii=False, default=str)
