"""With `store.url` the same index keeps its vectors on a Chroma server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rag.errors import CollectionConflictError, StoreUnavailableError
from rag.settings import Settings
from rag.settings.groups import StoreSettings
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project, found, in_all_modes
from tests.store.chroma_server import chroma_server, client_of

Make = Callable[..., Project]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server")) as address:
        yield address


@pytest.fixture
def make(url: str, tmp_path: Path) -> Iterator[Make]:
    """Makes projects on the server, each with a collection of its own unless it is given one."""
    made: list[Project] = []

    def project(name: str = "project", *, collection: str | None = None) -> Project:
        chosen = collection or f"{tmp_path.name[:40]}-{name}"
        settings = Settings(store=StoreSettings(url=url, collection=chosen))
        made.append(Project(tmp_path / name, settings))
        return made[-1]

    yield project
    for one in made:
        one.__exit__(None, None, None)


def _server_ids(url: str, collection: str) -> set[str]:
    with client_of(url) as client:
        return set(client.get_collection(collection, embedding_function=None).get()["ids"])


def _collections(url: str) -> set[str]:
    with client_of(url) as client:
        return {collection.name for collection in client.list_collections()}


def test_add_sync_search_and_remove_work_on_a_server(make: Make, url: str) -> None:
    project = make()
    path = project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/b.md", "# 泵\n\n泵 pump 很重。")
    assert project.add("docs").added == 2
    reader = project.open()
    assert found(reader, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    assert not (project.index / "chroma").exists()

    path.write_text("The pump is light.", encoding="utf-8")
    project.write("docs/c.md", "The pump is new.")
    report = project.rag.sync()
    assert (report.updated, report.added, report.passages_embedded) == (1, 1, 2)
    assert found(reader, "pump") == in_all_modes("docs/a.md", "docs/b.md", "docs/c.md")
    ids = {d.id for d in reader.search("pump", mode="dense")}
    assert _server_ids(url, project.rag.status().collection) == ids

    project.rag.remove(project.folder / "docs" / "a.md")
    assert found(reader, "pump") == in_all_modes("docs/b.md", "docs/c.md")

    generation = project.rag.status().generation
    assert project.rag.sync().unchanged == 2
    assert project.rag.status().generation == generation


def test_a_rebuild_switches_the_collection_and_drops_the_old_one(make: Make, url: str) -> None:
    project = make()
    project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    reader, old = project.open(), project.rag.status().collection
    seen = []
    other = BagOfWordsEmbeddings("other", on_embed=lambda _: seen.append(found(reader, "pump")))

    rebuilt = project.open(other)
    rebuilt.rebuild()

    assert seen == [in_all_modes("docs/a.md")]
    assert found(rebuilt, "pump") == in_all_modes("docs/a.md")
    assert old not in _collections(url)
    assert rebuilt.status().collection in _collections(url)


def test_a_collection_that_vanished_from_the_server_is_built_anew(make: Make, url: str) -> None:
    project = make()
    project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    project.reset_counts()
    for heal in (lambda: project.open().search("pump", mode="dense"), project.rag.sync):
        with client_of(url) as client:
            client.delete_collection(project.rag.status().collection)
        assert heal()
        assert len(_server_ids(url, project.rag.status().collection)) == 1
    assert project.embeddings.calls == 0


def test_two_indexes_on_one_server_need_names_of_their_own(make: Make, url: str) -> None:
    first, second = make("first", collection="shared"), make("second", collection="shared")
    for project in (first, second):
        project.write("docs/a.md", f"The pump of {project.folder.name} is heavy.")
    first.add("docs")
    ids = _server_ids(url, "shared")

    for _ in range(2):
        with pytest.raises(CollectionConflictError, match=r"'shared' .* set store\.collection"):
            second.add("docs")

    assert _server_ids(url, "shared") == ids
    assert found(first.rag, "pump") == in_all_modes("docs/a.md")


def test_a_rebuild_spares_the_collection_of_a_neighbour(make: Make, url: str) -> None:
    first, second = make("one", collection="near"), make("two", collection="near-2")
    for project in (first, second):
        project.write("docs/a.md", "The pump is heavy.")
        project.add("docs")

    with pytest.raises(CollectionConflictError):
        first.rag.rebuild()
    first.write("docs/b.md", "The pump is new.")
    first.rag.sync()

    assert found(first.rag, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    assert found(second.open(), "pump") == in_all_modes("docs/a.md")
    assert len(_server_ids(url, "near-2")) == 1


def test_a_server_that_is_away_is_one_clear_line_and_costs_nothing(tmp_path: Path) -> None:
    with chroma_server(tmp_path / "server") as url:
        project = Project(tmp_path / "project", Settings(store=StoreSettings(url=url)))
        project.write("docs/a.md", "The pump is heavy.")
        project.add("docs")
        project.rag.close()
    project.write("docs/b.md", "The pump is new.")
    with project:
        for use in (project.rag.sync, lambda: project.open().search("pump", mode="dense")):
            with pytest.raises(StoreUnavailableError) as caught:
                use()
            assert url in str(caught.value)
            assert "store.url" in str(caught.value)
            assert "\n" not in str(caught.value)
        assert len(project.open().search("pump", mode="lexical")) == 1
        project.rag.close()
        moved = tmp_path / "project"
        assert (moved / ".rag" / "catalog.sqlite3").is_file()
        project.reset_counts()
        embedded = Project(moved)  # the same index, its vectors in a folder now
        with embedded:
            assert embedded.rag.sync().added == 1
            assert embedded.embeddings.texts == []
            assert found(embedded.rag, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    shutil.rmtree(tmp_path / "server", ignore_errors=True)
