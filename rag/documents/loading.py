"""Chooses the loader for a file by its name and runs it; knows no format itself."""

import stat
from collections.abc import Callable
from pathlib import Path

from rag.documents.code import load_code, load_plain_code, load_python, load_settings
from rag.documents.csv_table import load_csv
from rag.documents.document import LoadedDocument
from rag.documents.docx import load_docx
from rag.documents.html import load_html
from rag.documents.markdown import load_markdown
from rag.documents.pdf import load_pdf
from rag.documents.text import load_text
from rag.errors import DocumentError, EmptyDocumentError, UnsupportedFormatError

# Raise when a loader yields other text or structure for the same file: sources are then reloaded.
LOADER_VERSION = 2

_CODE_SUFFIXES = """
    .js .mjs .cjs .jsx .ts .tsx .java .kt .kts .go .rs .c .h .cc .cpp .cxx .hpp .cs .rb .php
    .swift .scala .sh .bash .zsh .ps1 .sql .lua .r .jl .pl .pm .dart .vue .proto
    .tf .gradle .cmake .ex .exs .erl .hs .clj .elm .m .mm
"""
_KINDS: dict[str, tuple[str, Callable[[bytes], LoadedDocument]]] = {
    **dict.fromkeys((".txt", ".text", ".log", ".rst", ".adoc", ".org"), ("text", load_text)),
    **dict.fromkeys((".md", ".markdown", ".mdown", ".mkd", ".mdx"), ("markdown", load_markdown)),
    **dict.fromkeys((".html", ".htm", ".xhtml"), ("html", load_html)),
    ".pdf": ("pdf", load_pdf),
    ".docx": ("docx", load_docx),
    **dict.fromkeys((".csv", ".tsv", ".tab"), ("csv", load_csv)),
    **dict.fromkeys((".py", ".pyi", ".pyw"), ("code", load_python)),
    **dict.fromkeys((".toml", ".ini", ".cfg", ".conf"), ("code", load_settings)),
    **dict.fromkeys((".yaml", ".yml", ".css", ".scss", ".bat"), ("code", load_plain_code)),
    **dict.fromkeys(_CODE_SUFFIXES.split(), ("code", load_code)),
}
_NAMES: dict[str, tuple[str, Callable[[bytes], LoadedDocument]]] = {
    **dict.fromkeys(("makefile", "dockerfile"), ("code", load_plain_code)),
    **dict.fromkeys(
        ("readme", "license", "copying", "changelog", "authors", "notice"), ("text", load_text)
    ),
}


def kind_of(path: Path) -> str | None:
    """Return the family of format `path` is loaded as, by its name alone; None if by none."""
    found = _loader(path)
    return found[0] if found else None


def load(path: Path) -> LoadedDocument:
    """Return the text and structure of the file at `path`, parsed in this process.

    Raises:
        UnsupportedFormatError: No loader knows this kind of file.
        EncryptedDocumentError: A password is needed.
        EmptyDocumentError: It holds no text.
        DocumentError: It cannot be read, or is damaged.
    """
    found = _loader(path)
    if found is None:
        raise UnsupportedFormatError(
            f"{path.name}: no loader for {path.suffix or 'files without a suffix'}; supported are "
            "txt, md, html, pdf, docx, csv, tsv and source code"
        )
    try:
        document = found[1](_read(path))
    except DocumentError as error:
        raise type(error)(" ".join(f"{path.name}: {error}".split())) from error
    if not document.text.strip():
        raise EmptyDocumentError(f"{path.name}: wanted text, found none; nothing to index")
    return document


def _loader(path: Path) -> tuple[str, Callable[[bytes], LoadedDocument]] | None:
    return _KINDS.get(path.suffix.lower()) or _NAMES.get(path.name.lower())


def _read(path: Path) -> bytes:
    """Return the bytes of a regular file; a pipe or device would never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DocumentError("wanted a regular file, found a folder, pipe or device")
        return path.read_bytes()
    except OSError as error:
        raise DocumentError(f"cannot be read ({error.strerror or error})") from error
