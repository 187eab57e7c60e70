"""Loads plain text; knows encodings only through `decode` and no other format."""

from rag.documents.cleaning import clean
from rag.documents.document import LoadedDocument
from rag.documents.encoding import decode


def load_text(data: bytes) -> LoadedDocument:
    """Return the text of `data` in whatever encoding it was written, without structure."""
    return LoadedDocument(text=clean(decode(data)), kind="text")
