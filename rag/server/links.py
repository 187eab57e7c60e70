"""Addresses of places in documents, as the page opens them; knows no documents and no requests."""

from urllib.parse import quote


def source_link(base: str, collection: str, source: str, start: int, end: int) -> str:
    """Return where the page shows the characters `[start, end)` of a source.

    `base` is how others reach the server, without a slash at its end.
    """
    reference = quote(f"{source}:{start}-{end}", safe="")
    return f"{base}/#/source?collection={quote(collection, safe='')}&reference={reference}"
