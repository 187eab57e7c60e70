"""Damaged, stale or missing derived indexes heal from the catalog; a damaged catalog says so."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from rag.errors import CollectionConflictError, StoreError
from rag.store import vectors as vectors_module
from tests.indexing import MODES, Project, derived_ids, found, in_all_modes, rankings

FILES = {f"docs/{n}.md": f"The pump {n} has item{n} and a guarantee." for n in range(12)}
QUERIES = ("pump item3", "guarantee")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose HNSW files are on disk, and beside it an older copy of both indexes."""
    folder = tmp_path_factory.mktemp("template") / "project"
    with pytest.MonkeyPatch.context() as patch, Project(folder) as project:
        patch.setattr(vectors_module, "_SYNC_THRESHOLD", 2, raising=True)
        for name in list(FILES)[:6]:
            project.write(name, FILES[name])
        project.add("docs")
        project.rag.close()
        for name in ("chroma", "lexical"):
            shutil.copytree(project.index / name, folder.parent / f"older-{name}")
        for name, text in FILES.items():
            project.write(name, text)
        project.rag.sync()
    return folder


@pytest.fixture
def copy(template: Path, tmp_path: Path) -> Iterator[Project]:
    shutil.copytree(template, tmp_path / "project")
    with Project(tmp_path / "project") as project:
        yield project


def _words(index: Path) -> Path:
    return next(iter(index.glob("lexical*")))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _segment(index: Path) -> Path:
    return next(path for path in (index / "chroma").iterdir() if path.is_dir())


def _restore(name: str) -> Callable[[Path, Path], None]:
    def restore(index: Path, template: Path) -> None:
        place = index / "chroma" if name == "chroma" else _words(index)
        shutil.rmtree(place)
        shutil.copytree(template.parent / f"older-{name}", place)

    return restore


def _truncate_words(index: Path, _: Path) -> None:
    for path in _words(index).glob("*.*"):
        if path.suffix in (".store", ".idx", ".term", ".fast", ".pos", ".fieldnorm"):
            _truncate(path)


DAMAGES: dict[str, Callable[[Path, Path], None]] = {
    "chroma deleted": lambda index, _: shutil.rmtree(index / "chroma"),
    "chroma emptied": lambda index, _: _empty(index / "chroma"),
    "hnsw deleted": lambda index, _: shutil.rmtree(_segment(index)),
    "index_metadata truncated": lambda index, _: _truncate(
        _segment(index) / "index_metadata.pickle"
    ),
    "hnsw data truncated": lambda index, _: _truncate(_segment(index) / "data_level0.bin"),
    "hnsw header truncated": lambda index, _: _truncate(_segment(index) / "header.bin"),
    "chroma.sqlite3 junk": lambda index, _: (
        (index / "chroma" / "chroma.sqlite3").write_bytes(b"junk " * 4000) and None
    ),
    "chroma.sqlite3 truncated": lambda index, _: _truncate(index / "chroma" / "chroma.sqlite3"),
    "older chroma restored": _restore("chroma"),
    "words deleted": lambda index, _: shutil.rmtree(_words(index)),
    "words truncated": _truncate_words,
    "words' meta.json junk": lambda index, _: (
        (_words(index) / "meta.json").write_text("{", encoding="ascii") and None
    ),
    "older words restored": _restore("lexical"),
}


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


@pytest.fixture(scope="module")
def sound(template: Path) -> list[list[tuple[str, float]]]:
    with Project(template) as project:
        return rankings(project.rag, QUERIES)


@pytest.mark.parametrize("way", ["reader", "sync"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_heals_from_the_catalog_without_embedding(
    copy: Project,
    template: Path,
    sound: list[list[tuple[str, float]]],
    damage: str,
    way: str,
) -> None:
    DAMAGES[damage](copy.index, template)

    if way == "reader":
        for mode in MODES:
            assert len(copy.rag.search("pump item3", k=50, mode=mode)) == 12  # type: ignore[arg-type]
    else:
        assert copy.rag.sync().unchanged == 12

    assert copy.embeddings.calls == 0
    assert rankings(copy.open(), QUERIES) == sound
    ids = {hit[0] for hits in sound for hit in hits}
    assert derived_ids(copy.index) == (ids, ids)
    generation = copy.rag.status().generation
    for mode in MODES:
        assert len(copy.open().search("pump item3", k=50, mode=mode)) == 12  # type: ignore[arg-type]
    assert copy.rag.status().generation == generation, "healed once is healed"


def test_a_long_lived_reader_survives_damage_under_its_feet(copy: Project) -> None:
    assert found(copy.rag, "pump") == in_all_modes(*FILES)
    shutil.rmtree(copy.index / "chroma")
    shutil.rmtree(_words(copy.index))
    assert found(copy.rag, "pump") == in_all_modes(*FILES)


def test_a_foreign_collection_of_the_same_name_is_refused_and_kept(project: Project) -> None:
    import chromadb

    project.write("a.md", "The pump is heavy.")
    project.index.mkdir(mode=0o700)
    with closing(chromadb.PersistentClient(str(project.index / "chroma"))) as client:
        client.create_collection("passages", embedding_function=None).add(
            ids=["theirs"], embeddings=[[1.0, 0.0]]
        )

    for _ in range(2):
        with pytest.raises(CollectionConflictError, match=r"store\.collection"):
            project.add("a.md")

    path = str(project.index / "chroma") + "/."
    with closing(chromadb.PersistentClient(path)) as client:
        kept = client.get_collection("passages", embedding_function=None)
        assert kept.get()["ids"] == ["theirs"]


def test_a_rebuild_never_drops_a_collection_of_somebody_else(project: Project) -> None:
    import chromadb

    project.write("a.md", "The pump is heavy.")
    project.add("a.md")
    project.rag.close()
    with closing(chromadb.PersistentClient(str(project.index / "chroma"))) as client:
        client.create_collection("passages-2", embedding_function=None).add(
            ids=["theirs"], embeddings=[[1.0, 0.0]]
        )

    with pytest.raises(CollectionConflictError, match="something else"):
        project.rag.rebuild()

    assert found(project.rag, "pump") == in_all_modes("a.md")
    project.rag.close()
    path = str(project.index / "chroma") + "/."
    with closing(chromadb.PersistentClient(path)) as client:
        kept = client.get_collection("passages-2", embedding_function=None)
        assert kept.get()["ids"] == ["theirs"]


@pytest.mark.parametrize("damage", ["junk", "empty", "other database", "torn"])
def test_a_damaged_catalog_is_one_clear_error(copy: Project, damage: str) -> None:
    path = copy.index / "catalog.sqlite3"
    if damage == "torn":
        body = bytearray(path.read_bytes())
        body[4096:] = b"\x5a" * (len(body) - 4096)
        path.write_bytes(body)
    else:
        path.unlink()
    if damage == "junk":
        path.write_bytes(b"junk " * 4000)
    elif damage == "empty":
        path.touch()
    elif damage == "other database":
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE theirs (x)")

    for use in (
        lambda: copy.open().search("pump"),
        lambda: copy.open().sync(),
        lambda: copy.open().list(),
        lambda: copy.open().status(),
        lambda: copy.open().add(copy.folder / "docs"),
    ):
        with pytest.raises(StoreError, match="catalog") as caught:
            use()
        assert "\n" not in str(caught.value)
    if damage == "other database":
        with closing(sqlite3.connect(path)) as other:
            assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]


def test_a_folder_with_other_things_in_it_does_not_become_an_index(project: Project) -> None:
    from rag import Rag

    note = project.write("docs/a.md", "The pump is heavy.")
    note.chmod(0o644)
    before = note.stat().st_mode
    with (
        Rag(project.folder, settings=project.settings, embeddings=project.embeddings) as rag,
        pytest.raises(StoreError, match="holds other things"),
    ):
        rag.add(note)
    assert note.stat().st_mode == before
    assert [path.name for path in project.folder.iterdir()] == ["docs"]
