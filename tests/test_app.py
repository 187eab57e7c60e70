"""`Rag`, the composition root, used as a Python user would."""

from pathlib import Path

import pytest

from rag import Rag, Settings
from rag.answering.answer import AnswerFinished, PassagesFound, SearchStarted, TextChunk
from rag.errors import (
    CitationNotFoundError,
    DocumentError,
    IndexNotFoundError,
    RetrievalError,
    SettingsError,
)
from tests.fakes import BagOfWordsEmbeddings

TEXT = "# Lid\n\nThe lid closes with four screws.\n\n## Colour\n\nThe lid is painted yellow.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "lid.md").write_text(TEXT, encoding="utf-8")
    return tmp_path


def open_rag(folder: Path, **settings: object) -> Rag:
    return Rag(
        folder / ".rag",
        settings=Settings.model_validate(settings),
        embeddings=BagOfWordsEmbeddings(),
    )


def test_add_search_ask_and_show(folder: Path) -> None:
    with open_rag(folder) as rag:
        report = rag.add(folder / "docs")
        assert (report.added, report.failed) == (1, ())
        answer = rag.ask("How many screws close the lid?")
        assert answer.answered
        assert "four screws" in answer.text
        citation = next(one for one in answer.citations if "screws" in one.quote)
        assert TEXT[citation.start_index : citation.end_index] == citation.quote
        shown = rag.show(f"{citation.source}:{citation.start_index}-{citation.end_index}")
        assert shown.text == citation.quote
        assert shown.line == 3


def test_stream_tells_the_query_the_passages_the_text_and_the_answer(folder: Path) -> None:
    with open_rag(folder) as rag:
        rag.add(folder / "docs")
        events = list(rag.stream("What colour is the lid?"))
    assert [type(event) for event in events[:2]] == [SearchStarted, PassagesFound]
    assert isinstance(events[-1], AnswerFinished)
    text = "".join(event.text for event in events if isinstance(event, TextChunk))
    assert text == events[-1].answer.text


async def test_async_answers_are_the_same(folder: Path) -> None:
    with open_rag(folder) as rag:
        rag.add(folder / "docs")
        assert await rag.aask("What colour is the lid?") == rag.ask("What colour is the lid?")


def test_show_takes_a_passage_id_and_refuses_what_is_not_there(folder: Path) -> None:
    with open_rag(folder) as rag:
        rag.add(folder / "docs")
        [found, *_] = rag.search("painted yellow", k=1)
        assert rag.show(str(found.id)).text == found.page_content
        for reference in ("nothing", "docs/lid.md:5-999", "docs/other.md:1-2"):
            with pytest.raises(CitationNotFoundError):
                rag.show(reference)


def test_status_and_list_describe_the_index(folder: Path) -> None:
    (folder / "docs" / "empty.txt").write_text("", encoding="utf-8")
    with open_rag(folder) as rag:
        report = rag.add(folder / "docs")
        assert [failure.source for failure in report.failed] == ["docs/empty.txt"]
        by_name = {record.source: record for record in rag.list()}
        assert by_name["docs/empty.txt"].status == "failed"
        assert by_name["docs/lid.md"].passages >= 1
        status = rag.status()
    assert (status.sources, status.failed, status.fits_settings) == (2, 1, True)
    assert status.roots == ("docs",)


def test_a_path_that_is_not_there_changes_nothing(folder: Path) -> None:
    with open_rag(folder) as rag, pytest.raises(DocumentError, match="does not exist"):
        rag.add(folder / "docs", folder / "nowhere")
    assert not (folder / ".rag").exists()


def test_reading_without_an_index_says_how_to_make_one(folder: Path) -> None:
    with open_rag(folder) as rag, pytest.raises(IndexNotFoundError, match="add PATH"):
        rag.search("lid")
    assert not (folder / ".rag").exists()


def test_passages_larger_than_the_model_reads_are_refused(folder: Path) -> None:
    rag = open_rag(folder, splitter={"max_tokens": 100_000})
    with rag, pytest.raises(SettingsError, match=r"splitter\.max_tokens"):
        rag.add(folder / "docs")


def test_a_blank_question_is_refused(folder: Path) -> None:
    with open_rag(folder) as rag:
        rag.add(folder / "docs")
        with pytest.raises(RetrievalError, match="empty"):
            rag.ask(" ")


def test_an_index_moves_with_its_project(folder: Path, tmp_path: Path) -> None:
    with open_rag(folder) as rag:
        rag.add(folder / "docs")
    moved = tmp_path / "moved"
    moved.mkdir()
    (folder / "docs").rename(moved / "docs")
    (folder / ".rag").rename(moved / ".rag")
    with open_rag(moved) as rag:
        assert rag.sync().unchanged == 1
        assert rag.search("yellow lid")[0].metadata["source"] == "docs/lid.md"
