"""Reads plain text of any encoding, damaged or not; knows no other format."""

from rag.documents.cleaning import clean
from rag.documents.document import LoadedDocument
from rag.documents.encoding import decode
from rag.documents.mojibake import repair


def load_text(data: bytes) -> LoadedDocument:
    """Return the text of `data` in whatever encoding it was written, without structure."""
    return LoadedDocument(text=read_text(data), kind="text")


def read_text(data: bytes, *, declared: str | None = None) -> str:
    """Return `data` decoded, repaired where it was once decoded wrongly, and cleaned.

    Args:
        data: The whole file.
        declared: The encoding the file itself names, if any.
    """
    return clean(repair(decode(data, declared=declared)))
