"""LangChain's stock recipe as a rival: recursive splitter, similarity search, nothing else.

1,000 characters with 200 of overlap are the figures of its own retrieval tutorials. It is given the
benchmark's embedding model, so that only the recipe is compared.
"""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings

from evals.datasets.base import EvalDocument
from evals.options import read_options
from evals.rivals.pieces import (
    Piece,
    Searcher,
    check_size,
    find_nothing,
    missing_extra,
    recursive_pieces,
    text_bytes,
)
from evals.rivals.sizes import SizedSearch

if TYPE_CHECKING:
    from langchain_core.vectorstores import VectorStore

    from rag.embeddings import PassageEmbeddings

STORES = ("memory", "chroma")
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class RecipeOptions:
    """How documents are cut, in characters, and where vectors are kept (`STORES`).

    "memory" is exact; "chroma" is what tutorials use, and approximate: two builds may differ.
    """

    chunk_size: int = 1000
    chunk_overlap: int = 200
    store: str = "memory"

    def __post_init__(self) -> None:
        check_size(self.chunk_size, self.chunk_overlap)
        if self.store not in STORES:
            raise ValueError(f"wanted a store of {', '.join(STORES)}, found {self.store!r}")


class _Model(Embeddings):
    """The benchmark's model with LangChain's method names."""

    def __init__(self, inner: "PassageEmbeddings") -> None:
        self._inner = inner

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._inner.embed_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return list(self._inner.embed_query(text))


def build(
    documents: Sequence[EvalDocument],
    options: Mapping[str, Any],
    embeddings: "PassageEmbeddings",
) -> Searcher:
    """Index the documents and return their search; `score` is LangChain's similarity.

    Raises:
        BenchError: An option cannot be used.
        MissingExtraError: langchain-text-splitters or langchain-chroma is not installed.
    """
    chosen = read_options(RecipeOptions, options, "rival langchain")
    pieces = recursive_pieces(documents, chosen.chunk_size, chosen.chunk_overlap)
    if not pieces:
        return find_nothing
    store = _store(chosen.store, _Model(embeddings))
    store.add_documents([_document(piece) for piece in pieces])

    def search(query: str, k: int) -> list[Document]:
        found = _with_scores(store, query, min(k, len(pieces)))
        return [
            Document(one.page_content, metadata={**one.metadata, "score": s}) for one, s in found
        ]

    vectors = len(pieces) * embeddings.dimension * 4  # as float32
    return SizedSearch(search, len(pieces), text_bytes(pieces) + vectors)


def _document(piece: Piece) -> Document:
    return Document(page_content=piece.text, metadata=piece.place)


def _with_scores(store: "VectorStore", query: str, k: int) -> list[tuple[Document, float]]:
    """Return hits with a score that is better when higher, whatever the store measures."""
    from langchain_core.vectorstores import InMemoryVectorStore

    found = store.similarity_search_with_score(query, k=k)
    if isinstance(store, InMemoryVectorStore):
        return found
    return [(document, 1.0 - distance) for document, distance in found]


def _store(name: str, model: Embeddings) -> "VectorStore":
    if name == "memory":
        from langchain_core.vectorstores import InMemoryVectorStore

        return InMemoryVectorStore(model)
    try:
        from langchain_chroma import Chroma
    except ImportError as error:
        raise missing_extra("langchain-chroma", "bench") from error
    # Chroma's stores in memory share one client, so each needs a name of its own.
    return Chroma(f"rival-{next(_names)}", model, collection_metadata={"hnsw:space": "cosine"})
