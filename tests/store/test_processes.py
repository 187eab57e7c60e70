"""One writer at a time, many readers, in one process and in several."""

import asyncio
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag.errors import FingerprintMismatchError, IndexLockedError
from rag.settings import Settings
from rag.settings.groups import RetrievalSettings
from rag.store.store import Store
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import MODES, Project, contents, derived_ids, found, in_all_modes

ROOT = Path(__file__).parents[2]
OTHER_PROCESS = """
import sys
from pathlib import Path
from rag.errors import RagError
from tests.fakes import BagOfWordsEmbeddings
from tests.indexing import Project

with Project(Path(sys.argv[1])) as project:
    print("ready", flush=True)
    for line in sys.stdin:
        action, _, model = line.strip().partition(" ")
        rag = project.open(BagOfWordsEmbeddings(model or "bag-of-words"))
        if action == "hold":
            with rag._open().writing(purpose="hold it"):
                print("holding", flush=True)
                sys.stdin.readline()
        else:
            getattr(rag, action)()
        rag.close()
        print("done", flush=True)
"""


class OtherProcess:
    """Another process with the same index, told what to do line by line."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER_PROCESS, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            text=True,
            encoding="utf-8",
        )
        self.answer("ready")

    def tell(self, line: str, *, answer: str = "done") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        self.answer(answer)

    def answer(self, expected: str) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline().strip() == expected


@contextmanager
def other_process(folder: Path) -> Iterator[OtherProcess]:
    other = OtherProcess(folder)
    try:
        yield other
    finally:
        other.process.kill()
        other.process.communicate()


def test_a_long_lived_reader_sees_what_another_process_commits(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    removed = project.write("docs/b.md", "The pump is light.")
    project.add("docs")
    reader = project.open()
    assert found(reader, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    with other_process(project.folder) as other:
        # Not within a second only: the very next search shows it, so no clock is needed here.
        project.write("docs/c.md", "The pump is new.")
        removed.unlink()
        other.tell("sync")
        assert found(reader, "pump") == in_all_modes("docs/a.md", "docs/c.md")

        project.write("docs/c.md", "The valve is new.")
        other.tell("sync")
        assert found(reader, "pump", min_score=0.01)["lexical"] == {"docs/a.md"}
        assert found(reader, "valve")["lexical"] == {"docs/c.md"}

        ready = project.open(BagOfWordsEmbeddings("other"))
        other.tell("rebuild other")
        assert found(ready, "pump valve") == in_all_modes("docs/a.md", "docs/c.md")
        with pytest.raises(FingerprintMismatchError, match="rag sync --rebuild"):
            reader.search("pump")


def test_a_second_writer_is_refused_at_once_with_the_owners_pid(project: Project) -> None:
    project.write("a.md", "The pump is heavy.")
    project.add("a.md")
    with other_process(project.folder) as other:
        other.tell("hold", answer="holding")

        for use in (project.rag.sync, lambda: project.add("a.md"), project.rag.rebuild):
            with pytest.raises(IndexLockedError, match=f"process {other.process.pid}") as caught:
                use()
            assert "hold it" in str(caught.value)
        assert found(project.rag, "pump") == in_all_modes("a.md")

        other.process.kill()
        other.process.wait()
        assert project.rag.sync().unchanged == 1


class InterruptedByTest(BaseException):
    """Like Ctrl-C, which pytest keeps for itself."""


def test_the_lock_is_free_after_an_exception(project: Project) -> None:
    project.write("a.md", "The pump is heavy.")

    def explode(_: Any) -> None:
        raise InterruptedByTest

    with pytest.raises(InterruptedByTest):
        project.open(BagOfWordsEmbeddings(on_embed=explode)).add(project.folder / "a.md")

    assert project.open().add(project.folder / "a.md").added == 1
    assert not (project.index / "lock.owner").exists()


def test_threads_search_while_another_adds(project: Project) -> None:
    for n in range(6):
        project.write(f"docs/{n}.md", f"The pump {n} is heavy.\n\n" + f"word{n} " * 100)
    project.add("docs/0.md")
    stop, mistakes = threading.Event(), []

    def search(mode: str) -> int:
        searches = 0
        while not stop.is_set() or searches == 0:
            documents = project.rag.search("pump", mode=mode, k=50)  # type: ignore[arg-type]
            if "docs/0.md" not in {d.metadata["source"] for d in documents}:
                mistakes.append((mode, [d.metadata["source"] for d in documents]))
            searches += 1
        return searches

    with ThreadPoolExecutor() as pool:
        searching = [pool.submit(search, mode) for mode in MODES]
        try:
            for n in range(1, 6):
                project.add(f"docs/{n}.md")
        finally:
            stop.set()
        assert all(one.result() > 0 for one in searching)
    assert mistakes == []
    sources = {f"docs/{n}.md" for n in range(6)}
    assert found(project.rag, "pump") == in_all_modes(*sources)


async def test_the_async_retriever_finds_what_the_sync_one_finds(project: Project) -> None:
    for n in range(4):
        project.write(f"docs/{n}.md", f"The pump {n} is heavy.")
    project.add("docs")
    for mode in MODES:
        retriever = project.rag.retriever(mode=mode, k=3)  # type: ignore[arg-type]
        expected = retriever.invoke("pump 2")
        found_at_once = await asyncio.gather(*(retriever.ainvoke("pump 2") for _ in range(4)))
        assert found_at_once == [expected] * 4


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("awaited", [False, True], ids=["sync", "async"])
async def test_a_commit_in_the_middle_of_a_search_hides_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, mode: str, awaited: bool
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/b.md", "The pump is light.")
    project.add("docs")
    writer, search = project.open(), Store.search_words if mode == "lexical" else None
    search = search or Store.search_vectors
    versions = iter(["The pump is red.", "The pump is blue."])

    def commit_afterwards(*arguments: Any, **options: Any) -> Any:
        hits = search(*arguments, **options)
        for text in versions:
            project.write("docs/a.md", text)
            writer.sync()
            break
        return hits

    monkeypatch.setattr(Store, search.__name__, commit_afterwards)
    settings = Settings(retrieval=RetrievalSettings(mmr_lambda=0.5, neighbours=1))
    retriever = project.open(settings=settings).retriever(mode=mode)  # type: ignore[arg-type]
    documents = await retriever.ainvoke("pump") if awaited else retriever.invoke("pump")

    assert {d.page_content for d in documents} == {"The pump is blue.", "The pump is light."}


def test_readers_that_open_while_a_writer_writes_lose_no_vector(project: Project) -> None:
    """Two embedded Chroma clients that write lose vectors: openings and writes take turns."""
    for n in range(40):
        project.write(f"docs/{n}.md", f"item{n} alpha{n} beta{n} gamma{n}")
    project.add("docs/0.md")
    stop = threading.Event()

    def reopen() -> int:
        times = 0
        while not stop.is_set():
            with project.open() as reader:
                reader.search("item0", mode="dense")
            times += 1
        return times

    with ThreadPoolExecutor() as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.sync.sync._PASSAGES_PER_COMMIT", 4)
        patch.setattr("rag.store.vectors._SYNC_THRESHOLD", 4)
        opening = pool.submit(reopen)
        try:
            project.add("docs")
        finally:
            stop.set()
        assert opening.result() > 0
    live = {row[0] for row in contents(project.index)["passages"]}
    assert derived_ids(project.index) == (live, live)
    for n in range(40):
        best = project.rag.search(f"item{n} alpha{n} beta{n} gamma{n}", mode="dense", k=1)
        assert [d.metadata["source"] for d in best] == [f"docs/{n}.md"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mask", [0o022, 0o000])
def test_the_index_is_for_its_owner_only(project: Project, mask: int) -> None:
    project.write("a.md", "The pump is heavy.")
    before = os.umask(mask)
    try:
        project.add("a.md")
        project.write("a.md", "The pump is light.")
        project.rag.sync()
        project.rag.search("pump")
        project.rag.rebuild()
    finally:
        os.umask(before)
    for path in (project.index, *project.index.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_connections_of_ended_threads_are_closed(project: Project) -> None:
    project.write("a.md", "The pump is heavy.")
    project.add("a.md")
    catalog = project.rag._open().catalog
    for _ in range(5):
        thread = threading.Thread(target=lambda: project.rag.search("pump"))
        thread.start()
        thread.join()
    assert len(catalog._connections) <= 2
