"""`Rag.add_documents`: documents without a file behind them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.documents import Document

from rag import Rag, Settings
from rag.documents.document import Heading, LoadedDocument
from rag.errors import DocumentError
from tests.fakes import BagOfWordsEmbeddings

LID = "The lid closes with four screws."


@pytest.fixture
def rag(tmp_path: Path) -> Iterator[Rag]:
    with Rag(tmp_path / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings()) as rag:
        yield rag


def document(text: str = LID, **metadata: object) -> Document:
    return Document(text, metadata={"source": "wiki/lid", **metadata})


def test_a_document_is_found_with_its_name_title_and_metadata(rag: Rag) -> None:
    assert rag.add_documents([document(title="Lid", team="ops")]).added == 1
    [found] = rag.search("how many screws", filter={"team": "ops"})
    assert found.page_content == LID
    assert (found.metadata["source"], found.metadata["title"]) == ("wiki/lid", "Lid")


def test_the_same_again_does_nothing_and_another_text_replaces(rag: Rag) -> None:
    rag.add_documents([document()])
    again = rag.add_documents([document()])
    assert (again.unchanged, again.passages_embedded) == (1, 0)
    assert rag.add_documents([document("The lid has six screws.")]).updated == 1
    assert [d.page_content for d in rag.search("screws lid")] == ["The lid has six screws."]


def test_markdown_is_cut_at_its_headings(rag: Rag) -> None:
    text = "# Lid\n\nFour screws.\n\n## Colour\n\nYellow.\n"
    rag.add_documents([document(text, kind="markdown")])
    [found, *_] = rag.search("yellow colour")
    assert found.metadata["section"] == "Lid > Colour"


def test_a_loaded_document_keeps_its_pages_and_headings(rag: Rag) -> None:
    text = "Colour\n\nThe lid is yellow.\n\nScrews\n\nThe lid has four screws.\n"
    headings = (Heading(1, "Colour", 0), Heading(1, "Screws", text.index("Screws")))
    loaded = LoadedDocument(text, "pdf", "Lid", headings, (0, text.index("Screws")))
    rag.add_documents([document(text, structure=loaded)])
    [found, *_] = rag.search("how many screws")
    assert (found.metadata["section"], found.metadata["page"]) == ("Screws", 2)
    assert (found.metadata["title"], found.metadata["kind"]) == ("Lid", "pdf")
    with pytest.raises(DocumentError, match="structure is of another text"):
        rag.add_documents([document("Another text.", structure=loaded)])


def test_sync_and_rebuild_keep_it_and_remove_forgets_it(rag: Rag, tmp_path: Path) -> None:
    rag.add_documents([document()])
    (tmp_path / "note.txt").write_text("A note about paint.", encoding="utf-8")
    rag.add(tmp_path / "note.txt")
    assert rag.sync().removed == 0
    rag.rebuild()
    assert rag.sync().removed == 0
    assert rag.search("screws")[0].metadata["source"] == "wiki/lid"
    assert rag.remove("wiki/lid").removed == 1
    assert "wiki/lid" not in {record.source for record in rag.list()}


def test_a_file_is_not_replaced_by_a_document_of_its_name(rag: Rag, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("A note about paint.", encoding="utf-8")
    rag.add(tmp_path / "note.txt")
    with pytest.raises(DocumentError, match="indexed file"):
        rag.add_documents([document(source="note.txt")])
    assert rag.search("paint")[0].page_content == "A note about paint."


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (Document(LID), "no metadata 'source'"),
        (document(kind="pdf"), "kind is 'pdf'"),
        (document("  "), "found none"),
    ],
)
def test_what_cannot_be_indexed_is_refused_by_name(rag: Rag, made: Document, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        rag.add_documents([made])
