"""Makes a passage another stretch of its document; knows no index."""

from dataclasses import replace

from rag.documents.document import LoadedDocument
from rag.store.records import StoredPassage


def stretched(
    passage: StoredPassage, document: LoadedDocument, start: int, end: int
) -> StoredPassage:
    """Return a passage with the document's characters `[start, end)` as its text.

    All else stays its own, but for what it needs from further up.
    """
    return replace(
        passage,
        start_index=start,
        end_index=end,
        text=document.text[start:end],
        lead_in=document.lead_in(start),
    )
