"""Loads the text layer of PDF files page by page; knows nothing of pictures or their text."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from rag.documents.cleaning import clean
from rag.documents.document import Block, Heading, LoadedDocument
from rag.documents.pdf_tables import page_text
from rag.errors import DocumentError, EmptyDocumentError, EncryptedDocumentError

if TYPE_CHECKING:
    from pypdf import PdfReader

_HYPHEN_AT_LINE_END = re.compile(r"(?<=[^\W\d_])(?:\u00ad|[-\u2010])\n(?=[^\W\d_])")
_SPACES_AT_LINE_END = re.compile(r"[ \t]+\n")
# Rows as `page_text` writes them.
_TABLE = re.compile(r"^.* \|(?: .*)?$(?:\n.* \|(?: .*)?$)+", re.MULTILINE)
_PAGE_NUMBER = re.compile(r"(?<![\d.,])[0-9]{1,5}(?![\d.,])")
_SENTENCE_END = re.compile(r"[.!?:;。！？；：…][\"'»)\]」』”’）】]*$")
# Titles that programs write when the author gave none.
_MEANINGLESS_TITLE = re.compile(
    r"(?i)^(\(?(untitled|anonymous|unspecified|title|no title)\)?|document ?\d*|microsoft word\b.*"
    r"|powerpoint.*|print(ing)?|.*\.(docx?|pdf|tex|dvi|indd|pptx?|odt|html?|rtf|xlsx?))$"
)
# Running heads and feet: on at least this many pages, and this share of them.
_FEWEST_RUNNING = 3
_RUNNING_SHARE = 0.6
_DEEPEST_OUTLINE = 6


def load_pdf(data: bytes) -> LoadedDocument:
    """Return the text layer of a PDF with the start of each page.

    Lines that head or foot most pages are kept on the first only; words hyphenated at a line end
    are joined; the outline, where there is one, gives the headings.

    Raises:
        EncryptedDocumentError: It opens only with a password.
        EmptyDocumentError: It has pages but no text on them: a scan.
        DocumentError: It is no PDF, or too damaged to read.
    """
    from pypdf.errors import DependencyError

    try:
        reader = _open(data)
        pages = [page_text(page) for page in reader.pages]
        title, outline = _title(reader), list(_outline(reader))
    except (DocumentError, MemoryError):
        raise
    except DependencyError as error:
        raise EncryptedDocumentError(
            "the PDF is encrypted with AES; save a copy without encryption, or install "
            "cryptography if it opens without a password"
        ) from error
    except Exception as error:  # pypdf raises nearly every built-in error on damaged files
        raise DocumentError(
            f"not a readable PDF ({type(error).__name__}: {error}); open and save it again"
        ) from error
    if not any(page.strip() for page in pages):
        raise EmptyDocumentError(
            f"no text on any of its {len(pages)} pages: a scan needs OCR first "
            "(e.g. ocrmypdf in.pdf out.pdf)"
        )
    return _assemble([_tidy(page) for page in _without_running_lines(pages)], title, outline)


def _open(data: bytes) -> "PdfReader":
    from pypdf import PasswordType, PdfReader

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
        raise EncryptedDocumentError(
            "the PDF opens only with a password; save a copy without one and add that"
        )
    return reader


def _title(reader: "PdfReader") -> str:
    title = clean(str((reader.metadata.title if reader.metadata else None) or ""))
    title = " ".join(title.split())
    return "" if _MEANINGLESS_TITLE.match(title) else title


def _outline(reader: "PdfReader") -> Iterator[tuple[int, str, int]]:
    """Yield level, title and page (0-based) of each entry of the outline."""
    stack: list[tuple[int, Any]] = [(0, reader.outline)]
    while stack:
        level, entry = stack.pop()
        if isinstance(entry, list):
            stack.extend((level + 1, child) for child in reversed(entry))
            continue
        page = reader.get_destination_page_number(entry)
        title = " ".join(clean(str(entry.title or "")).split())
        if title and page is not None and level <= _DEEPEST_OUTLINE:
            yield level, title, page


def _without_running_lines(pages: Sequence[str]) -> list[str]:
    """Drop the first and last lines that recur on most pages but for the page's number."""
    lines = [page.strip("\n").split("\n") for page in pages]
    counts = Counter(
        key
        for number, page in enumerate(lines)
        for key in set().union(*(_keys(line, number) for line in {*page[:1], *page[-1:]}))
    )
    least = max(_FEWEST_RUNNING, _RUNNING_SHARE * len(pages))
    running = {key for key, count in counts.items() if count >= least}
    seen: set[str] = set()
    return ["\n".join(_trimmed(page, number, running, seen)) for number, page in enumerate(lines)]


def _trimmed(page: list[str], number: int, running: set[str], seen: set[str]) -> list[str]:
    """Return `page` without its running lines already `seen` on a page before, and note the new."""
    for edge in (0, -1):
        keys = _keys(page[edge], number) & running if page else set()
        if keys & seen:
            page = page[1:] if edge == 0 else page[:-1]
        seen |= keys
    return page


def _keys(line: str, number: int) -> set[str]:
    """Return the line as it is, and with each of its numbers as a distance from the page's.

    Only a page number keeps its distance from page to page; the amounts at the foot of a table
    do not, and must not be taken for one. The head of a table that goes on over pages stays.
    """
    text = " ".join(line.split())
    if not text or " | " in text:
        return set()
    relative = {
        f"{text[: match.start()]}<{int(match[0]) - number}>{text[match.end() :]}"
        for match in _PAGE_NUMBER.finditer(text)
    }
    return {text, *relative}


def _tidy(page: str) -> str:
    page = _SPACES_AT_LINE_END.sub("\n", page)
    page = _HYPHEN_AT_LINE_END.sub(_joint, page)
    return page.replace("\u00ad", "").strip("\n")


def _joint(match: re.Match[str]) -> str:
    """Drop a hyphen that only parts a word; before a capital, or as a second one, it stays."""
    text, at = match.string, match.start()
    word = text[max(text.rfind(" ", 0, at), text.rfind("\n", 0, at)) + 1 : at]
    is_own = "-" in word or not text[match.end()].islower()
    return "-" if is_own and text[at] != "\u00ad" else ""


def _assemble(
    pages: Sequence[str], title: str, outline: Sequence[tuple[int, str, int]]
) -> LoadedDocument:
    starts, text = [], ""
    for page in pages:
        if text:
            text += "\n" if _runs_over(text, page) else "\n\n"
        starts.append(len(text))
        text += page
    return LoadedDocument(
        text=text,
        kind="pdf",
        title=title,
        headings=tuple(_headings(text, starts, outline)),
        page_starts=tuple(starts),
        blocks=tuple(Block("table", *match.span()) for match in _TABLE.finditer(text)),
    )


def _runs_over(before: str, page: str) -> bool:
    """Say whether a sentence begun before goes on at the top of `page`."""
    if _SENTENCE_END.search(before[-20:].rstrip()) or not page.strip():
        return False
    first = page.lstrip()[0]
    return first.islower() or ("\u4e00" <= first <= "\u9fff" and "\u4e00" <= before[-1] <= "\u9fff")


def _headings(
    text: str, starts: Sequence[int], outline: Sequence[tuple[int, str, int]]
) -> list[Heading]:
    """Find the outline's titles on their pages; those not printed there are left out."""
    found: dict[int, Heading] = {}
    for level, title, page in outline:
        if page >= len(starts):
            continue
        end = starts[page + 1] if page + 1 < len(starts) else len(text)
        words = r"\s+".join(map(re.escape, title.split()))
        pattern = re.compile(rf"(?im)^[ \t]*(?:[\dIVX.]+\s+)?{words}")
        match = pattern.search(text, starts[page], end)
        if match:
            found.setdefault(match.start(), Heading(level, title, match.start()))
    return [found[start] for start in sorted(found)]
