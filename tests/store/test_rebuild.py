"""Another model: refused until a rebuild, which serves the old index until it switches."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import FingerprintMismatchError
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import MODES, Project, derived_ids, found, in_all_modes, leftovers


def _files(index: Path) -> dict[str, str]:
    return {
        path.relative_to(index).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(index.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def indexed(project: Project) -> Project:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/b.md", "# 泵\n\n泵 pump 很重。")
    project.add("docs")
    return project


def test_another_model_is_refused_before_anything_is_read_or_written(indexed: Project) -> None:
    indexed.rag.close()
    before = _files(indexed.index)
    other = BagOfWordsEmbeddings("other")
    rag = indexed.open(other)

    uses = [rag.sync, lambda: rag.add(indexed.folder / "docs"), rag.chain, rag.retriever]
    uses += [lambda mode=mode: rag.search("pump", mode=mode) for mode in MODES]
    for use in uses:
        with pytest.raises(FingerprintMismatchError) as caught:
            use()
        message = str(caught.value)
        assert "bag-of-words" in message
        assert "other" in message
        assert "rag sync --rebuild" in message
    rag.close()

    assert _files(indexed.index) == before
    assert (other.calls, other.queries) == (0, [])
    assert not indexed.open(other).status().fits_settings


def test_a_model_that_changed_while_a_writer_waited_is_refused(
    indexed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = indexed.open()
    store = waiting._open()
    monkeypatch.setattr(waiting, "_open", lambda **_: store)  # past the check before the lock
    indexed.open(BagOfWordsEmbeddings("other")).rebuild()
    indexed.write("docs/c.md", "The pump is new.")

    with pytest.raises(FingerprintMismatchError):
        waiting.sync()
    assert len(indexed.sources()) == 2


def test_readers_are_served_from_the_old_index_until_the_switch(indexed: Project) -> None:
    reader = indexed.open()
    assert found(reader, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    late = indexed.open()
    seen: list[dict[str, set[str]]] = []

    def search_meanwhile(_: Sequence[str]) -> None:
        seen.extend(found(rag, "pump") for rag in (reader, late))

    other = BagOfWordsEmbeddings("other", dimension=48, on_embed=search_meanwhile)
    rebuilding = indexed.open(other)
    report = rebuilding.rebuild()

    assert seen == [in_all_modes("docs/a.md", "docs/b.md")] * 2
    assert report.passages_embedded == 2
    assert found(rebuilding, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    with pytest.raises(FingerprintMismatchError):
        reader.search("pump")
    assert rebuilding.status().collection == "passages-2"


def test_a_rebuild_leaves_nothing_of_the_old_index(indexed: Project) -> None:
    for name in ("other", "third"):
        indexed.open(BagOfWordsEmbeddings(name)).rebuild()
    vectors, words = derived_ids(indexed.index)
    assert len(vectors) == len(words) == 2
    assert leftovers(indexed.index) == []
    with closing(sqlite3.connect(indexed.index / "catalog.sqlite3")) as catalog:
        assert catalog.execute("SELECT count(*) FROM vectors").fetchone() == (2,)
        assert catalog.execute("SELECT count(*) FROM passages").fetchone() == (2,)


def test_a_rebuild_visits_changed_files_as_a_sync_does(indexed: Project) -> None:
    indexed.write("docs/c.md", "The pump is new.")
    rag = indexed.open(BagOfWordsEmbeddings("other"))
    assert rag.rebuild().added == 1
    assert found(rag, "pump") == in_all_modes("docs/a.md", "docs/b.md", "docs/c.md")


def test_a_rebuild_that_fails_leaves_the_old_index_and_keeps_what_was_embedded(
    indexed: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = BagOfWordsEmbeddings("other")
    with monkeypatch.context() as patch:
        patch.setattr("rag.store.writer.Writer.switch", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            indexed.open(other).rebuild()

    assert found(indexed.rag, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    assert indexed.rag.sync().unchanged == 2
    assert leftovers(indexed.index) == []
    assert indexed.open(other).rebuild().passages_embedded == 0


def test_vectors_of_text_that_is_gone_are_forgotten(indexed: Project) -> None:
    def count() -> int:
        with closing(sqlite3.connect(indexed.index / "catalog.sqlite3")) as catalog:
            return int(catalog.execute("SELECT count(*) FROM vectors").fetchone()[0])

    assert count() == 2
    indexed.write("docs/a.md", "The pump is light.")
    indexed.rag.sync()
    assert count() == 2
    indexed.rag.remove(indexed.folder / "docs")
    assert count() == 0
