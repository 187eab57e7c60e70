"""Find a set by name or path and read it by its form; knows nothing of what is measured on it."""

import os
import re
from pathlib import Path
from textwrap import shorten

from evals.datasets.base import EvalSet
from evals.datasets.beir import beir_set
from evals.datasets.chunking import chunking_set
from evals.datasets.own import own_set
from evals.datasets.sample import SAMPLE, sample_set
from rag.errors import BenchError

OWN_SUFFIXES = (".yaml", ".yml")
_LICENCE = re.compile(r"^[*#\s-]*licen[cs]es?\b[^:\n]*:(?P<said>.+)$", re.IGNORECASE | re.MULTILINE)

DEFAULT_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Beside a checkout; where sets are found by name, unless RAG_DATA names another folder."""
_USER_DATA = Path.home() / ".cache" / "rag-evals" / "sets"


def load_dataset(name_or_path: str | Path) -> EvalSet:
    """Return the set with this name or at this path; see `find_dataset`.

    Raises:
        BenchError: There is no such set, or one of its lines is wrong.
    """
    place = find_dataset(name_or_path)
    try:
        return _read(place)
    except FileNotFoundError as error:
        raise BenchError(
            f"{place}: wanted a set of documents and questions, found no "
            f"{Path(str(error.filename)).name}; evals/datasets/README.md shows the forms"
        ) from error
    except ValueError as error:
        raise BenchError(f"{place}: {error}") from error


def find_dataset(name_or_path: str | Path) -> Path:
    """Return the place of a set.

    A path has a slash in it ("./mine"), or is that of a questions file ("questions.yaml"); anything
    else is a name: "sample" is built in, every other one is a folder in RAG_DATA.

    Raises:
        BenchError: There is none, or a name is also that of a set in the working directory.
    """
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or is_path(text):
        given = Path(text).expanduser()
        if given.exists():
            return given
        raise BenchError(f"no set at {text}: there is no such folder or file; check the path")
    named = _named(text)
    beside = Path(text)
    if named is None:
        raise BenchError(_unknown(text))
    if beside.is_dir() and _reads(beside) and beside.resolve() != named.resolve():
        raise BenchError(
            f"{text!r} is the name of a set ({named}) and of a folder here that holds one; write "
            f"./{text} for the folder, {named} for the other"
        )
    return named


def is_path(text: str) -> bool:
    """Tell whether a set is given by its path, rather than by its name."""
    separators = [one for one in (os.sep, os.altsep, "/") if one]
    folder = text in (".", "..") or any(one in text for one in separators)
    return folder or Path(text).suffix in OWN_SUFFIXES


def _named(name: str) -> Path | None:
    if name == "sample":
        return SAMPLE
    folder = data_folder() / name
    return folder if name and folder.is_dir() else None


def _unknown(name: str) -> str:
    if Path(name).exists():
        return f"no set is called {name!r}; write ./{name} for what is here under that name"
    return (
        f"no set {name!r}: it is no folder in {data_folder()}, and a path is written with a "
        f"slash; there are {', '.join(dataset_names())}; `rag bench get` fetches public ones, and "
        "RAG_DATA names another folder"
    )


def data_folder() -> Path:
    """Return the folder in which sets are found by name, and put when they are fetched."""
    named = os.environ.get("RAG_DATA")
    if named:
        return Path(named).expanduser()
    return DEFAULT_DATA if DEFAULT_DATA.is_dir() else _USER_DATA


def dataset_names() -> list[str]:
    """Return the names of the sets that can be loaded here, sorted."""
    folder = data_folder()
    there = [one for one in folder.iterdir() if _reads(one)] if folder.is_dir() else []
    return sorted({"sample", *(one.name for one in there)})


def _reads(folder: Path) -> bool:
    marks = ("corpus.jsonl", "corpora", "documents")
    return not folder.name.startswith(".") and any((folder / mark).exists() for mark in marks)


def _read(place: Path) -> EvalSet:
    if place.is_file():
        return _read_file(place)
    licence = _licence(place)
    if (place / "corpora").is_dir():
        return chunking_set(place, licence=licence)
    if (place / "documents").is_dir():
        return sample_set(place, licence=licence)
    return beir_set(place, licence=licence)


def _read_file(place: Path) -> EvalSet:
    if place.suffix in OWN_SUFFIXES:
        return own_set(place)
    raise BenchError(
        f"{place}: wanted a folder or a questions file in YAML, found {place.suffix or 'neither'}"
    )


def _licence(folder: Path) -> str:
    """Return what the set says of its licence: a line of its SOURCE.md or README.md."""
    if folder == SAMPLE:
        return "Apache-2.0"
    for name in ("SOURCE.md", "README.md"):
        file = folder / name
        if file.is_file():
            found = _LICENCE.search(file.read_text("utf-8", "replace"))
            if found:
                return shorten(found["said"], 200, placeholder=" …")
    return ""
