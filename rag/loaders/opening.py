"""Opens LangChain document loaders that settings name; knows no documents and no index."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from langchain_core.document_loaders import BaseLoader

from rag.errors import DocumentError, MissingExtraError, SettingsError


def open_loader(place: str, args: Mapping[str, Any]) -> BaseLoader:
    """Return the loader at "package.module:Class", made with `args`.

    Raises:
        MissingExtraError: A package it needs is not installed.
        SettingsError: There is no such loader, or it takes other arguments.
        DocumentError: It does not open.
    """
    loader = loader_class(place)
    try:
        return loader(**args)
    except ImportError as error:
        raise MissingExtraError(f"{place} cannot be used: {_flat(error)}") from error
    except TypeError as error:
        raise SettingsError(f"{place} does not take these arguments: {_flat(error)}") from error
    except Exception as error:  # a stranger's code raises what it likes
        raise DocumentError(f"{place} does not open: {described(error)}") from error


def loader_class(place: str) -> type[BaseLoader]:
    """Return the class at "package.module:Class".

    Only a loader's class is ever called because a settings file names it.

    Raises:
        MissingExtraError: It is one of langchain-community, which is not installed.
        SettingsError: There is no such class, or it is no loader.
    """
    module, _, name = place.partition(":")
    try:
        found = getattr(import_module(module), name)
    except ModuleNotFoundError as error:
        raise _missing(place, str(error.name)) from error
    except (AttributeError, ImportError, ValueError) as error:
        raise SettingsError(f"no loader is called {place}: {_flat(error)}") from error
    if not (isinstance(found, type) and issubclass(found, BaseLoader)):
        raise SettingsError(f"{place} is no LangChain document loader; name a class of one")
    return found


def _missing(place: str, module: str) -> MissingExtraError | SettingsError:
    if module.partition(".")[0] == "langchain_community" and "." not in module:
        return MissingExtraError(
            f"{place} needs langchain-community; install it with `pip install 'rag[community]'`"
        )
    return SettingsError(f"{place} cannot be imported: there is no module {module}; install it")


def described(error: Exception) -> str:
    """Return what a loader raised in one line, with its kind unless it is ours."""
    if isinstance(error, DocumentError):
        return _flat(error)
    return f"{type(error).__name__}: {_flat(error)}".removesuffix(": ")


def _flat(error: Exception) -> str:
    return " ".join(str(error).split())
