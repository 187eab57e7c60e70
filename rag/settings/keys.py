"""The settings' names as dotted keys and variables; does not know their values or sources."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import cache
from typing import get_args

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from rag.settings.groups import Settings

PREFIX = "RAG_"
PATH_KEYS = frozenset({"index_dir", "answer.calibration", "answer.prompts_dir", "server.keys_file"})
# A hub id, or a folder.
MODEL_KEYS = frozenset({"embedding.model", "rerank.model"})
# Tables whose `args` may hold paths.
SOURCE_TABLES = "sources"
# Tables of names and paths, each one setting.
PATH_TABLES = frozenset({"server.collections"})


@cache
def group_names() -> tuple[str, ...]:
    """Return the names of the groups, in the order they are declared."""
    return tuple(
        name
        for name, field in Settings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
    )


@cache
def setting_keys() -> tuple[str, ...]:
    """Return every setting's dotted key, such as "retrieval.k", in the order they are declared."""
    keys: list[str] = []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            keys += [f"{name}.{inner}" for inner in kind.model_fields]
        else:
            keys.append(name)
    return tuple(keys)


def is_secret(key: str) -> bool:
    """Return whether the value of the setting `key` must never be shown."""
    return SecretStr in get_args(_field(key).annotation)


def description_of(key: str) -> str:
    """Return what the setting `key` means, in one or two sentences."""
    return _field(key).description or ""


@cache
def _field(key: str) -> FieldInfo:
    group, _, name = key.rpartition(".")
    holder = Settings.model_fields[group].annotation if group else Settings
    assert isinstance(holder, type)
    assert issubclass(holder, BaseModel)
    return holder.model_fields[name]


def variable_of(key: str) -> str:
    """Return the environment variable that sets the dotted `key`."""
    return PREFIX + key.replace(".", "__").upper()


def key_of(variable: str) -> str:
    """Return the dotted key that an environment variable sets."""
    return variable.removeprefix(PREFIX).lower().replace("__", ".")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return "; did you mean X?" for the known name nearest to `name`, or "" if none is near.

    A name written without its group, or in another group, is looked for by its last part.
    """
    known = list(known)
    last = name.rpartition(".")[2]
    near = get_close_matches(name, known, n=1, cutoff=0.7)
    near += [other for other in known if other.rpartition(".")[2] == last]
    near += get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {near[0]}?" if near else ""
