"""Merge defaults, rag.toml, environment and arguments; does not know what any setting means."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rag.errors import SettingsError
from rag.settings.groups import Settings
from rag.settings.keys import is_secret, setting_keys
from rag.settings.sources import (
    DEFAULT,
    ConfigFile,
    Entry,
    Layer,
    describe_unknown,
    find_config,
    read_arguments,
    read_environment,
    read_fallbacks,
    read_toml,
)


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The effective settings and where each of them comes from.

    Attributes:
        settings: The merged, validated settings.
        origins: For every dotted key: "default", "rag.toml: <path>", "environment: <variable>" or
            "argument".
        config_file: The rag.toml that was read, None if there was none.
    """

    settings: Settings
    origins: Mapping[str, str]
    config_file: Path | None


def load_settings(
    *,
    config: Path | None = None,
    start: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, object] | None = None,
) -> LoadedSettings:
    """Return the effective settings: defaults < rag.toml < RAG_* environment < arguments.

    Args:
        config: The configuration file; it must exist. None: RAG_CONFIG if set, else the nearest
            rag.toml in `start` or a folder above it, else none.
        start: Where the search for rag.toml begins; None: the working directory.
        environ: The environment; None: the process's own.
        overrides: Values of the highest rank, by dotted key ("retrieval.k") or nested.

    Raises:
        SettingsError: A key, variable, type or value is wrong, or `config` cannot be read. Each
            line of the message names one key and the file or variable it stands in.
    """
    environ = os.environ if environ is None else environ
    file = find_config(config, Path.cwd() if start is None else start, environ)
    layers: list[Layer] = []
    if file is not None:
        layers += [_project_index(file), read_toml(file.path)]
    layers += [read_environment(environ), read_arguments(overrides or {})]
    merged = _merge(layers)
    merged = read_fallbacks(environ, chat_model=merged.get("chat.model")) | merged
    settings = _validate(merged)
    origins = {key: merged[key].origin if key in merged else DEFAULT for key in setting_keys()}
    return LoadedSettings(settings, origins, None if file is None else file.path)


def _project_index(file: ConfigFile) -> Layer:
    """Put the index beside a rag.toml met on the way up: that folder is the project's root."""
    if not file.met_on_the_way_up:
        return {}
    name = Settings.model_fields["index_dir"].default
    return {"index_dir": Entry(file.path.parent / name, DEFAULT)}


def _merge(layers: list[Layer]) -> Layer:
    """Lay the layers over each other, the last wins; refuse keys that are no settings."""
    known = setting_keys()
    wrong = [
        f"{entry.origin}: {describe_unknown(key)}"
        for layer in layers
        for key, entry in layer.items()
        if key not in known
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))
    return {key: entry for layer in layers for key, entry in layer.items()}


def _validate(merged: Layer) -> Settings:
    try:
        return Settings.model_validate(_nest(merged))
    except ValidationError as error:
        lines = [_one_line(details, merged) for details in error.errors(include_url=False)]
        raise SettingsError("\n".join(lines)) from error


def _nest(merged: Layer) -> dict[str, object]:
    nested: dict[str, object] = {}
    for key, entry in merged.items():
        group, _, name = key.rpartition(".")
        if group:
            table = nested.setdefault(group, {})
            assert isinstance(table, dict)
            table[name] = entry.value
        else:
            nested[name] = entry.value
    return nested


def _one_line(details: ErrorDetails, merged: Layer) -> str:
    key = ".".join(str(part) for part in details["loc"])
    message = details["msg"].removeprefix("Input ")
    said = f"{message[0].lower()}{message[1:]}"
    entry = merged.get(key)
    if entry is None:  # said of a whole group, or of a part of a list
        whole = merged.get(str(details["loc"][0])) if details["loc"] else None
        return f"{key}: {said}" if whole is None else f"{whole.origin}: {key}: {said}"
    found = "" if is_secret(key) else f" = {entry.value!r}"
    return f"{entry.origin}: {key}{found} {said}"
