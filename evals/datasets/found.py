"""Find a set by name or path and read it by its form; knows nothing of what is measured on it."""

import os
from pathlib import Path

from evals.datasets.base import EvalSet
from evals.datasets.beir import beir_set
from evals.datasets.chunking import chunking_set
from evals.datasets.sample import SAMPLE, sample_set
from rag.errors import BenchError

DEFAULT_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Where sets are looked for by name, unless RAG_DATA names another folder."""


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
            f"{Path(str(error.filename)).name}; see evals/README.md for the forms"
        ) from error
    except ValueError as error:
        raise BenchError(f"{place}: {error}") from error


def find_dataset(name_or_path: str | Path) -> Path:
    """Return the place of a set.

    Raises:
        BenchError: There is none.
    """
    given = Path(name_or_path).expanduser()
    if str(name_or_path) == "sample":
        return SAMPLE
    if given.exists():
        return given
    named = data_folder() / given
    if len(given.parts) == 1 and named.is_dir():
        return named
    raise BenchError(
        f"no set {str(name_or_path)!r}: neither a path nor a folder in {data_folder()}; there are "
        f"{', '.join(dataset_names())}; RAG_DATA names another folder"
    )


def data_folder() -> Path:
    """Return the folder in which sets are found by name."""
    return Path(os.environ.get("RAG_DATA", DEFAULT_DATA))


def dataset_names() -> list[str]:
    """Return the names of the sets that can be loaded here, sorted."""
    folder = data_folder()
    there = [one for one in folder.iterdir() if _reads(one)] if folder.is_dir() else []
    return sorted({"sample", *(one.name for one in there)})


def _reads(folder: Path) -> bool:
    return (folder / "corpus.jsonl").is_file() or (folder / "corpora").is_dir()


def _read(place: Path) -> EvalSet:
    if (place / "corpora").is_dir():
        return chunking_set(place)
    if (place / "documents").is_dir():
        return sample_set(place)
    return beir_set(place)
