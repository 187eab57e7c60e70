"""Loads DOCX: paragraphs, headings, lists and tables in order; knows nothing of layout."""

import re
from io import BytesIO
from typing import TYPE_CHECKING

from rag.documents.builder import DocumentBuilder
from rag.documents.cleaning import clean
from rag.documents.document import LoadedDocument
from rag.errors import DocumentError

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_HEADING_STYLE = re.compile(r"(?i)^(?:heading|标题|überschrift|titre|título)\s*(\d)$")


def load_docx(data: bytes) -> LoadedDocument:
    """Return the body of a DOCX in reading order; tables as rows "a | b | c".

    Raises:
        DocumentError: It is no DOCX, or too damaged to read.
    """
    from zipfile import BadZipFile

    import docx
    from lxml.etree import XMLSyntaxError  # type: ignore[import-untyped]

    try:
        document = docx.Document(BytesIO(data))
    except (BadZipFile, KeyError, ValueError, XMLSyntaxError) as error:
        raise DocumentError(f"not a readable DOCX ({error}); open and save it again") from error
    return _read_body(document)


def _read_body(document: "Document") -> LoadedDocument:
    from docx.table import Table

    builder, items = DocumentBuilder(), list[str]()
    title = clean(document.core_properties.title or "").strip()
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            _flush_list(builder, items)
            builder.add_block("table", _table_text(part))
            continue
        text = clean(part.text).strip()
        if text and _is_list_item(part):
            items.append(f"- {text}")
            continue
        _flush_list(builder, items)
        level = _heading_level(part)
        if level == 0:
            title = title or text
        if level is None:
            builder.add_paragraph(text)
        else:
            builder.add_heading(max(level, 1), text)
    _flush_list(builder, items)
    return builder.build("docx", title)


def _flush_list(builder: DocumentBuilder, items: list[str]) -> None:
    builder.add_block("list", "\n".join(items))
    items.clear()


def _heading_level(paragraph: "Paragraph") -> int | None:
    """Return 1 to 9 for a heading, 0 for the title, None for body text."""
    name = (paragraph.style.name if paragraph.style else None) or ""
    if name == "Title":
        return 0
    match = _HEADING_STYLE.match(name)
    return int(match[1]) if match else None


def _is_list_item(paragraph: "Paragraph") -> bool:
    name = (paragraph.style.name if paragraph.style else None) or ""
    properties = paragraph._p.pPr
    numbered = properties is not None and properties.numPr is not None
    return (numbered and _heading_level(paragraph) is None) or name.startswith("List ")


def _table_text(table: "Table") -> str:
    return "\n".join(" | ".join(_row_cells(table, row)) for row in range(len(table.rows)))


def _row_cells(table: "Table", row: int) -> list[str]:
    """Return the cells of a row, each merged cell once."""
    cells, last = list[str](), None
    for cell in table.rows[row].cells:
        if cell._tc is not last:
            cells.append(" ".join(clean(cell.text).split()))
        last = cell._tc
    return cells
