"""Read each place a setting can come from into dotted keys; does not merge or validate them."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic_settings import EnvSettingsSource
from pydantic_settings import SettingsError as BadVariableError

from rag.errors import SettingsError
from rag.settings.group import UNSET
from rag.settings.groups import Settings
from rag.settings.keys import (
    MODEL_KEYS,
    PATH_KEYS,
    PATH_TABLES,
    PREFIX,
    SOURCE_TABLES,
    did_you_mean,
    group_names,
    key_of,
    setting_keys,
    variable_of,
)

DEFAULT = "default"
CONFIG_NAME = "rag.toml"
CONFIG_VARIABLE = "RAG_CONFIG"
# Read by this program or its tests without being a setting.
OTHER_VARIABLES = (CONFIG_VARIABLE, "RAG_DATA")
# What "provider:name" in chat.model may begin with beside openai (langchain 1.4's
# `init_chat_model`). A local model's tag has a colon too ("llama3.2:3b"), hence the list.
OTHER_PROVIDERS = frozenset(
    [
        "anthropic",
        "anthropic_bedrock",
        "azure_ai",
        "azure_openai",
        "baseten",
        "bedrock",
        "bedrock_converse",
        "bedrock_mantle_anthropic",
        "bedrock_mantle_openai",
        "cohere",
        "deepseek",
        "fireworks",
        "google_anthropic_vertex",
        "google_genai",
        "google_vertexai",
        "groq",
        "huggingface",
        "ibm",
        "langsmith",
        "litellm",
        "meta",
        "mistralai",
        "nvidia",
        "ollama",
        "openrouter",
        "perplexity",
        "together",
        "upstage",
        "xai",
    ]
)
FALLBACKS = {"chat.api_key": "OPENAI_API_KEY", "chat.base_url": "OPENAI_BASE_URL"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One setting's raw value and where it was found."""

    value: object
    origin: str


Layer = dict[str, Entry]


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A rag.toml, and whether it was met on the way up from the working directory or named."""

    path: Path
    met_on_the_way_up: bool


def find_config(config: Path | None, start: Path, environ: Mapping[str, str]) -> ConfigFile | None:
    """Return the named file, else RAG_CONFIG's, else the nearest rag.toml at or above `start`.

    Raises:
        SettingsError: A file that was named does not exist.
    """
    for name, origin in ((config, "--config"), (environ.get(CONFIG_VARIABLE), CONFIG_VARIABLE)):
        if name:
            path = Path(name).expanduser()
            if not path.is_file():
                raise SettingsError(f"{origin}: no such file: {path}")
            return ConfigFile(path.absolute(), met_on_the_way_up=False)
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / CONFIG_NAME).is_file():
            return ConfigFile(folder / CONFIG_NAME, met_on_the_way_up=True)
    return None


def read_toml(path: Path) -> Layer:
    """Return the settings in the file `path`; its relative paths become relative to its folder.

    Raises:
        SettingsError: The file cannot be read, or is not TOML in UTF-8; the line is named.
    """
    origin = f"{CONFIG_NAME}: {path}"
    try:
        # utf-8-sig: Windows editors put a byte order mark, which tomllib refuses.
        values = tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{origin}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{origin}: is not UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{origin}: is not TOML: {error}") from error
    return {key: Entry(_place(key, value, path.parent), origin) for key, value in _flatten(values)}


def read_environment(environ: Mapping[str, str]) -> Layer:
    """Return the settings in RAG_* variables.

    Raises:
        SettingsError: A variable that begins with RAG_ sets nothing.
    """
    names = {
        key_of(name): name
        for name in environ
        if name.startswith(PREFIX) and name not in OTHER_VARIABLES
    }
    _refuse_unknown_variables(names)
    try:
        values = _Environment({name: environ[name] for name in names.values()})()
    except BadVariableError as error:
        raise SettingsError(f"environment: {error}") from error
    return {
        key: Entry(_place(key, value, None), f"environment: {names[key]}")
        for key, value in _flatten(values)
    }


def _refuse_unknown_variables(names: Mapping[str, str]) -> None:
    known = setting_keys()
    variables = [*map(variable_of, known), *OTHER_VARIABLES]
    wrong = [
        f"environment: no setting is called {name}{did_you_mean(name, variables)}"
        for key, name in sorted(names.items())
        if key not in known
    ]
    if wrong:
        raise SettingsError("\n".join(wrong))


class _Environment(EnvSettingsSource):
    """pydantic-settings' reader over a given mapping instead of the process's environment."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._given = environ
        super().__init__(Settings)

    def _load_env_vars(self) -> Mapping[str, str | None]:
        # The empty string takes a setting back, as with `export RAG_CHAT__MODEL=`.
        return {name.lower(): value for name, value in self._given.items() if value}


def read_fallbacks(environ: Mapping[str, str], *, chat_model: Entry | None) -> Layer:
    """Return what OpenAI's own variables say; every other place outranks them.

    Nothing if the chat model is another provider's: OpenAI's key must never be sent there.
    """
    provider = str(chat_model.value).partition(":")[0] if chat_model else ""
    if provider in OTHER_PROVIDERS:
        return {}
    return {
        key: Entry(environ[name], f"environment: {name}")
        for key, name in FALLBACKS.items()
        if environ.get(name)
    }


def read_arguments(overrides: Mapping[str, object]) -> Layer:
    """Return the settings given by the caller, by dotted key or nested."""
    return {key: Entry(_place(key, value, None), "argument") for key, value in _flatten(overrides)}


def describe_unknown(key: str) -> str:
    """Return what is wrong with a key that is no setting, and which one may be meant."""
    if key in group_names():
        return f"{key} is a group of settings; write [{key}] and its settings below it"
    known = setting_keys() if "." in key else (*group_names(), *setting_keys())
    return f"no setting is called {key}{did_you_mean(key, known)}"


def _flatten(values: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for key, value in values.items():
        # An empty table of an unknown name goes on as a key, to be refused.
        if prefix + key in PATH_TABLES:
            yield prefix + key, value
        elif isinstance(value, Mapping) and (value or key in group_names()):
            yield from _flatten(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _place(key: str, value: object, folder: Path | None) -> object:
    """Expand "~" in a path and, given a `folder`, take a relative one from there."""
    if isinstance(value, str) and value.lower() == UNSET:
        return value
    if key in MODEL_KEYS and isinstance(value, str):
        return str(_place_path(value, folder)) if _names_folder(value, folder) else value
    if key in PATH_TABLES and isinstance(value, Mapping):
        return {
            name: _place_path(path, folder) if isinstance(path, str) else path
            for name, path in value.items()
        }
    if key in PATH_KEYS and isinstance(value, str):
        return _place_path(value, folder)
    if key == SOURCE_TABLES and isinstance(value, list):
        return [_place_source(table, folder) for table in value]
    return value


def _place_source(table: object, folder: Path | None) -> object:
    if not isinstance(table, Mapping) or "args" not in table:
        return table
    return {**table, "args": _place_args(table["args"], folder)}


def _place_args(value: object, folder: Path | None) -> object:
    """Take what says itself that it is a path from `folder`; a loader knows no other."""
    if isinstance(value, str) and value.startswith(("./", "../", "~/")):
        return str(_place_path(value, folder))
    if isinstance(value, list):
        return [_place_args(one, folder) for one in value]
    if isinstance(value, Mapping):
        return {name: _place_args(one, folder) for name, one in value.items()}
    return value


def _names_folder(model: str, folder: Path | None) -> bool:
    """Tell a folder from a hub id: "org/name" is a folder only where one of that name exists."""
    return model.startswith((".", "~")) or (folder is not None and (folder / model).is_dir())


def _place_path(value: str, folder: Path | None) -> Path:
    path = Path(value).expanduser()
    return path if folder is None else folder / path
