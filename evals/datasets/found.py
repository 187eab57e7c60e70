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
    """Return the set with this name or at this path.

    A path wins over a name. "sample" is built in; every other name is a folder in RAG_DATA.

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

    Raises:
        BenchError: There is none.
    """
    given = Path(name_or_path).expanduser()
    if given.exists():
        return given
    if str(name_or_path) == "sample":
        return SAMPLE
    named = data_folder() / given
    if len(given.parts) == 1 and named.is_dir():
        return named
    raise BenchError(
        f"no set {str(name_or_path)!r}: neither a path nor a folder in {data_folder()}; there are "
        f"{', '.join(dataset_names())}; `rag bench get` fetches public ones, and RAG_DATA names "
        "another folder"
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
