"""Loads DOCX: paragraphs, headings, lists and tables in order; knows nothing of layout.

The XML is walked here and not through python-docx's objects: those take minutes over a million
paragraphs, and leave out text in content controls, tracked insertions and text boxes.
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile

from rag.documents.builder import DocumentBuilder
from rag.documents.document import LoadedDocument
from rag.errors import DocumentError, EncryptedDocumentError

if TYPE_CHECKING:
    from docx.document import Document
    from lxml.etree import _Element  # type: ignore[import-untyped]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_STYLE = re.compile(r"(?i)^(?:heading|标题|überschrift|titre|título|見出し)\s*([1-9])$")
_LIST_STYLE = re.compile(r"(?i)^list\b(?! table)")
_OLE_MARK = b"\xd0\xcf\x11\xe0"
# Deleted or doubled text, and what is not text at all.
_SKIPPED = {_FALLBACK, *(f"{_W}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText"))}
_WHITE = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_CONTAINERS = {f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml")}


def load_docx(data: bytes) -> LoadedDocument:
    """Return the body of a DOCX in reading order; tables as rows "a | b | c".

    Raises:
        EncryptedDocumentError: It opens only with a password.
        DocumentError: It is no DOCX, or too damaged to read.
    """
    import docx
    from docx.opc.exceptions import OpcError
    from lxml.etree import XMLSyntaxError

    if data.startswith(_OLE_MARK):
        raise EncryptedDocumentError(
            "locked with a password, or an old DOC; save it as DOCX without a password"
        )
    try:
        document = docx.Document(BytesIO(data))
        return _Body(document).read(document.core_properties.title or "")
    except (BadZipFile, OpcError, KeyError, ValueError, XMLSyntaxError) as error:
        raise DocumentError(f"not a readable DOCX ({error}); open and save it again") from error


class _Body:
    """One walk over the body of a document."""

    def __init__(self, document: "Document") -> None:
        self._root = document.element.body
        self._styles = {
            style.style_id: style.name or "" for style in document.styles if style.style_id
        }
        self._builder = DocumentBuilder()
        self._items: list[str] = []

    def read(self, title: str) -> LoadedDocument:
        """Return the document; its first paragraph styled as title outweighs `title`."""
        own_title = ""
        for element in _content(self._root):
            if element.tag == f"{_W}tbl":
                self._flush_list()
                self._builder.add_block("table", _table_text(element))
                continue
            properties = element.find(f"{_W}pPr")
            text, style = _text(element).strip(), self._style(properties)
            if style == "Title" and text:
                own_title = own_title or text
            self._add(properties, style, text)
        self._flush_list()
        return self._builder.build("docx", own_title or title)

    def _add(self, properties: "_Element | None", style: str, text: str) -> None:
        level = _level(properties, style)
        if text and level is None and _is_list_item(properties, style):
            self._items.append(f"- {text}")
            return
        self._flush_list()
        if level is None:
            self._builder.add_paragraph(text)
        else:
            self._builder.add_heading(level, text)

    def _style(self, properties: "_Element | None") -> str:
        name = properties.find(f"{_W}pStyle") if properties is not None else None
        return self._styles.get(name.get(f"{_W}val"), "") if name is not None else ""

    def _flush_list(self) -> None:
        self._builder.add_block("list", "\n".join(self._items))
        self._items.clear()


def _content(root: "_Element") -> "Iterator[_Element]":
    """Yield paragraphs and tables in order, also those inside content controls."""
    stack = list(reversed(root))
    while stack:
        element = stack.pop()
        if element.tag in {f"{_W}p", f"{_W}tbl"}:
            yield element
        elif element.tag in _CONTAINERS:
            stack.extend(reversed(element))


def _text(root: "_Element") -> str:
    """Return the text of an element and all within it, without what was deleted."""
    parts, stack = list[str](), [root]
    while stack:
        element = stack.pop()
        if element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag in _WHITE:
            parts.append(_WHITE[element.tag])
        elif element.tag not in _SKIPPED:
            if element.tag == f"{_W}p" and element is not root:
                parts.append("\n")
            stack.extend(reversed(element))
    return "".join(parts)


def _level(properties: "_Element | None", style: str) -> int | None:
    """Return 1 to 9 for a heading (the title counts as 1), None for body text."""
    if style == "Title":
        return 1
    match = _HEADING_STYLE.match(style)
    if match:
        return int(match[1])
    outline = properties.find(f"{_W}outlineLvl") if properties is not None else None
    value = outline.get(f"{_W}val", "") if outline is not None else ""
    return int(value) + 1 if value.isdigit() and int(value) < 9 else None


def _is_list_item(properties: "_Element | None", style: str) -> bool:
    numbering = properties.find(f"{_W}numPr") if properties is not None else None
    return numbering is not None or bool(_LIST_STYLE.match(style))


def _table_text(table: "_Element") -> str:
    rows = (
        [" ".join(_text(cell).split()) for cell in _cells(row)] for row in table.iterfind(f"{_W}tr")
    )
    return "\n".join(" | ".join(row) for row in rows if any(row))


def _cells(row: "_Element") -> "Iterator[_Element]":
    """Yield the cells of a row, also those inside content controls."""
    for cell in row.iterfind(f".//{_W}tc"):
        if next(cell.iterancestors(f"{_W}tr")) is row:
            yield cell
