"""What a sync must not do twice."""

import os

import pytest

from tests.indexing import HOUR, Project, count_parses, found, in_all_modes


@pytest.mark.parametrize("age", [HOUR, 0], ids=["long ago", "just now"])
def test_a_second_sync_reads_embeds_and_writes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch, age: int
) -> None:
    project.write("docs/a.md", "# Pumps\n\nThe pump is guaranteed for two years.\n", age=age)
    project.write("docs/空调.md", "# 保修\n\n压缩机保修三年。\n", age=age)
    project.add("docs")
    generation = project.rag.status().generation
    project.rag.close()
    before, parsed = project.catalog_bytes(), count_parses(monkeypatch)
    project.reset_counts()

    for report in (project.rag.sync(), project.add("docs")):
        assert (report.added, report.updated, report.removed, report.unchanged) == (0, 0, 0, 2)

    assert project.rag.status().generation == generation
    project.rag.close()
    assert project.catalog_bytes() == before
    assert (parsed, project.embeddings.calls) == ([], 0)


def test_a_touched_file_is_not_parsed(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.write("a.md", "The pump is guaranteed for two years.")
    project.add("a.md")
    parsed = count_parses(monkeypatch)
    project.reset_counts()
    os.utime(path)

    report = project.rag.sync()

    assert (report.unchanged, report.updated) == (1, 0)
    assert (parsed, project.embeddings.calls) == ([], 0)
    stamp = path.stat().st_mtime_ns
    assert project.rag.search("pump", filter={"date": {"gte": _day(stamp)}})


def _day(stamp: int) -> str:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(stamp / 1e9, UTC).date().isoformat()


def test_a_file_rewritten_within_its_time_stamp_is_noticed(project: Project) -> None:
    path = project.write("a.md", "The pump lasts two years.", age=0)
    project.add("a.md")
    stamp = path.stat().st_mtime_ns
    path.write_text("The pump lasts six years.", encoding="utf-8")
    os.utime(path, ns=(stamp, stamp))

    report = project.rag.sync()

    assert report.updated == 1
    assert project.rag.search("pump")[0].page_content == "The pump lasts six years."


def test_a_sentence_changed_embeds_only_the_passages_whose_text_changed(
    project: Project,
) -> None:
    paragraphs = [f"Item{n} " + " ".join(f"w{n}x{m}" for m in range(40)) + "." for n in range(200)]
    paragraphs[117] += " Made of zirconium."
    project.write("long.md", "\n\n".join(paragraphs))
    project.add("long.md")
    before = {d.id for d in project.rag.search("Item7", k=500, mode="dense")}
    assert len(before) == 200
    project.reset_counts()
    paragraphs[117] = paragraphs[117].replace("zirconium", "vanadium")
    project.write("long.md", "\n\n".join(paragraphs))

    report = project.rag.sync()

    assert report.passages_embedded == 1
    assert [("vanadium" in text) for text in project.embeddings.texts] == [True]
    assert project.rag.search("vanadium", mode="lexical")
    assert project.rag.search("zirconium", mode="lexical") == []


def test_a_renamed_file_embeds_nothing_and_is_found_under_its_new_name(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.write("docs/old.md", "# Pumps\n\nThe pump is guaranteed for two years.")
    project.write("docs/other.md", "Something else.")
    project.add("docs")
    project.reset_counts()
    path.rename(project.folder / "docs" / "neu ñ 名.md")

    report = project.rag.sync()

    assert (report.added, report.removed, report.passages_embedded) == (1, 1, 0)
    assert project.embeddings.calls == 0
    for mode, sources in found(
        project.rag, "pump guaranteed", filter={"source": "docs/neu*"}
    ).items():
        assert sources == {"docs/neu ñ 名.md"}, mode
    assert "docs/old.md" not in set().union(*found(project.rag, "pump guaranteed").values())


def test_the_same_text_in_two_files_is_embedded_once(project: Project) -> None:
    project.write("a.md", "The pump is guaranteed for two years.")
    project.write("b.md", "The pump is guaranteed for two years.")

    report = project.add("a.md", "b.md")

    assert (report.added, report.passages_embedded) == (2, 1)
    assert found(project.rag, "pump") == in_all_modes("a.md", "b.md")
