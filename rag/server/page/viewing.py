"""A document of the index as the page shows it, the quote marked; knows no routes."""

import re

from rag.app import Rag
from rag.errors import CitationNotFoundError
from rag.excerpt import Excerpt
from rag.server.page.rendering import render_markdown, render_text

# Finding the blocks takes 0.1 s for 100,000 characters of prose, but 3 s for as many of a table.
_MOST_MARKDOWN = 200_000
_FRONT_MATTER = re.compile(r"(?:---|\+\+\+)[ \t]*\n.*?^(?:---|\+\+\+|\.\.\.)[ \t]*$", re.S | re.M)


def view_source(rag: Rag, reference: str, *, context: int) -> dict[str, object]:
    """Return the JSON shape of `Excerpt` with `kind` and `html`.

    Args:
        rag: The index.
        reference: A passage's id, SOURCE:START-END, or a document's name alone for its beginning.
        context: Characters shown before and after the quote, and at least the blocks they are in.

    Raises:
        CitationNotFoundError: There is no such passage and no such document.
    """
    shown, has_quote = _excerpt(rag, reference, context)
    found = rag.document(shown.source)
    kind = str(found.metadata["kind"])
    rendered = _render(found.page_content, kind, shown, has_quote=has_quote, context=context)
    quoted = shown.to_dict() if has_quote else {**shown.to_dict(), "text": ""}
    return {**quoted, "kind": kind, "html": rendered}


def _excerpt(rag: Rag, reference: str, context: int) -> tuple[Excerpt, bool]:
    try:
        return rag.show(reference, context=context), True
    except CitationNotFoundError:
        if not _is_document(rag, reference):
            raise
        return rag.show(f"{reference}:0-1", context=context), False


def _is_document(rag: Rag, source: str) -> bool:
    try:
        rag.document(source)
    except CitationNotFoundError:
        return False
    return True


def _render(text: str, kind: str, shown: Excerpt, *, has_quote: bool, context: int) -> str:
    if kind == "markdown" and len(text) <= _MOST_MARKDOWN:
        return _markdown(text, shown, has_quote=has_quote, context=context)
    before, quote = (shown.before, shown.text) if has_quote else (shown.before + shown.text, "")
    return render_text(before, quote, shown.after, is_code=kind == "code")


def _markdown(text: str, shown: Excerpt, *, has_quote: bool, context: int) -> str:
    start, end = (shown.start_index, shown.end_index) if has_quote else (0, 0)
    front = _FRONT_MATTER.match(text)
    split = front.end() if front else 0
    # Blanked rather than cut, so that every character keeps its place.
    body = re.sub(r"[^\r\n]", " ", text[:split]) + text[split:]
    rendered = render_markdown(body, start, end, first=start - context, last=end + context)
    if not front or start - context >= split:
        return rendered
    cuts = min(start, split), min(end, split)
    head = render_text(text[: cuts[0]], text[slice(*cuts)], text[cuts[1] : split], is_code=True)
    return head + rendered
