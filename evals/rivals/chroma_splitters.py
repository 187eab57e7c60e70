"""The splitters of Chroma's chunking report under dense search, as a rival; knows no index.

"Evaluating Chunking Strategies for Retrieval" (Chroma, July 2024;
github.com/brandonstarxel/chunking_evaluation at d451fc4).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import Document

from evals.datasets.base import EvalDocument
from evals.options import read_options
from evals.rivals.pieces import (
    Cut,
    Piece,
    Searcher,
    check_size,
    cut_documents,
    find_nothing,
    missing_extra,
    recursive_splitter,
    text_bytes,
)
from evals.rivals.sizes import SizedSearch

if TYPE_CHECKING:
    from rag.embeddings import PassageEmbeddings

SPLITTERS = ("recursive", "token")
LENGTHS = ("model", "cl100k")
SEPARATORS = ("\n\n", "\n", ".", "?", "!", " ", "")
"""Of the report; LangChain's default list lacks the sentence ends."""

# The report counted [CLS] and [SEP] in every text it measured with the model's tokenizer.
_SPECIAL_TOKENS = 2


@dataclass(frozen=True, slots=True)
class SplitterOptions:
    """One row of the report.

    Attributes:
        splitter: "recursive", or "token" for windows of cl100k tokens.
        size: The most tokens of a chunk.
        overlap: Tokens that two chunks share.
        length: Whose tokens "recursive" counts: the embedding model's, special ones included (its
            tables for all-MiniLM-L6-v2), or cl100k's (its tables for OpenAI's model).
    """

    splitter: str = "recursive"
    size: int = 200
    overlap: int = 0
    length: str = "model"

    def __post_init__(self) -> None:
        check_size(self.size, self.overlap)
        if self.splitter not in SPLITTERS or self.length not in LENGTHS:
            raise ValueError(
                f"wanted a splitter of {', '.join(SPLITTERS)} and a length of "
                f"{', '.join(LENGTHS)}, found {self.splitter!r} and {self.length!r}"
            )


def build(
    documents: Sequence[EvalDocument],
    options: Mapping[str, Any],
    embeddings: "PassageEmbeddings",
) -> Searcher:
    """Split and embed the documents and return their exact search.

    Raises:
        BenchError: An option cannot be used.
        MissingExtraError: cl100k is asked for and not installed.
    """
    chosen = read_options(SplitterOptions, options, "rival chroma-splitter")
    chunks = split(documents, chosen, embeddings.count_tokens)
    if not chunks:
        return find_nothing
    vectors = embeddings.embed_passages([chunk.text for chunk in chunks])

    def search(query: str, k: int) -> list[Document]:
        scores = vectors @ np.asarray(embeddings.embed_query(query), dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:k]
        return [chunks[row].to_document(float(scores[row])) for row in best]

    return SizedSearch(search, len(chunks), text_bytes(chunks) + vectors.nbytes)


def split(
    documents: Sequence[EvalDocument],
    options: SplitterOptions,
    count_tokens: Callable[[Sequence[str]], list[int]],
) -> list[Piece]:
    """Return the chunks, each where it was taken from.

    Args:
        documents: Whole documents; titles are split with the text.
        options: How to split.
        count_tokens: The model's tokens of each text, without special ones.

    Raises:
        MissingExtraError: cl100k is asked for and not installed.
    """
    if options.splitter == "token":
        return cut_documents(documents, _window_cut(options.size, options.overlap))
    length = _length(options.length, count_tokens)
    return cut_documents(documents, _recursive_cut(options.size, options.overlap, length))


def _recursive_cut(size: int, overlap: int, length: Callable[[str], int]) -> Cut:
    splitter = recursive_splitter(size, overlap, separators=SEPARATORS, length=length)

    def cut(text: str) -> Iterator[tuple[int, int]]:
        start = end = 0
        for chunk in splitter.split_text(text):
            # Chunks come in order; without overlap each begins behind the one before.
            start = text.index(chunk, start + 1 if overlap and end else end)
            end = start + len(chunk)
            yield start, end

    return cut


def _length(name: str, count_tokens: Callable[[Sequence[str]], list[int]]) -> Callable[[str], int]:
    if name == "model":
        return lambda text: count_tokens([text])[0] + _SPECIAL_TOKENS
    encode = _cl100k().encode_ordinary
    return lambda text: len(encode(text))


def _window_cut(size: int, overlap: int) -> Cut:
    encoding = _cl100k()

    def cut(text: str) -> Iterator[tuple[int, int]]:
        bounds = _token_bounds(encoding, text)
        last = len(bounds) - 1
        for start in range(0, max(last - overlap, 1), size - overlap):
            yield bounds[start], bounds[min(start + size, last)]

    return cut


def _token_bounds(encoding: Any, text: str) -> list[int]:  # noqa: ANN401 - it has no types
    """Return where tokens begin, in characters, and the end of the text behind them.

    A token may begin within a character (Chinese, emoji): there the whole character belongs to it.
    """
    pieces: list[bytes] = encoding.decode_tokens_bytes(encoding.encode_ordinary(text))
    token_bytes = np.cumsum([0, *(len(piece) for piece in pieces)])
    character_bytes = np.cumsum([0, *(len(character.encode()) for character in text)])
    found: list[int] = (np.searchsorted(character_bytes, token_bytes, side="right") - 1).tolist()
    return found


def _cl100k() -> Any:  # noqa: ANN401 - the package has no types
    """Return OpenAI's cl100k_base; this package carries it, where tiktoken downloads it."""
    try:
        package: Any = import_module("bpe_openai")
    except ImportError as error:
        raise missing_extra("bpe-openai (the cl100k tokenizer)", "repro") from error
    return package.get_encoding("cl100k_base")
