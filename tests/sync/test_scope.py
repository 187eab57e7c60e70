"""Which files a sync decides about: roots, patterns, exclusions and what cannot be seen."""

import os
from pathlib import Path

import pytest

from rag.errors import DocumentError
from rag.sync import SourceNames
from tests.indexing import Project, found, in_all_modes


def test_a_deleted_file_is_gone_from_every_answer(project: Project) -> None:
    path = project.write("docs/a.md", "The pump is guaranteed for two years.")
    project.write("docs/b.md", "The pump is heavy.")
    project.add("docs")
    assert found(project.rag, "pump") == in_all_modes("docs/a.md", "docs/b.md")
    path.unlink()

    report = project.rag.sync()

    assert report.removed == 1
    assert found(project.rag, "pump") == in_all_modes("docs/b.md")
    assert project.sources() == ["docs/b.md"]


def test_adding_a_folder_leaves_sources_outside_of_it_alone(
    project: Project, tmp_path: Path
) -> None:
    outside = tmp_path / "elsewhere" / "c.md"
    outside.parent.mkdir()
    outside.write_text("The pump is blue.", encoding="utf-8")
    kept = project.write("one/a.md", "The pump is heavy.")
    project.write("two/b.md", "The pump is light.")
    project.add("one")
    project.rag.add(outside)
    kept.unlink()
    outside.unlink()

    for name in ("two", "."):
        assert project.add(name).failed == ()
        assert outside.as_posix() in project.sources()
        if name == "two":
            assert "one/a.md" in project.sources()
    assert project.sources() == [outside.as_posix(), "two/b.md"]


def test_overlapping_roots_index_each_file_once_with_the_nearest_metadata(
    project: Project,
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/zh/b.md", "泵很重 pump。")
    project.add("docs/zh", metadata={"team": "zh"})
    project.add("docs", metadata={"team": "all"})
    project.add("docs/zh", metadata={"team": "zh"})

    for _ in range(2):
        assert found(project.rag, "pump", filter={"team": "zh"}) == in_all_modes("docs/zh/b.md")
        assert found(project.rag, "pump", filter={"team": "all"}) == in_all_modes("docs/a.md")
        assert project.rag.sync().unchanged == 2
        assert project.add("docs", metadata={"team": "all"}).unchanged == 2


def test_a_pattern_is_a_root_like_any_other(project: Project) -> None:
    path = project.write("docs/deep/a.md", "The pump is heavy.")
    project.write("docs/b.txt", "The pump is light.")
    project.add("docs/**/*.md")
    assert project.sources() == ["docs/deep/a.md"]
    project.write("docs/c.md", "The pump is new.")
    path.unlink()

    report = project.rag.sync()

    assert (report.added, report.removed) == (1, 1)
    assert project.sources() == ["docs/c.md"]
    assert project.rag.remove(project.folder / "docs/**/*.md").removed == 1
    assert project.sources() == []
    assert project.rag.status().roots == ()


@pytest.mark.parametrize("root", ["docs.v2", "docs.v2/*.md"])
def test_a_missing_root_keeps_its_passages_and_is_reported(project: Project, root: str) -> None:
    project.write("docs.v2/a.md", "The pump is heavy.")
    project.add(root)
    (project.folder / "docs.v2").rename(project.folder / "away")

    report = project.rag.sync()

    assert report.removed == 0
    assert [failure.source for failure in report.failed] == [root]
    assert "rag remove" in report.failed[0].error
    assert found(project.rag, "pump") == in_all_modes("docs.v2/a.md")

    (project.folder / "away").rename(project.folder / "docs.v2")
    assert project.rag.sync().failed == ()


def test_a_deleted_file_that_was_added_by_name_is_removed_quietly(project: Project) -> None:
    path = project.write("a.md", "The pump is heavy.")
    project.add("a.md")
    path.unlink()

    reports = [project.rag.sync(), project.rag.sync()]

    assert [(report.removed, report.failed) for report in reports] == [(1, ()), (0, ())]


def test_a_file_that_cannot_be_read_keeps_its_passages(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    os.utime(path)
    opened = Path.open

    def refuse(self: Path, *args: object, **options: object) -> object:
        if self.name == "a.md":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    report = project.rag.sync()

    assert [f.source for f in report.failed] == ["docs/a.md"]
    assert report.failed[0].error == "docs/a.md: cannot be read: Permission denied"
    assert found(project.rag, "pump") == in_all_modes("docs/a.md")


def test_an_ignore_rule_written_later_removes_what_it_names(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/drafts/b.md", "The pump is light.")
    project.add("docs")
    project.write("docs/.ragignore", "drafts/\n")

    assert project.rag.sync().removed == 1
    assert found(project.rag, "pump") == in_all_modes("docs/a.md")


def test_what_was_removed_comes_back_only_when_it_is_added_by_name(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/zh/b.md", "The pump is light.")
    project.write("docs/zh/c.md", "The pump is red.")
    project.add("docs")

    assert project.rag.remove(project.folder / "docs" / "zh").removed == 2
    assert project.rag.sync().added == 0
    assert found(project.rag, "pump") == in_all_modes("docs/a.md")

    assert project.add("docs/zh/b.md").added == 1
    assert project.rag.sync().removed == 0
    assert found(project.rag, "pump") == in_all_modes("docs/a.md", "docs/zh/b.md")

    assert project.add("docs/zh").added == 1
    assert project.rag.sync().unchanged == 3


def test_removing_by_pattern_hides_what_it_matched_and_nothing_else(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.write("docs/a.txt", "The pump is light.")
    project.add("docs")

    assert project.rag.remove(project.folder / "docs" / "*.md").removed == 1
    project.write("docs/new.md", "The pump is new.")
    project.rag.sync()

    assert project.sources() == ["docs/a.txt", "docs/new.md"]


def test_removing_what_is_not_there_changes_nothing(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    project.add("docs")
    project.rag.close()
    before = project.catalog_bytes()

    with pytest.raises(DocumentError, match=r"other\.md is not in the index"):
        project.rag.remove(project.folder / "docs", project.folder / "other.md")

    project.rag.close()
    assert project.catalog_bytes() == before
    assert project.sources() == ["docs/a.md"]


def test_adding_what_is_not_there_makes_no_index(project: Project) -> None:
    with pytest.raises(DocumentError, match="does not exist"):
        project.add("nowhere.md")
    assert not project.index.exists()


def test_the_index_is_never_indexed_itself(project: Project, tmp_path: Path) -> None:
    project.write("a.md", "The pump is heavy.")
    project.add(".")
    assert project.sources() == ["a.md"]
    project.rag.sync()
    assert project.sources() == ["a.md"]


def test_links_to_folders_are_followed_to_one_name(project: Project) -> None:
    project.write("real docs/a.md", "The pump is heavy.")
    try:
        (project.folder / "link").symlink_to("real docs")
    except OSError:
        pytest.skip("this platform makes no links")

    project.add("link")
    assert project.add("real docs").unchanged == 1
    assert project.sources() == ["real docs/a.md"]
    assert project.rag.remove(project.folder / "link").removed == 1


def test_the_working_directory_may_change(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    monkeypatch.chdir(project.folder)
    from rag import Rag

    with Rag(".rag", settings=project.settings, embeddings=project.embeddings) as rag:
        monkeypatch.chdir(tmp_path)
        rag.add(project.folder / "docs")
        assert rag.sync().unchanged == 1
        assert found(rag, "pump") == in_all_modes("docs/a.md")
        assert rag.add(project.folder / "docs").unchanged == 1
    monkeypatch.chdir(project.folder / "docs")
    with Rag("../.rag", settings=project.settings, embeddings=project.embeddings) as rag:
        assert rag.add("..").unchanged == 1
        assert rag.add(".").unchanged == 1
        assert [record.source for record in rag.list()] == ["docs/a.md"]


@pytest.mark.skipif(os.name == "nt", reason="Windows allows no such names")
def test_a_name_that_is_no_text_is_reported_and_the_others_go_on(project: Project) -> None:
    project.write("docs/a.md", "The pump is heavy.")
    bad = os.fsencode(project.folder / "docs") + b"/\xff\xfe.md"
    try:
        Path(os.fsdecode(bad)).write_text("x", encoding="utf-8")
    except OSError:
        pytest.skip("this file system allows no such names")

    report = project.add("docs")

    assert report.added == 1
    assert "not valid UTF-8" in report.failed[0].error
    report.failed[0].source.encode("utf-8")


def test_windows_drives_are_absolute_names() -> None:
    names = SourceNames(Path.cwd())
    assert names.name(Path.cwd() / "a b" / "ñ.md") == "a b/ñ.md"
    assert Path(names.name(Path.cwd().parent / "x.md")).is_absolute()
    assert names.path(names.name(Path.cwd().parent / "x.md")) == Path.cwd().parent / "x.md"
