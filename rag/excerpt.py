"""Shows documents of the index, whole or a passage in its context; knows no search."""

import re
from dataclasses import dataclass

from langchain_core.documents import Document

from rag.documents.document import LoadedDocument
from rag.errors import CitationNotFoundError
from rag.store.catalog import Catalog

_SPAN = re.compile(r"(?P<source>.+):(?P<start>\d{1,12})-(?P<end>\d{1,12})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Words of a source with what stands before and after them.

    `start_index` and `end_index` are characters of the extracted text; `line` counts from 1.
    """

    source: str
    title: str
    page: int | None
    section: tuple[str, ...]
    line: int
    start_index: int
    end_index: int
    before: str
    text: str
    after: str

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag show`."""
        return {
            "source": self.source,
            "title": self.title,
            "page": self.page,
            "section": " > ".join(self.section),
            "line": self.line,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "before": self.before,
            "text": self.text,
            "after": self.after,
        }


def excerpt(catalog: Catalog, reference: str, *, context: int) -> Excerpt:
    """Return what a reference points to, with up to `context` characters on either side.

    Raises:
        CitationNotFoundError: It is neither a live passage's id nor SOURCE:START-END of a source.
    """
    source, start, end = _resolve(catalog, reference)
    document = catalog.document(source)
    if document is None:
        raise CitationNotFoundError(f"{source} is not in the index; `rag list` shows what is")
    if not 0 <= start < end <= len(document.text):
        raise CitationNotFoundError(
            f"{source} has {len(document.text)} characters; {start}-{end} is not inside"
        )
    return _cut(source, document, start, end, context)


def whole_document(catalog: Catalog, source: str) -> Document:
    """Return a document of the index with its own metadata, title and kind.

    Raises:
        CitationNotFoundError: There is none of that name.
    """
    found = catalog.document(source)
    if found is None:
        raise CitationNotFoundError(f"{source} is not in the index; `rag list` shows what is")
    own = {"source": source, "title": found.title, "kind": found.kind}
    return Document(found.text, metadata={**catalog.metadata(source), **own})


def line_at(text: str, index: int) -> int:
    """Return the number of the line, from 1, that holds the character at `index`."""
    return text.count("\n", 0, index) + 1


def _resolve(catalog: Catalog, reference: str) -> tuple[str, int, int]:
    passage = catalog.passages([reference]).get(reference)
    if passage is not None:
        return passage.source, passage.start_index, passage.end_index
    match = _SPAN.fullmatch(reference)
    if match is None:
        raise CitationNotFoundError(
            f"no passage {reference!r} in the index; give a passage's id or SOURCE:START-END, "
            "as `rag search --json` shows them"
        )
    return match["source"], int(match["start"]), int(match["end"])


def _cut(source: str, document: LoadedDocument, start: int, end: int, context: int) -> Excerpt:
    first, last = max(0, start - context), min(len(document.text), end + context)
    return Excerpt(
        source=source,
        title=document.title or source.rpartition("/")[2],
        page=document.page_at(start),
        section=document.section_at(start),
        line=line_at(document.text, start),
        start_index=start,
        end_index=end,
        before=_from_word(document.text[first:start], cut=first > 0),
        text=document.text[start:end],
        after=_to_word(document.text[end:last], cut=last < len(document.text)),
    )


def _from_word(text: str, *, cut: bool) -> str:
    """Drop the part of a word a cut left at the start; Chinese has no blanks and stays."""
    head = text.find(" ", 0, 24) if cut else -1
    return "…" + text[head + 1 :] if cut else text


def _to_word(text: str, *, cut: bool) -> str:
    tail = text.rfind(" ", max(0, len(text) - 24)) if cut else -1
    return text[: tail if tail > 0 else len(text)] + "…" if cut else text
