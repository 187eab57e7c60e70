"""A walk finds what people wrote, in a fixed order, and stays where it was sent."""

import os
import sys
import unicodedata

import pytest

from rag.documents.walk import expand, walk
from rag.errors import DocumentError

needs_links = pytest.mark.skipif(os.name != "posix", reason="links need POSIX")


@pytest.fixture
def tree(tmp_path):
    def plant(*names, ignore=None):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name, encoding="utf-8")
        for folder, lines in (ignore or {}).items():
            (tmp_path / folder / ".ragignore").write_text(lines, encoding="utf-8")
        return tmp_path

    return plant


def names(root, **options):
    return [found.path.relative_to(root).as_posix() for found in walk(root, **options)]


def test_supported_files_come_in_order_of_their_names(tree):
    root = tree("b.md", "a/z.txt", "a/b/c.pdf", "photo.jpg", "B.txt", "a.txt")
    assert names(root) == ["B.txt", "a/b/c.pdf", "a/z.txt", "a.txt", "b.md"]


def test_a_found_file_carries_size_and_time(tree):
    (found,) = walk(tree("a.txt"))
    status = found.path.stat()
    assert (found.size, found.mtime_ns) == (status.st_size, status.st_mtime_ns)


def test_hidden_and_made_folders_are_skipped(tree):
    root = tree(
        ".git/a.txt",
        ".rag/a.txt",
        "node_modules/a.md",
        "x/__pycache__/a.py",
        ".hidden.txt",
        "ok.txt",
    )
    assert names(root) == ["ok.txt"]


def test_an_index_of_another_name_is_skipped(tree):
    root = tree("index/catalog.sqlite3", "index/notes.txt", "ok.txt")
    assert names(root) == ["ok.txt"]


def test_ignore_files_follow_the_rules_of_git(tree):
    root = tree(
        "a.txt", "b.log", "keep.log", "drafts/a.txt", "deep/drafts/a.txt", "top/x.md",
        "deep/top/x.md",
        ignore={".": "# comment\n*.log\n!keep.log\ndrafts/\n/top\n"},
    )  # fmt: skip
    assert names(root) == ["a.txt", "deep/top/x.md", "keep.log"]


def test_nested_ignore_files_outweigh_outer_ones(tree):
    root = tree(
        "a.txt", "sub/a.txt", "sub/b.txt", "sub/c.md", "other/c.md",
        ignore={".": "*.txt\n", "sub": "!a.txt\n/c.md\n"},
    )  # fmt: skip
    assert names(root) == ["other/c.md", "sub/a.txt"]


def test_ignore_patterns_in_chinese_and_with_spaces_work(tree):
    root = tree("草稿/一.txt", "正文.txt", "my notes.txt", ignore={".": "草稿/\nmy notes.txt\n"})
    assert names(root) == ["正文.txt"]


@needs_links
def test_links_are_followed_inside_the_root_only(tree, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    (outside / "secret.txt").write_text("secret")
    root = tree("a/one.txt")
    (root / "file.txt").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    (root / "inside.txt").symlink_to(root / "a" / "one.txt")
    assert names(root) == ["a/one.txt", "inside.txt"]


@needs_links
def test_loops_of_links_end(tree):
    root = tree("a/one.txt")
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "self").symlink_to(root / "a")
    assert names(root) == ["a/one.txt"]


@needs_links
def test_a_broken_link_is_reported(tree):
    root = tree("a.txt")
    (root / "gone.txt").symlink_to(root / "nowhere.txt")
    told = []
    assert names(root, on_error=lambda path, error: told.append(path.name)) == ["a.txt"]
    assert told == ["gone.txt"]


@needs_links
def test_pipes_in_a_folder_are_no_files(tree):
    root = tree("a.txt")
    os.mkfifo(root / "pipe.txt")
    assert names(root) == ["a.txt"]


@pytest.fixture
def unreadable(tree, monkeypatch):
    """A folder that cannot be listed, also for root."""
    root = tree("a.txt", "locked/b.txt", "z.txt")
    iterdir = type(root).iterdir

    def refuse(path):
        if path.name == "locked":
            raise PermissionError(13, "Permission denied")
        return iterdir(path)

    monkeypatch.setattr(type(root), "iterdir", refuse)
    return root


def test_an_unreadable_folder_is_reported_and_passed_over(unreadable):
    told = []
    found = names(unreadable, on_error=lambda path, error: told.append((path.name, error.errno)))
    assert found == ["a.txt", "z.txt"]
    assert told == [("locked", 13)]


def test_an_unreadable_folder_ends_the_walk_when_nobody_listens(unreadable):
    with pytest.raises(DocumentError, match="locked: Permission denied"):
        names(unreadable)


def test_a_file_named_outright_is_found_whatever_its_kind(tree):
    root = tree("table.xlsx", ".hidden.txt")
    assert [found.path.name for found in walk(root / "table.xlsx")] == ["table.xlsx"]
    assert [found.path.name for found in walk(root / ".hidden.txt")] == [".hidden.txt"]


def test_a_missing_root_is_refused(tmp_path):
    with pytest.raises(DocumentError, match=r"gone: No such file"):
        list(walk(tmp_path / "gone"))


@needs_links
def test_a_pipe_as_root_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(DocumentError, match="wanted a file or folder"):
        list(walk(tmp_path / "pipe"))


@pytest.mark.skipif(sys.platform == "darwin", reason="the file system normalises names")
def test_names_in_both_normal_forms_are_two_files(tree):
    composed, decomposed = (unicodedata.normalize(form, "é.txt") for form in ("NFC", "NFD"))
    assert sorted(names(tree(composed, decomposed))) == sorted([composed, decomposed])


def test_patterns_expand_in_order(tree, monkeypatch):
    monkeypatch.chdir(tree("docs/b.md", "docs/a.md", "docs/sub/c.md", "docs/d.txt", "docs/.h.md"))
    assert [p.as_posix() for p in expand("docs/**/*.md")] == [
        "docs/a.md",
        "docs/b.md",
        "docs/sub/c.md",
    ]


def test_a_plain_path_gives_itself(tree, monkeypatch):
    monkeypatch.chdir(tree("odd[1].txt"))
    assert [p.name for p in expand("odd[1].txt")] == ["odd[1].txt"]
    assert [p.name for p in expand("missing.txt")] == ["missing.txt"]


def test_a_pattern_that_matches_nothing_is_refused(tmp_path):
    with pytest.raises(DocumentError, match=r"no file matches .*\*\.md"):
        expand(f"{tmp_path}/*.md")
