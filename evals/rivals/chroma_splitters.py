"""The splitters of Chroma's chunking report under dense search, as a rival; knows no index.

"Evaluating Chunking Strategies for Retrieval" (Chroma, July 2024;
github.com/brandonstarxel/chunking_evaluation at d451fc4). Its chunks are texts, placed in the
document by searching for them; `find_chunk` does the same, so that its figures come out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.documents import Document

from evals.datasets.base import EvalDocument
from evals.rivals.pieces import (
    Piece,
    Searcher,
    check_size,
    missing_extra,
    read_options,
    recursive_splitter,
)
from rag.errors import BenchError

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
    chosen = read_options(SplitterOptions, options, "chroma-splitter")
    chunks = split(documents, chosen, embeddings.count_tokens)
    vectors = embeddings.embed_passages([chunk.text for chunk in chunks])

    def search(query: str, k: int) -> list[Document]:
        scores = vectors @ np.asarray(embeddings.embed_query(query), dtype=np.float32)
        best = np.argsort(-scores, kind="stable")[:k]
        return [chunks[row].to_document(float(scores[row])) for row in best]

    return search


def split(
    documents: Sequence[EvalDocument],
    options: SplitterOptions,
    count_tokens: Callable[[Sequence[str]], list[int]],
) -> list[Piece]:
    """Return the report's chunks, each where the report would find it.

    Chunks of nothing but a full stop have no place there and are left out.

    Args:
        documents: Whole documents.
        options: How to split.
        count_tokens: The model's tokens of each text, without special ones.
    """
    texts_of = _splitter(options, count_tokens)
    chunks = []
    for document in documents:
        for text in texts_of(document.text):
            start, end = find_chunk(document.text, text)
            if end > start:
                chunks.append(Piece(document.source, start, end, text))
    return chunks


def find_chunk(document: str, chunk: str) -> tuple[int, int]:
    """Return where the report places a chunk: `[start, end)`, one final full stop cut off.

    At its first occurrence, which for a repeated text is not where it was taken from; else at the
    first one that differs in whitespace or case.

    Raises:
        BenchError: The chunk is not in the document.
    """
    wanted = chunk.removesuffix(".")
    start = document.find(wanted)
    if start >= 0:
        return start, start + len(wanted)
    pattern = r"\s*".join(re.escape(word) for word in wanted.split())
    match = re.search(pattern, document, re.IGNORECASE)
    if match is None:
        raise BenchError(f"wanted a chunk of the document, found {chunk[:60]!r}")
    return match.start(), match.end()


def _splitter(
    options: SplitterOptions, count_tokens: Callable[[Sequence[str]], list[int]]
) -> Callable[[str], Iterable[str]]:
    if options.splitter == "token":
        return lambda text: _windows(text, options.size, options.overlap)
    splitter = recursive_splitter(
        options.size,
        options.overlap,
        separators=SEPARATORS,
        length=_length(options.length, count_tokens),
    )
    return splitter.split_text


def _length(name: str, count_tokens: Callable[[Sequence[str]], list[int]]) -> Callable[[str], int]:
    if name == "model":
        return lambda text: count_tokens([text])[0] + _SPECIAL_TOKENS
    encode = _cl100k().encode_ordinary
    return lambda text: len(encode(text))


def _windows(text: str, size: int, overlap: int) -> Iterator[str]:
    encoding = _cl100k()
    tokens = encoding.encode_ordinary(text)
    for start in range(0, max(len(tokens) - overlap, 1), size - overlap):
        yield encoding.decode(tokens[start : start + size])


def _cl100k() -> Any:  # noqa: ANN401 - the package has no types
    """Return OpenAI's cl100k_base; this package carries it, where tiktoken downloads it."""
    try:
        package: Any = import_module("bpe_openai")
    except ImportError as error:
        raise missing_extra("bpe-openai (the cl100k tokenizer)", "repro") from error
    return package.get_encoding("cl100k_base")
