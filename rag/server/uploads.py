"""Turns what a caller sends into a document of the index; knows no routes.

A file is parsed in the same confined process as any other, and kept by its text: nothing of it
stays on disk.
"""

import re
import tempfile
import unicodedata
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from langchain_core.documents import Document

from rag.assembly import parse_limits
from rag.documents.document import LoadedDocument
from rag.documents.isolation import DocumentParser
from rag.errors import DocumentError
from rag.server.failures import RefusedError
from rag.settings import Settings

FOLDER = "uploads"
_LONGEST_NAME = 120


def read_upload(
    content: bytes,
    name: str,
    settings: Settings,
    *,
    source: str | None = None,
    metadata: Mapping[str, Any] | None = None,
) -> Document:
    """Return the document in a file.

    Args:
        content: The file's bytes.
        name: What its sender calls it; the ending says what it is.
        settings: For the limits of parsing.
        source: Its name in the index; None makes one that no other upload has.
        metadata: Kept with it.

    Raises:
        DocumentError: It cannot be read.
        RefusedError: 400, the name is empty.
    """
    clean = clean_name(name)
    loaded = _parse(content, clean, settings)
    about = {
        **(metadata or {}),
        "source": source or f"{FOLDER}/{uuid.uuid4().hex}/{clean}",
        "structure": loaded,
    }
    return Document(loaded.text, metadata=about)


def clean_name(name: str) -> str:
    """Return the last part of a file name without what could lead out of a folder.

    Raises:
        RefusedError: 400, nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1]
    # Of Unicode's categories those of what cannot be seen, which turns a name's end around.
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    clean = re.sub(r"[<>:\"|?*]", "", shown).strip(" .")[-_LONGEST_NAME:]
    if not clean:
        raise RefusedError(400, "the file has no name; its ending says how to read it")
    return clean


def _parse(content: bytes, name: str, settings: Settings) -> LoadedDocument:
    with tempfile.TemporaryDirectory(prefix="rag-upload-") as folder:
        # Of the name only the ending, which says how to read it: names can be too long for a disk.
        path = Path(folder) / f"upload{Path(name).suffix.lower()}"
        path.write_bytes(content)
        with DocumentParser(parse_limits(settings.documents)) as parser:
            try:
                return parser.parse(path)
            except DocumentError as error:
                # The caller knows the file by its own name, and need not know of our folders.
                said = str(error).replace(str(path), name).replace(path.name, name)
                raise type(error)(said) from error
