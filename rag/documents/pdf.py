"""Loads the text layer of PDF files page by page; knows nothing of pictures or their text."""

import re
from io import BytesIO
from typing import TYPE_CHECKING

from rag.documents.cleaning import clean
from rag.documents.document import LoadedDocument
from rag.errors import DocumentError, EmptyDocumentError, EncryptedDocumentError

if TYPE_CHECKING:
    from pypdf import PdfReader

_PAGE_BREAK = "\n\n"
_HYPHEN_AT_LINE_END = re.compile(r"(?<=[a-zà-öø-ÿ])[-\u2010\u00ad]\n(?=[a-zà-öø-ÿ])")
_SPACES_AT_LINE_END = re.compile(r"[ \t]+\n")
# Titles that programs write when the author gave none.
_MEANINGLESS_TITLE = re.compile(
    r"(?i)^(untitled|title|document\d*|microsoft word\b.*|.*\.(docx?|pdf|tex|dvi|indd|pptx?|odt))$"
)


def load_pdf(data: bytes) -> LoadedDocument:
    """Return the text layer of a PDF with the start of each page.

    Raises:
        EncryptedDocumentError: It opens only with a password.
        EmptyDocumentError: It has pages but no text on them: a scan.
        DocumentError: It is no PDF, or too damaged to read.
    """
    from pypdf.errors import PyPdfError

    try:
        reader = _open(data)
        pages = [_page_text(page.extract_text()) for page in reader.pages]
        title = _title(reader)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise DocumentError(f"not a readable PDF ({error}); open and save it again") from error
    if not any(page.strip() for page in pages):
        raise EmptyDocumentError(
            f"no text on any of its {len(pages)} pages: a scan needs OCR first "
            "(e.g. ocrmypdf in.pdf out.pdf)"
        )
    return _join_pages(pages, title)


def _open(data: bytes) -> "PdfReader":
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise EncryptedDocumentError(
            "the PDF opens only with a password; save a copy without one and add that"
        )
    return reader


def _page_text(text: str) -> str:
    text = _SPACES_AT_LINE_END.sub("\n", clean(text))
    return _HYPHEN_AT_LINE_END.sub("", text).strip("\n")


def _title(reader: "PdfReader") -> str:
    title = clean(str((reader.metadata.title if reader.metadata else None) or "")).strip()
    return "" if _MEANINGLESS_TITLE.match(title) else " ".join(title.split())


def _join_pages(pages: list[str], title: str) -> LoadedDocument:
    starts, parts, length = [], [], 0
    for page in pages:
        starts.append(length)
        parts.append(page + _PAGE_BREAK)
        length += len(parts[-1])
    return LoadedDocument(
        text="".join(parts).rstrip("\n"), kind="pdf", title=title, page_starts=tuple(starts)
    )
