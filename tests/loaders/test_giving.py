"""What becomes of the names, ids, metadata and texts that loaders give."""

import math
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag.errors import DocumentError
from tests.indexing import Project
from tests.loaders.loading import HUB, counts, doc, sync


def test_what_is_no_document_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="gave a str, a Document was wanted"):
        sync(project, "text")


def test_documents_of_one_source_are_told_apart(project: Project) -> None:
    rows = [doc(f"Part {n} costs {n * 7}.", "prices.csv", row=n) for n in range(3)]
    sync(project, *rows)
    assert project.sources() == ["prices.csv", "prices.csv#2", "prices.csv#3"]
    [found_, *_] = project.rag.search("which part costs 14", k=1, mode="lexical")
    assert found_.metadata["row"] == 2
    project.reset_counts()
    report = sync(project, *rows[1:])
    assert (report.removed, report.passages_embedded) == (1, 0)


def test_a_source_that_reads_like_a_second_one_is_not_lost(project: Project) -> None:
    sources = ["x", "x", "x#2", "x#2", "x"]
    given = [doc(f"Part {n} costs {n * 7}.", source) for n, source in enumerate(sources)]
    assert sync(project, *given).added == 5
    assert counts(sync(project, *given)) == (0, 0, 0, 5)


def test_a_document_without_a_source_is_called_by_its_id_or_its_group(project: Project) -> None:
    sync(project, doc(source=None, id="p-1"), doc(HUB, None))
    assert project.sources() == ["p-1", "wiki"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("wiki/\x00lid\n two", "wiki/ lid two"),
        (" ", "wiki"),
        ("/" + "x" * 5000, "/" + "x" * 5000),
        ("/elsewhere/[lid]*.csv", "/elsewhere/[lid]*.csv"),
        (Path("lid.csv"), "lid.csv"),
    ],
)
def test_odd_sources_are_names_too(project: Project, given: object, name: str) -> None:
    assert sync(project, doc(source="x").model_copy(update={"metadata": {"source": given}})).added
    assert project.sources() == [name]
    assert project.rag.remove(name).removed == 1


def test_metadata_and_ids_are_kept_for_filters(project: Project) -> None:
    given = doc(
        title="Lid  of\nR2", id="p-1", team="ops", tags=["a", "b"], since=date(2026, 1, 2),
        author=None, share=math.nan, date="May", score=3, page=6, size=2**70,
        stock=np.int64(7), price=np.float32(0.5), done=True,
    )  # fmt: skip
    given.metadata[2] = "two"
    sync(project, given, metadata={"shelf": 4})
    [one] = project.rag.search("screws", filter={"loader_id": "p-1", "shelf": 4, "team": "ops"})
    kept = one.metadata
    assert (kept["title"], kept["page"]) == ("Lid of R2", 7)
    assert (kept["tags"], kept["since"]) == ('["a", "b"]', "2026-01-02")
    assert (kept["loader_date"], kept["loader_score"]) == ("May", 3)
    assert (kept["share"], kept["size"]) == ("nan", str(2**70))
    assert (kept["stock"], kept["price"], kept["done"], kept["2"]) == (7, 0.5, True, "two")
    assert "author" not in kept
    assert counts(sync(project, given, metadata={"shelf": 4})) == (0, 0, 0, 1)
    assert counts(sync(project, given, metadata={"shelf": 5})) == (0, 1, 0, 0)


def test_markdown_is_cut_at_its_headings_and_broken_text_is_mended(project: Project) -> None:
    sync(project, doc("# Lid\n\nFour.\n\n## Colour\n\nYellow\x00 \ud800!\n", kind="markdown"))
    [one, *_] = project.rag.search("yellow colour")
    assert one.metadata["section"] == "Lid > Colour"
    assert "\ud800" not in one.page_content


def test_chinese_is_found(project: Project) -> None:
    sync(project, doc("保修期为三十六个月。", "wiki/保修"), name="百科")
    assert project.rag.search("保修期多长")[0].metadata["source"] == "wiki/保修"
    assert project.rag.remove("百科").removed == 1


def test_a_file_keeps_its_name_before_a_loader_that_reads_it_too(project: Project) -> None:
    path = project.write("docs/note.txt", "A note about paint.")
    project.add("docs")
    sync(project, doc("A note about varnish.", str(path)))
    assert project.sources() == ["docs/note.txt", "docs/note.txt#2"]
    assert project.rag.search("paint", k=1)[0].metadata["source"] == "docs/note.txt"


def test_a_path_inside_the_project_is_named_as_files_are(project: Project) -> None:
    sync(project, doc(source=str(project.folder / "data" / "lid.csv")), doc(HUB, "https://x/a?b=1"))
    assert project.sources() == ["data/lid.csv", "https://x/a?b=1"]


def test_metadata_that_cannot_be_kept_is_refused(project: Project) -> None:
    with pytest.raises(DocumentError, match="'page'"):
        sync(project, doc(), metadata={"page": 3})


def test_another_page_is_another_document(project: Project) -> None:
    sync(project, doc(page=1))
    assert counts(sync(project, doc(page=2))) == (0, 1, 0, 0)
    assert project.rag.search("screws")[0].metadata["page"] == 3
