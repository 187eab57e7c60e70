"""The loader is chosen by name, and what cannot be loaded says why in one line."""

import pytest

from rag.documents import LOADER_VERSION, kind_of, load
from rag.errors import DocumentError, EmptyDocumentError, UnsupportedFormatError


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.TXT", "text"),
        ("README", "text"),
        ("a.md", "markdown"),
        ("a.b.html", "html"),
        ("手册.pdf", "pdf"),
        ("a.docx", "docx"),
        ("a.tsv", "csv"),
        ("a.py", "code"),
        ("Dockerfile", "code"),
        ("a.json", None),
        ("a.xlsx", None),
        ("a", None),
    ],
)
def test_kind_is_known_by_name(tmp_path, name, kind):
    assert kind_of(tmp_path / name) == kind


def test_other_kinds_are_refused_with_those_supported(tmp_path):
    with pytest.raises(UnsupportedFormatError, match=r"a\.xlsx: no loader for \.xlsx; supported"):
        load(tmp_path / "a.xlsx")


@pytest.mark.parametrize("content", [b"", b" \n\t", b"\xef\xbb\xbf", b"\0\0"])
def test_a_file_without_text_is_refused(tmp_path, content):
    path = tmp_path / "empty.txt"
    path.write_bytes(content)
    with pytest.raises(EmptyDocumentError, match=r"empty\.txt: wanted text, found none"):
        load(path)


@pytest.mark.parametrize("name", ["bad.pdf", "bad.docx"])
def test_a_damaged_file_is_refused_by_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"%PDF-1.7 PK\x03\x04 this is neither")
    with pytest.raises(DocumentError, match=rf"{name}: not a readable"):
        load(path)


def test_a_folder_is_refused(tmp_path):
    folder = tmp_path / "folder.txt"
    folder.mkdir()
    with pytest.raises(DocumentError, match="wanted a regular file"):
        load(folder)


def test_the_loader_version_is_a_number():
    assert LOADER_VERSION >= 1
