"""Builds the index that cells share, or finds the one that was built before; knows no measures."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.base import EvalDocument
from evals.embedding_cache import CachedEmbeddings
from evals.keys import INDEX_CODE, code_key, stage_key, write_json
from evals.splits import Split, as_langchain
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class BuiltIndex:
    """A whole index of the product in the cache.

    Attributes:
        key: The stage's.
        folder: Its index directory.
        passages: How many are in it.
        embedded: How many texts the model embedded for it; the others were remembered.
        seconds: How long that took.
        disk_bytes: Of all its files.
    """

    key: str
    folder: Path
    passages: int
    embedded: int
    seconds: float
    disk_bytes: int


class IndexStage:
    """Builds an index of a set, or finds the one that was built before."""

    def __init__(self, folder: Path, documents: Sequence[EvalDocument]) -> None:
        self._folder = folder / "indexes"
        self._documents = documents

    def key(self, split: Split) -> str:
        """Return the key of a splitting's index."""
        return stage_key(split.key, code_key(INDEX_CODE))

    def is_built(self, split: Split) -> bool:
        """Tell whether the index is there."""
        return self._marker(split).is_file()

    def build(
        self,
        settings: Settings,
        split: Split,
        embeddings: CachedEmbeddings,
        progress: Any,  # noqa: ANN401
    ) -> BuiltIndex:
        """Return the index of a splitting; one that a killed run left half is completed."""
        folder = self._folder / self.key(split)
        if not self.is_built(split):
            self._make(settings, split, embeddings, progress)
        fields = json.loads(self._marker(split).read_text(encoding="utf-8"))
        return BuiltIndex(key=self.key(split), folder=folder, **fields)

    def _marker(self, split: Split) -> Path:
        return self._folder / f"{self.key(split)}.json"

    def _make(
        self,
        settings: Settings,
        split: Split,
        embeddings: CachedEmbeddings,
        progress: Any,  # noqa: ANN401
    ) -> None:
        from rag.app import Rag

        folder = self._folder / self.key(split)
        folder.parent.mkdir(parents=True, exist_ok=True)
        # Vectors that come out of the cache take no time: they are not counted.
        before = embeddings.embedded
        with Rag(folder, settings=settings, embeddings=embeddings) as rag:
            report = rag.add_documents(map(as_langchain, self._documents), progress=progress)
            passages = rag.status().passages
        write_json(
            self._marker(split),
            {
                "passages": passages,
                "embedded": embeddings.embedded - before,
                "seconds": report.seconds,
                "disk_bytes": sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()),
            },
        )
