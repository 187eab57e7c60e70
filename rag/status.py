"""Says what an index holds; knows no documents on disk and no search."""

from dataclasses import asdict, dataclass
from pathlib import Path

from rag.store.store import Store


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What an index holds. `collection` is the name to open with any Chroma client.

    `fits_settings` is False if the settings name another embedding model than built the index.
    """

    index_dir: str
    sources: int
    failed: int
    passages: int
    generation: int
    embedding: str
    fits_settings: bool
    collection: str
    roots: tuple[str, ...]
    bytes: int

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag status`."""
        return {**asdict(self), "roots": list(self.roots)}


def index_status(store: Store, *, fits_settings: bool) -> IndexStatus:
    """Return what the index of `store` holds."""
    catalog = store.catalog
    sources = catalog.sources()
    return IndexStatus(
        index_dir=str(store.index_dir),
        sources=len(sources),
        failed=sum(record.status == "failed" for record in sources),
        passages=catalog.count(),
        generation=catalog.generation(),
        embedding=catalog.meta("fingerprint_text") or "",
        fits_settings=fits_settings,
        collection=store.collection_name,
        roots=tuple(catalog.roots()),
        bytes=sum(_size(file) for file in store.index_dir.rglob("*")),
    )


def _size(path: Path) -> int:
    """Return a file's bytes; 0 for a folder, or for a file another process just deleted."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:
        return 0
