"""Paths to documents with extracted text and its map; knows nothing of passages or the index."""

from rag.documents.loading import LOADER_VERSION, kind_of, load

__all__ = ["LOADER_VERSION", "kind_of", "load"]
