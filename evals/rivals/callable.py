"""Anybody's own retriever as a rival: a LangChain retriever or a function; knows none of them.

`object` names what answers: a `BaseRetriever`, or a function from (query, k) to documents.
`factory` names a function from (documents, embeddings) that makes one of the two over the set.
A name is "package.module:name" or "path/to/file.py:name", from the working directory.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from evals.datasets.base import EvalDocument
from evals.options import read_options
from evals.rivals.pieces import Searcher
from rag.errors import BenchError

if TYPE_CHECKING:
    from rag.embeddings import PassageEmbeddings


@dataclass(frozen=True, slots=True)
class CallableOptions:
    """Where the retriever is; one of the two."""

    object: str = ""
    factory: str = ""

    def __post_init__(self) -> None:
        if bool(self.object) == bool(self.factory):
            raise ValueError("wanted one of the options object and factory, found both or neither")


def build(
    documents: Sequence[EvalDocument],
    options: Mapping[str, Any],
    embeddings: "PassageEmbeddings",
) -> Searcher:
    """Find the retriever and return its search.

    Raises:
        BenchError: It cannot be found, is no retriever, or returns documents without a source.
    """
    chosen = read_options(CallableOptions, options, "rival callable")
    name = chosen.object or chosen.factory
    found = _find(name)
    if chosen.factory:
        if not callable(found):
            raise BenchError(f"{name}: wanted a function that makes a retriever, found {found!r}")
        found = found([_document(one) for one in documents], embeddings)
    return as_searcher(found, name)


def as_searcher(retriever: object, name: str) -> Searcher:
    """Return the search of a LangChain retriever or a function, with its results checked.

    Args:
        retriever: A `BaseRetriever` or a function from (query, k) to documents.
        name: What to call it in errors.

    Raises:
        BenchError: It is neither.
    """
    if isinstance(retriever, BaseRetriever):
        # How many it returns is its own setting; k only cuts.
        return lambda query, k: _checked(retriever.invoke(query), name)[:k]
    if callable(retriever):
        ask: Callable[[str, int], list[Document]] = retriever
        return lambda query, k: _checked(ask(query, k), name)[:k]
    raise BenchError(
        f"{name}: wanted a LangChain retriever or a function of (query, k), found {retriever!r}"
    )


def _checked(documents: object, name: str) -> list[Document]:
    if not isinstance(documents, list) or not all(isinstance(one, Document) for one in documents):
        raise BenchError(f"{name}: wanted a list of LangChain documents, found {documents!r:.80}")
    for document in documents:
        if not isinstance(document.metadata.get("source"), str):
            raise BenchError(
                f"{name}: returned a document without metadata['source'], so that no gold can be "
                "found in it; keep the metadata of the documents it was given"
            )
    return documents


def _document(document: EvalDocument) -> Document:
    metadata = {"source": document.source, "title": document.title, "start_index": 0}
    return Document(page_content=document.text, metadata=metadata)


def _find(name: str) -> Any:  # noqa: ANN401 - anything may have this name
    place, _, attribute = name.rpartition(":")
    if not place or not attribute:
        raise BenchError(f"wanted module:name or file.py:name, found {name!r}")
    module = _load_file(Path(place)) if place.endswith(".py") else _import(place)
    if not hasattr(module, attribute):
        raise BenchError(f"{place} has no {attribute!r}; correct the rival's options")
    return getattr(module, attribute)


def _import(name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and not f"{name}.".startswith(f"{error.name}."):
            raise  # the module is there, and lacks something itself
        raise BenchError(f"no module {name!r} can be imported; name a file.py:name?") from error


def _load_file(path: Path) -> ModuleType:
    name = f"rag_rival_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    spec = spec_from_file_location(name, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise BenchError(f"no file {path} to take a retriever from; check the path")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
