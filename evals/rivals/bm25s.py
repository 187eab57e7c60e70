"""BM25 by the library bm25s, as a rival; knows nothing of our own lexical index."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document

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
    whole,
)
from evals.rivals.sizes import SizedSearch
from rag.errors import BenchError

if TYPE_CHECKING:
    from rag.embeddings import PassageEmbeddings

# Of bm25s 0.3.
METHODS = ("robertson", "lucene", "bm25l", "bm25+", "atire")


@dataclass(frozen=True, slots=True)
class Bm25sOptions:
    """How bm25s ranks; the defaults are its own, with English stems.

    Attributes:
        k1: When a word's repetition stops to count.
        b: How much long texts are held back, 0 to 1.
        method: The formula.
        stemming: A language of Snowball's, "" for none.
        stopwords: A list of bm25s's, such as "en"; "" for none.
        chunk_size: Characters of a piece (LangChain's recursive splitter); None: whole documents.
        chunk_overlap: Characters that two pieces share.
    """

    k1: float = 1.5
    b: float = 0.75
    method: str = "lucene"
    stemming: str = "english"
    stopwords: str = "en"
    chunk_size: int | None = None
    chunk_overlap: int = 0

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"wanted a method of {', '.join(METHODS)}, found {self.method!r}")
        if not self.k1 >= 0 or not 0 <= self.b <= 1:
            raise ValueError(f"wanted k1 of 0 or more and b from 0 to 1, found {self.k1}, {self.b}")
        if self.chunk_size is not None:
            check_size(self.chunk_size, self.chunk_overlap)


def build(
    documents: Sequence[EvalDocument],
    options: Mapping[str, Any],
    embeddings: "PassageEmbeddings | None" = None,  # noqa: ARG001 - every rival is given one
) -> Searcher:
    """Index the documents and return their search.

    Texts without a word of the query are not returned. Ties are broken by source and place.

    Raises:
        BenchError: An option cannot be used.
        MissingExtraError: bm25s or PyStemmer is not installed.
    """
    chosen = read_options(Bm25sOptions, options, "rival bm25s")
    bm25s, stemmers = _libraries()
    pieces = _pieces(documents, chosen)
    tokens = _tokenizer(chosen, bm25s, stemmers)
    corpus = tokens([piece.text for piece in pieces])
    if not corpus.vocab:
        return find_nothing  # bm25s reads no word of one character
    index = bm25s.BM25(k1=chosen.k1, b=chosen.b, method=chosen.method)
    index.index(corpus, show_progress=False)
    order = sorted(range(len(pieces)), key=lambda row: (pieces[row].source, row))
    tie_break = {row: place for place, row in enumerate(order)}

    def search(query: str, k: int) -> list[Document]:
        words = tokens([query])
        if not len(words.ids[0]):
            return []
        # It has no tie-break of its own: take all that match, then order them.
        rows, scores = index.retrieve(words, k=len(pieces), show_progress=False, sorted=False)
        found = [(float(s), int(r)) for r, s in zip(rows[0], scores[0], strict=True) if s > 0]
        found.sort(key=lambda hit: (-hit[0], tie_break[hit[1]]))
        return [pieces[row].to_document(score) for score, row in found[:k]]

    postings = sum(part.nbytes for part in index.scores.values() if hasattr(part, "nbytes"))
    return SizedSearch(search, len(pieces), text_bytes(pieces) + postings)


def _libraries() -> tuple[Any, Any]:
    try:
        return import_module("bm25s"), import_module("Stemmer")
    except ImportError as error:
        raise missing_extra("bm25s", "bench") from error


def _pieces(documents: Sequence[EvalDocument], chosen: Bm25sOptions) -> list[Piece]:
    if chosen.chunk_size is None:
        return whole(documents)
    return recursive_pieces(documents, chosen.chunk_size, chosen.chunk_overlap)


def _tokenizer(
    chosen: Bm25sOptions,
    bm25s: Any,  # noqa: ANN401 - neither library has types
    stemmers: Any,  # noqa: ANN401
) -> Callable[[list[str]], Any]:
    try:
        stemmer = stemmers.Stemmer(chosen.stemming) if chosen.stemming else None
    except KeyError as error:
        known = ", ".join(stemmers.algorithms())
        raise BenchError(
            f"rival bm25s: no stemming is called {chosen.stemming!r}; there are {known}"
        ) from error

    def tokens(texts: list[str]) -> Any:  # noqa: ANN401
        return bm25s.tokenize(
            texts, stopwords=chosen.stopwords or None, stemmer=stemmer, show_progress=False
        )

    try:
        tokens(["word"])
    except ValueError as error:
        raise BenchError(f"rival bm25s: stopwords: {error}") from error
    return tokens
