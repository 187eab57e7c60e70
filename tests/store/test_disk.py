"""A full or forbidden disk: one line that says what to do, nothing lost, works afterwards."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rag.errors import StoreError, StoreUnavailableError
from rag.store import schema
from rag.store.failures import store_error
from rag.store.schema import CatalogCursor
from tests.indexing import Project, derived_ids, found, in_all_modes

NO_SPACE = OSError(28, "No space left on device")


def _full(*_: Any, **__: Any) -> None:
    raise NO_SPACE


def _full_chroma(*_: Any, **__: Any) -> None:
    raise RuntimeError("error returned from database: (code: 13) database or disk is full")


PLACES: dict[str, tuple[str, Callable[..., Any]]] = {
    "Chroma's rows": ("chromadb.api.models.Collection.Collection.upsert", _full_chroma),
    "Chroma's deletion": ("chromadb.api.models.Collection.Collection.delete", _full_chroma),
    "Chroma's stamp": ("chromadb.api.models.Collection.Collection.modify", _full_chroma),
    "the words": ("rag.store.lexical._write", _full),
    "the words' stamp": ("pathlib.Path.write_text", _full),
    "the lock": ("rag.store.lock.json.dump", _full),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_disk_that_is_full_loses_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/b.md", "The pump is light.")
    project.add("docs")
    project.rag.close()
    (project.folder / "docs" / "b.md").unlink()
    (project.folder / "docs" / "c.md").write_text("The pump is new.", encoding="utf-8")

    with monkeypatch.context() as patch:
        patch.setattr(*PLACES[place])
        with pytest.raises(StoreError) as caught:
            project.rag.sync()
    assert "\n" not in str(caught.value)
    assert "free some space" in str(caught.value)
    assert "docs/a.md" in set.intersection(*found(project.open(), "pump").values())

    project.rag.sync()
    assert found(project.rag, "pump") == in_all_modes("docs/a.md", "docs/c.md")
    live = {d.id for d in project.rag.search("pump")}
    assert derived_ids(project.index) == (live, live)


@pytest.mark.parametrize("statement", ["COMMIT", "INSERT INTO passages", "INSERT OR REPLACE"])
def test_a_catalog_that_cannot_grow_keeps_its_old_state(
    project: Project, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    project.write("docs/a.md", "The valve is new.")

    def refusing(run: Callable[..., Any]) -> Callable[..., Any]:
        def execute(self: CatalogCursor, sql: str, *rest: Any) -> Any:
            if not sql.strip().startswith(statement):
                return run(self, sql, *rest)
            with schema._store_errors():
                raise sqlite3.OperationalError("database or disk is full")

        return execute

    with monkeypatch.context() as patch:
        for name in ("execute", "executemany"):
            patch.setattr(CatalogCursor, name, refusing(getattr(CatalogCursor, name)))
        with pytest.raises(StoreUnavailableError, match="free some space"):
            project.rag.sync()
        assert found(project.rag, "pump") == in_all_modes("docs/a.md")

    assert project.rag.sync().updated == 1
    assert found(project.rag, "valve") == in_all_modes("docs/a.md")
    assert project.rag.search("pump", mode="lexical") == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
@pytest.mark.parametrize("kilobytes", [4, 40, 120])
def test_files_that_may_not_grow_end_in_one_line(tmp_path: Path, kilobytes: int) -> None:
    """A limit on the size of files, as real as a full disk, met in every part of the index."""
    import resource

    with Project(tmp_path / "project") as project:
        project.write("docs/a.md", "The pump is heavy.")
        project.add("docs")
        project.write("docs/b.md", "\n\n".join(f"The pump {n} is item{n}." * 9 for n in range(60)))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024, before[1]))
        try:
            with pytest.raises(StoreError) as caught:
                project.rag.sync()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert "\n" not in str(caught.value)
        assert "docs/a.md" in found(project.open(), "pump")["dense"]

        assert project.open().sync().failed == ()
        everything = found(project.open(), "pump", k=500)
        assert everything == in_all_modes("docs/a.md", "docs/b.md")


def test_what_a_disk_says_becomes_advice() -> None:
    for cause, advice in (
        (NO_SPACE, "free some space"),
        (PermissionError(13, "Permission denied"), "permissions"),
        (sqlite3.OperationalError("attempt to write a readonly database"), "permissions"),
        (sqlite3.OperationalError("database is locked"), "try again"),
    ):
        error = store_error("the catalog cannot be used", cause, advice="x")
        assert isinstance(error, StoreUnavailableError)
        assert advice in str(error)
    assert not isinstance(store_error("x", ValueError("a\nb"), advice="y"), StoreUnavailableError)
