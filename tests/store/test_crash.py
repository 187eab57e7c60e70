"""A killed writer loses nothing, and needs nobody to repair what it left."""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from rag import Rag
from rag.errors import FingerprintMismatchError
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import MODES, Project, contents, derived_ids, leftovers, rankings
from tests.store.crashing import Zygote

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has neither fork nor kill -9")

QUERIES = ("pump", "guarantee year three", "压缩机保修", "red valve item4")
WRITER, DERIVED = "rag.store.writer:Writer", "rag.store.derived:DerivedIndexes"
CHROMA, WORDS = "rag.store.vectors:ChromaVectors", "rag.store.lexical:LexicalIndex"

SYNC_STEPS = [
    "rag.sync.sync:embed_missing",
    f"{WRITER}.put_vectors",
    f"{WRITER}.commit",
    f"{WRITER}.finish",
    f"{CHROMA}.upsert",
    f"{WORDS}.update",
    f"{CHROMA}.delete",
    f"{DERIVED}.compact",
    f"{DERIVED}.stamp",
]
REBUILD_STEPS = [
    f"{WRITER}.stage",
    f"{WRITER}.put_staged",
    "rag.store.changes:switch_epoch",
    f"{WRITER}.switch",
    # The first drop is that of an earlier try, the second that of the old collection.
    f"{CHROMA}.drop#2",
]
MEND_STEPS = [
    f"{WRITER}.mend",
    f"{CHROMA}.create",
    f"{CHROMA}.upsert",
    f"{DERIVED}._rebuild_words",
]


@dataclass(frozen=True)
class Version:
    """One state of the documents, with a fresh build of it to compare with."""

    files: Mapping[str, str]
    contents: Mapping[str, Any]
    rankings: list[list[tuple[str, float]]]

    def texts(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for _, source, _, text in sorted(self.contents["passages"], key=lambda row: row[2]):
            found.setdefault(source, []).append(text)
        return found


def _body(name: str, year: str) -> str:
    return "\n\n".join(
        f"Item{n} of {name}: the pump has a guarantee of year {year}, a red valve and "
        + " ".join(f"{name}{n * 7 + m}" for m in range(20))
        for n in range(8)
    )


FIRST = {
    "docs/a.md": _body("alpha", "two"),
    "docs/b.md": _body("beta", "two"),
    "docs/c.md": "# 空调\n\n压缩机保修三年。\n",
    "docs/d.md": _body("delta", "five"),
}
SECOND = {
    "docs/a.md": _body("alpha", "three"),
    "docs/moved.md": _body("delta", "five"),
    "docs/c.md": "# 空调\n\n压缩机保修四年，泵 pump 两年。\n",
    "docs/e.md": _body("epsilon", "three"),
}


def _write(project: Project, files: Mapping[str, str]) -> None:
    shutil.rmtree(project.folder / "docs", ignore_errors=True)
    for name, text in files.items():
        project.write(name, text)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    with Zygote() as process:
        yield process


@pytest.fixture(scope="module")
def versions(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Version, Version]:
    made = []
    for number, files in enumerate((FIRST, SECOND)):
        with Project(tmp_path_factory.mktemp(f"fresh{number}") / "project") as project:
            _write(project, files)
            project.add("docs")
            made.append(Version(files, contents(project.index), rankings(project.rag, QUERIES)))
    return made[0], made[1]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that is indexed at the first version, to copy."""
    folder = tmp_path_factory.mktemp("template") / "project"
    with Project(folder) as project:
        _write(project, FIRST)
        project.add("docs")
    return folder


@pytest.fixture
def crashed(template: Path, tmp_path: Path) -> Iterator[Project]:
    shutil.copytree(template, tmp_path / "project")
    with Project(tmp_path / "project") as project:
        yield project


def assert_whole(rag: Rag, versions: tuple[Version, ...]) -> None:
    """Every search answers, and shows each source in one version, whole."""
    whole = [version.texts() for version in versions]
    found: dict[str, list[tuple[int, str]]] = {}
    for document in rag.search("pump", k=500, mode="dense"):
        place = (document.metadata["ordinal"], document.page_content)
        found.setdefault(document.metadata["source"], []).append(place)
    assert found
    for source, passages in found.items():
        texts = [text for _, text in sorted(passages)]
        assert texts in [texts_of.get(source) for texts_of in whole], source
    for mode in MODES:
        assert rag.search("pump guarantee", mode=mode)  # type: ignore[arg-type]


def assert_like_fresh(project: Project, rag: Rag, version: Version) -> None:
    assert contents(project.index) == version.contents
    ids = {row[0] for row in version.contents["passages"]}
    assert derived_ids(project.index) == (ids, ids)
    assert leftovers(project.index) == []
    if rag.embeddings.fingerprint.model == "bag-of-words":
        assert rankings(rag, QUERIES) == version.rankings
    assert {d.id for d in rag.search("pump", k=500, mode="dense")} == ids


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", SYNC_STEPS)
def test_a_sync_killed_at_a_step_leaves_an_index_that_answers_and_heals(
    crashed: Project, zygote: Zygote, versions: tuple[Version, Version], step: str, when: str
) -> None:
    _write(crashed, SECOND)
    status = zygote.run(folder=str(crashed.folder), action="sync", step=step, when=when)
    assert status == -signal.SIGKILL

    assert_whole(crashed.rag, versions)
    crashed.rag.sync()

    assert_like_fresh(crashed, crashed.rag, versions[1])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", REBUILD_STEPS)
def test_a_rebuild_killed_at_a_step_leaves_the_old_index_or_the_new_one(
    crashed: Project, zygote: Zygote, versions: tuple[Version, Version], step: str, when: str
) -> None:
    name, _, nth = step.partition("#")
    status = zygote.run(
        folder=str(crashed.folder),
        action="rebuild",
        model="other",
        step=name,
        when=when,
        nth=int(nth or 1),
    )
    assert status == -signal.SIGKILL
    switched = "drop" in step or (name.endswith("Writer.switch") and when == "after")
    old, new = crashed.open(), crashed.open(BagOfWordsEmbeddings("other"))
    serving, refused = (new, old) if switched else (old, new)

    with pytest.raises(FingerprintMismatchError):
        refused.search("pump")
    assert_whole(serving, versions[:1])
    serving.sync()

    assert_like_fresh(crashed, serving, versions[0])


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", MEND_STEPS)
def test_a_mend_killed_at_a_step_never_gives_half_an_answer(
    crashed: Project, zygote: Zygote, versions: tuple[Version, Version], step: str, when: str
) -> None:
    shutil.rmtree(crashed.index / "chroma")
    shutil.rmtree(crashed.index / "lexical")
    status = zygote.run(folder=str(crashed.folder), action="search", step=step, when=when)
    assert status == -signal.SIGKILL

    assert_whole(crashed.rag, versions[:1])
    ids = {row[0] for row in versions[0].contents["passages"]}
    assert {d.id for d in crashed.rag.search("pump", k=500, mode="dense")} == ids
    crashed.rag.sync()

    assert_like_fresh(crashed, crashed.rag, versions[0])


def test_the_making_of_an_index_may_be_killed(
    tmp_path: Path, zygote: Zygote, versions: tuple[Version, Version]
) -> None:
    with Project(tmp_path / "project") as project:
        _write(project, FIRST)
        index = project.index
        index.mkdir()
        # What a kill between SQLite's first write and the renaming leaves, and a deleted index.
        for name in ("catalog.new-wal", "catalog.sqlite3-wal", "catalog.new"):
            (index / name).write_bytes(os.urandom(4096))
        project.add("docs")
        assert_like_fresh(project, project.rag, versions[0])


def test_a_writer_killed_twenty_times_at_random_loses_nothing(
    crashed: Project, zygote: Zygote, versions: tuple[Version, Version]
) -> None:
    generator = random.Random(20260)
    _write(crashed, SECOND)
    started = time.monotonic()
    assert zygote.run(folder=str(crashed.folder), action="sync") == 0
    whole_run = time.monotonic() - started
    killed = 0
    for turn in range(20):
        goal = versions[turn % 2]
        _write(crashed, goal.files)
        seconds = generator.uniform(0.005, whole_run)
        status = zygote.run(folder=str(crashed.folder), action="sync", seconds=seconds)
        killed += status == -signal.SIGALRM

        reader = crashed.open()
        assert_whole(reader, versions)
        reader.sync()
        assert_like_fresh(crashed, reader, goal)
        reader.close()
    assert killed
