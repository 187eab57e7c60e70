"""Assembles the text of a document piece by piece with its map; knows no file format."""

from typing import Literal

from rag.documents.cleaning import clean
from rag.documents.document import Block, Heading, LoadedDocument


class DocumentBuilder:
    """Collects paragraphs, headings and blocks, parted by blank lines, and where each begins."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._blocks: list[Block] = []

    def add_paragraph(self, text: str) -> int:
        """Append `text`, cleaned, after a blank line and return its start index.

        Blank text adds nothing.
        """
        text = clean(text).strip("\n")
        if not text.strip():
            return self._length
        if self._parts:
            self._append("\n\n")
        start = self._length
        self._append(text)
        return start

    def add_heading(self, level: int, title: str) -> None:
        """Append a heading of `level` (1 outermost) on a line of its own."""
        title = " ".join(clean(title).split())
        if title:
            self._headings.append(Heading(level, title, self.add_paragraph(title)))

    def add_block(self, kind: Literal["code", "table", "list"], text: str) -> None:
        """Append `text`, line ends kept, as a block that should stay whole."""
        start = self.add_paragraph(text)
        if start < self._length:
            self._blocks.append(Block(kind, start, self._length))

    def build(self, kind: str, title: str) -> LoadedDocument:
        """Return the finished document."""
        return LoadedDocument(
            text="".join(self._parts),
            kind=kind,
            title=" ".join(clean(title).split()),
            headings=tuple(self._headings),
            blocks=tuple(self._blocks),
        )

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
