"""Embeds the texts an index has no vector for, each once; knows no documents."""

from collections.abc import Callable, Mapping

from rag.embeddings import PassageEmbeddings
from rag.store.catalog import Catalog
from rag.store.vector_cache import known_vectors
from rag.store.writer import Writer

# Kept after so many, so that a killed run does not start over.
_KEEP_EVERY = 256


def embed_missing(
    texts: Mapping[bytes, str],
    embeddings: PassageEmbeddings,
    catalog: Catalog,
    writer: Writer,
    *,
    progress: Callable[[int, int], None],
) -> int:
    """Embed those of `texts` (by text key) that have no vector yet, and return how many.

    Texts of like length go together: padding is what a mixed batch wastes.
    """
    digest = embeddings.fingerprint.digest
    known = known_vectors(catalog, digest, list(texts))
    missing = sorted((len(text), key) for key, text in texts.items() if key not in known)
    keys = [key for _, key in missing]
    for start in range(0, len(keys), _KEEP_EVERY):
        batch = keys[start : start + _KEEP_EVERY]

        def note(done: int, start: int = start) -> None:
            progress(start + done, len(keys))

        vectors = embeddings.embed_passages([texts[key] for key in batch], progress=note)
        writer.put_vectors(digest, batch, vectors)
    return len(keys)
