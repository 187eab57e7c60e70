"""Documents that cannot be read: listed, kept as failed, tried again when that can help."""

from pathlib import Path

import pytest

from rag.settings import Settings
from rag.settings.groups import DocumentSettings, SplitterSettings
from tests.indexing import Project, count_parses, found, in_all_modes


def test_a_failed_document_is_listed_with_its_reason_and_the_others_go_on(
    project: Project,
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/empty.md", "")

    report = project.add("docs")

    assert report.added == 1
    assert [failure.source for failure in report.failed] == ["docs/empty.md"]
    listed = {record.source: record for record in project.rag.list()}
    assert listed["docs/empty.md"].status == "failed"
    assert listed["docs/empty.md"].error == report.failed[0].error != ""
    assert listed["docs/a.md"].status == "indexed"
    assert project.rag.status().failed == 1


def test_a_failed_document_is_not_tried_again_until_it_changes(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("docs/empty.md", "")
    first = project.add("docs")
    parsed = count_parses(monkeypatch)

    again = project.rag.sync()
    assert (parsed, again.failed) == ([], first.failed)

    project.write("docs/empty.md", "The pump is heavy.")
    assert project.rag.sync().failed == ()
    assert [path.name for path in parsed] == ["empty.md"]
    assert found(project.rag, "pump") == in_all_modes("docs/empty.md")


def test_a_document_over_a_limit_is_tried_again_when_the_limit_changes(project: Project) -> None:
    project.write("a.md", "The pump is heavy.")
    project.settings = Settings(documents=DocumentSettings(max_bytes=5))
    report = project.add("a.md")
    assert "documents.max_bytes" in report.failed[0].error

    recovered = project.open(settings=Settings()).sync()

    assert (recovered.updated, recovered.failed) == (1, ())


def test_a_document_that_breaks_loses_its_old_passages(project: Project) -> None:
    project.write("a.md", "The pump is heavy.")
    project.add("a.md")
    project.write("a.md", "")

    report = project.rag.sync()

    assert [failure.source for failure in report.failed] == ["a.md"]
    assert found(project.rag, "pump") == in_all_modes()


def test_a_changed_splitter_setting_splits_again_and_embeds_only_new_texts(
    project: Project,
) -> None:
    words = "\n\n".join(f"Paragraph {n} " + "word " * 30 + "." for n in range(6))
    project.write("a.md", words)
    project.write("short.md", "The pump is heavy.")
    project.add("a.md", "short.md")
    before = project.rag.status().passages
    project.reset_counts()

    smaller = Settings(splitter=SplitterSettings(max_tokens=20))
    report = project.open(settings=smaller).sync()

    assert report.updated == 2
    assert project.rag.status().passages > before
    assert "The pump is heavy." not in project.embeddings.texts
    assert report.passages_embedded == len(project.embeddings.texts) > 0


def test_the_same_files_give_the_same_passages_whatever_order_they_came_in(
    project: Project, tmp_path: Path
) -> None:
    for name in ("b.md", "a.md"):
        project.write(name, f"The pump of {name} is heavy.")
    project.add("b.md")
    project.add("a.md")
    with Project(tmp_path / "second") as other:
        for name in ("a.md", "b.md"):
            other.write(name, f"The pump of {name} is heavy.")
        other.add(".")
        assert [d.id for d in other.rag.search("pump")] == [
            d.id for d in project.rag.search("pump")
        ]
