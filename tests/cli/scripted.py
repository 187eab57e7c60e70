"""A Rag that answers from a script, and a way to run commands on it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from langchain_core.documents import Document

from rag.answering.answer import (
    Answer,
    AnswerEvent,
    AnswerFinished,
    Citation,
    PassagesFound,
    SearchStarted,
    TextChunk,
)
from rag.errors import CitationNotFoundError, RagError
from rag.excerpt import Excerpt, line_at
from rag.settings import Settings
from rag.store.records import SourceRecord
from rag.sync import SyncReport

TEXT = "Intro line.\nThe pump is guaranteed for two years.\n保修期为两年。\n"
QUOTE = "The pump is guaranteed for two years."
ADDED_ONE = SyncReport(added=1, passages_embedded=1, seconds=0.25)


def make_passage(rank: int = 1) -> Document:
    return Document(
        id=f"{rank:032x}",
        page_content=TEXT,
        metadata={
            "source": "docs/warranty.md",
            "title": "Warranty",
            "page": None,
            "section": "Terms > Length",
            "lead_in": "",
            "start_index": 0,
            "end_index": len(TEXT),
            "score": 0.8125,
            "rank": rank,
            "kind": "markdown",
            "ordinal": 0,
            "team": "ops",
        },
    )


def make_answer(
    question: str, *, search_query: str | None = None, notice: str | None = None
) -> Answer:
    start = TEXT.index(QUOTE)
    cited = Citation(
        1, "docs/warranty.md", "Warranty", None, start, start + len(QUOTE), QUOTE, verified=True
    )
    return Answer(
        question=question,
        search_query=search_query or question,
        text="It is **two years** [1].",
        answered=True,
        citations=(cited,),
        passages=(make_passage(),),
        notice=notice,
    )


@dataclass
class ScriptedRag:
    """Stands where `Rag` stands; `fail` raises inside an answer, `asked` records what came in."""

    index_dir: Path
    fail: BaseException | None = None
    notice: str | None = None
    answered: bool = True
    unfit: RagError | None = None
    report: SyncReport = ADDED_ONE
    records: Sequence[SourceRecord] = ()
    found: list[Document] = field(default_factory=lambda: [make_passage()])
    asked: list[tuple[str, list[tuple[str, str]]]] = field(default_factory=list)
    searched: list[dict[str, object]] = field(default_factory=list)
    given: list[tuple[tuple[str, ...], dict[str, object]]] = field(default_factory=list)
    text: str = TEXT

    def ask(self, question: str, *, history: Sequence[tuple[str, str]] = ()) -> Answer:
        for event in self.stream(question, history=history):
            if isinstance(event, AnswerFinished):
                return event.answer
        raise AssertionError("no answer")

    def stream(
        self, question: str, *, history: Sequence[tuple[str, str]] = ()
    ) -> Iterator[AnswerEvent]:
        self.asked.append((question, list(history)))
        query = f"{question} (about the pump)" if history else question
        answer = make_answer(question, search_query=query, notice=self.notice)
        if not self.answered:
            text = "The documents do not say."
            answer = replace(answer, text=text, answered=False, citations=())
        yield SearchStarted(query)
        yield PassagesFound(answer.passages)
        yield TextChunk(answer.text[:9])
        if self.fail is not None:
            error, self.fail = self.fail, None
            raise error
        yield TextChunk(answer.text[9:])
        yield AnswerFinished(answer)

    def search(self, query: str, **options: object) -> list[Document]:
        self.searched.append({"query": query, **options})
        return self.found

    def show(self, reference: str, *, context: int = 400) -> Excerpt:
        source, _, span = reference.rpartition(":")
        start, _, end = span.partition("-")
        if source != "docs/warranty.md" or not end.isdecimal():
            raise CitationNotFoundError(f"{reference} is not in the index")
        first, last = int(start), int(end)
        return Excerpt(
            source=source,
            title="Warranty",
            page=None,
            section=("Terms", "Length"),
            line=line_at(self.text, first),
            start_index=first,
            end_index=last,
            before=self.text[max(0, first - context) : first],
            text=self.text[first:last],
            after=self.text[last : last + context],
        )

    def chain(self) -> None:
        if self.unfit is not None:
            raise self.unfit

    @property
    def settings(self) -> Settings:
        return Settings(index_dir=self.index_dir)

    def list(self) -> Sequence[SourceRecord]:
        return self.records

    def add(
        self,
        *paths: str,
        metadata: Mapping[str, object],
        progress: Callable[[str, int, int, str], None] | None = None,
    ) -> SyncReport:
        self.given.append((paths, dict(metadata)))
        if progress is not None:
            progress("scan", 0, 0, "")
            progress("parse", 1, 2, "a\x1b[2J.md")
        return self.report

    def remove(self, *paths: str) -> SyncReport:
        self.given.append((paths, {}))
        return self.report

    @contextmanager
    def open(self) -> Iterator["ScriptedRag"]:
        yield self
