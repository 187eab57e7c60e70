"""What rivals search in: places of documents with their words; knows no model and no ranking."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from langchain_core.documents import Document

from evals.datasets.base import EvalDocument
from evals.gold import Span
from rag.errors import MissingExtraError

if TYPE_CHECKING:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

Cut = Callable[[str], Iterable[tuple[int, int]]]
"""From a text to the places of its pieces, `[start, end)` in characters."""

Searcher = Callable[[str, int], list[Document]]
"""From a query and k to at most k documents, best first."""

LANGCHAIN_SEPARATORS = ("\n\n", "\n", " ", "")


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters `[start_index, end_index)` of a document's text; `text` is what is searched."""

    source: str
    start_index: int
    end_index: int
    text: str

    def to_document(self, score: float) -> Document:
        """Return the piece as a search result; a higher score is better."""
        return Document(page_content=self.text, metadata={**self.place, "score": score})

    @property
    def span(self) -> Span:
        """Where it stands."""
        return Span(self.source, self.start_index, self.end_index)

    @property
    def place(self) -> dict[str, Any]:
        """The metadata that the bench reads gold by."""
        return {
            "source": self.source,
            "start_index": self.start_index,
            "end_index": self.end_index,
        }


def whole(documents: Sequence[EvalDocument]) -> list[Piece]:
    """Return every document as one piece; its title is searched too."""
    return cut_documents(documents, lambda text: [(0, len(text))])


def cut_documents(documents: Sequence[EvalDocument], cut: Cut) -> list[Piece]:
    """Cut "title, space, text" of every document, as sets in BEIR form are embedded.

    Pieces that hold no character of the text itself are left out: no gold can lie there.
    """
    pieces = []
    for document in documents:
        content = f"{document.title} {document.text}" if document.title else document.text
        offset = len(content) - len(document.text)
        for start, end in cut(content):
            if end > max(start, offset):
                first = max(start - offset, 0)
                pieces.append(Piece(document.source, first, end - offset, content[start:end]))
    return pieces


def recursive_pieces(documents: Sequence[EvalDocument], size: int, overlap: int) -> list[Piece]:
    """Cut documents by LangChain's RecursiveCharacterTextSplitter; sizes are in characters.

    Raises:
        MissingExtraError: langchain-text-splitters is not installed.
    """
    splitter = recursive_splitter(size, overlap, separators=LANGCHAIN_SEPARATORS, length=len)

    def cut(text: str) -> Iterable[tuple[int, int]]:
        for piece in splitter.create_documents([text]):
            start = piece.metadata["start_index"]
            yield start, start + len(piece.page_content)

    return cut_documents(documents, cut)


def recursive_splitter(
    size: int, overlap: int, *, separators: Sequence[str], length: Callable[[str], int]
) -> "RecursiveCharacterTextSplitter":
    """Return LangChain's RecursiveCharacterTextSplitter.

    Its `start_index` can be trusted only where `length` counts characters (1.1.3 takes the overlap
    for characters when it looks for a piece).

    Args:
        size: The most a piece may have, by `length`.
        overlap: How much of a piece may stand at the end of the one before.
        separators: Where to cut, best first.
        length: Measures a text.

    Raises:
        MissingExtraError: langchain-text-splitters is not installed.
    """
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise missing_extra("langchain-text-splitters", "bench") from error
    return RecursiveCharacterTextSplitter(
        separators=list(separators),
        chunk_size=size,
        chunk_overlap=overlap,
        length_function=length,
        add_start_index=True,
    )


def text_bytes(pieces: Sequence[Piece]) -> int:
    """Return the size of all texts in UTF-8."""
    return sum(len(piece.text.encode("utf-8", "surrogatepass")) for piece in pieces)


def find_nothing(query: str, k: int) -> list[Document]:  # noqa: ARG001 - a `Searcher`
    """Search a set without a word in it."""
    return []


def check_size(size: int, overlap: int) -> None:
    """Refuse sizes that no splitter can keep.

    Raises:
        ValueError: The size is below 1, or the overlap is not smaller.
    """
    if size < 1 or not 0 <= overlap < size:
        raise ValueError(
            f"wanted a size of 1 or more and a smaller overlap, found {size} and {overlap}"
        )


def missing_extra(package: str, extra: str) -> MissingExtraError:
    """Return the error for a package that is not installed."""
    return MissingExtraError(
        f'this rival needs {package}, which is not installed; run: pip install "rag[{extra}]"'
    )
