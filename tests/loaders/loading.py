"""Loaders of our own that give, repeat and fail, and what a run of them does."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.document_loaders import BaseLoader
from langchain_core.documents import Document

from rag import SyncReport
from tests.indexing import Project

LID = "The lid closes with four screws."
HUB = "The hub serves forty loggers."


class ListLoader(BaseLoader):
    """Gives documents; an exception among them is raised when its turn comes."""

    def __init__(self, given: Sequence[Any]) -> None:
        self.given = given

    def lazy_load(self) -> Iterator[Document]:
        for one in self.given:
            if isinstance(one, Exception):
                raise one
            yield one


class FileLoader(BaseLoader):
    """Gives each line of a file as a document, as a loader of the settings does."""

    def __init__(self, path: str, extra: str = "") -> None:
        self.path = path
        if extra == "refuse":
            raise ConnectionError("the wiki is\naway")
        if extra == "import":
            raise ImportError("please `pip install wikilib`")

    def load(self) -> list[Document]:
        lines = Path(self.path).read_text(encoding="utf-8").splitlines()
        return [doc(line, f"wiki/{n}") for n, line in enumerate(lines)]


def doc(text: str = LID, source: str | None = "wiki/lid", **more: Any) -> Document:
    id_ = more.pop("id", None)
    named = {} if source is None else {"source": source}
    return Document(id=id_, page_content=text, metadata={**named, **more})


def sync(project: Project, *given: Any, name: str | None = "wiki", **more: Any) -> SyncReport:
    return project.rag.sync(ListLoader(given), name=name, **more)


def counts(report: SyncReport) -> tuple[int, int, int, int]:
    return report.added, report.updated, report.removed, report.unchanged
