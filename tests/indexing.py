"""Projects to index in tests: files beside an index, and questions about what it holds."""

import hashlib
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest

from rag import Rag
from rag.documents.document import LoadedDocument
from rag.documents.isolation import DocumentParser
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbeddings

MODES = ("dense", "lexical", "hybrid")
HOUR = 3_600_000_000_000


class Project:
    """A folder whose index is `.rag` inside of it; every Rag it opens is closed at the end."""

    def __init__(self, folder: Path, settings: Settings | None = None) -> None:
        self.folder = folder
        self.settings = settings or Settings()
        self.embeddings = BagOfWordsEmbeddings()
        self._opened: list[Rag] = []
        folder.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for rag in self._opened:
            rag.close()

    @property
    def index(self) -> Path:
        return self.folder / ".rag"

    def open(
        self,
        embeddings: BagOfWordsEmbeddings | None = None,
        *,
        settings: Settings | None = None,
    ) -> Rag:
        """A new Rag over the index, as another process would open it."""
        rag = Rag(
            self.index,
            settings=settings or self.settings,
            embeddings=embeddings or self.embeddings,
        )
        self._opened.append(rag)
        return rag

    @property
    def rag(self) -> Rag:
        if not self._opened:
            self.open()
        return self._opened[0]

    def write(self, name: str, text: str, *, age: int = HOUR) -> Path:
        """Write a file, by default one that was last written an hour ago."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        stamp = path.stat().st_mtime_ns - age
        os.utime(path, ns=(stamp, stamp))
        return path

    def add(self, *names: str, **options: Any) -> Any:
        return self.rag.add(*(self.folder / name for name in names), **options)

    def sources(self) -> list[str]:
        return [record.source for record in self.rag.list()]

    def reset_counts(self) -> None:
        self.embeddings.calls = 0
        self.embeddings.texts.clear()

    def catalog_bytes(self) -> str:
        return hashlib.sha256((self.index / "catalog.sqlite3").read_bytes()).hexdigest()


def found(rag: Rag, query: str, *, k: int = 50, **options: Any) -> dict[str, set[str]]:
    """The sources that each mode finds."""
    return {
        mode: {
            document.metadata["source"]
            for document in rag.search(query, k=k, mode=mode, **options)  # type: ignore[arg-type]
        }
        for mode in MODES
    }


def in_all_modes(*sources: str) -> dict[str, set[str]]:
    return {mode: set(sources) for mode in MODES}


def contents(index: Path) -> Mapping[str, Any]:
    """What an index holds, without what differs between two builds of the same sources."""
    with closing(sqlite3.connect(index / "catalog.sqlite3")) as catalog:
        live = "epoch = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'epoch')"
        return {
            "sources": catalog.execute(
                "SELECT source, sha256, status FROM sources ORDER BY source"
            ).fetchall(),
            "passages": catalog.execute(
                f"SELECT id, source, ordinal, text FROM passages WHERE {live} ORDER BY id"
            ).fetchall(),
            "others": catalog.execute(f"SELECT count(*) FROM passages WHERE NOT {live}").fetchone(),
        }


def count_parses(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """A list that every parsed path is put on."""
    parsed: list[Path] = []
    parse = DocumentParser.parse

    def counting(self: DocumentParser, path: Path) -> LoadedDocument:
        parsed.append(path)
        return parse(self, path)

    monkeypatch.setattr(DocumentParser, "parse", counting)
    return parsed


def derived_ids(index: Path) -> tuple[set[str], set[str]]:
    """The ids that the live Chroma collection and the live lexical index hold."""
    from rag.store.lexical import LexicalIndex
    from rag.store.store import Store

    store = Store(index)
    vectors = store._places.vectors(store.catalog.epoch())
    lexical = LexicalIndex(store._places.lexical(store.catalog.lexical()))
    try:
        vectors.open()
        return vectors.ids(), lexical.ids()
    finally:
        vectors.close()
        lexical.close()
        store.close()


def leftovers(index: Path) -> list[str]:
    """What no live index needs: segment folders, other collections' and lexical folders."""
    with closing(sqlite3.connect(index / "chroma" / "chroma.sqlite3")) as chroma:
        known = {row[0] for row in chroma.execute("SELECT id FROM segments")}
        collections = [row[0] for row in chroma.execute("SELECT name FROM collections")]
    segments = [p.name for p in (index / "chroma").iterdir() if p.is_dir()]
    lexical = [p.name for p in index.glob("lexical*")]
    return [name for name in segments if name not in known] + collections[1:] + lexical[1:]


def rankings(rag: Rag, queries: Sequence[str]) -> list[list[tuple[str, float]]]:
    """What the words find and an exact comparison of vectors finds, in order."""
    store = rag._open()
    results = []
    for query in queries:
        vector = np.asarray(rag.embeddings.embed_query(query), dtype=np.float32)
        legs = (store.search_words(query, 50), store.search_exact(vector, 50))
        results.extend([(hit.id, round(hit.score, 4)) for hit in hits] for hits in legs)
    return results
