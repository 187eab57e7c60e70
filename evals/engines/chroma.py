"""Chroma as the product serves it; knows the store, and nothing of Chroma itself."""

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from evals.engines.base import Vector, folder_bytes
from rag.store.store import Store


class ChromaEngine:
    """The vector search of an index of the product, its look-up of what is live included.

    Args:
        store: The opened index; closing it is the caller's.
        build_seconds: How long Chroma took to be built, None if that was not seen.
    """

    def __init__(self, store: Store, *, build_seconds: float | None = None) -> None:
        self._store = store
        self.build_seconds = build_seconds

    @property
    def index_bytes(self) -> int:
        """Of Chroma's folder, which holds the passages' texts as well."""
        return folder_bytes(self._store.index_dir / "chroma")

    def search(self, vector: Vector, k: int) -> Sequence[str]:
        """Return the ids that the product would get."""
        return [hit.id for hit in self._store.search_vectors(vector, k)]

    @contextmanager
    def rebuilt(self, number: int) -> Iterator["ChromaEngine"]:  # noqa: ARG002 - its graph is random
        """Build the vectors anew in a copy of the index."""
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "index"
            shutil.copytree(self._store.index_dir, again)
            with closing(Store(again, self._store.options)) as store:
                started = time.perf_counter()
                with store.writing(purpose="build the vectors anew") as writer:
                    writer.mend("vectors")
                yield ChromaEngine(store, build_seconds=time.perf_counter() - started)
