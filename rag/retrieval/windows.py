"""Widens found passages by their neighbours; knows no query."""

from collections.abc import Sequence
from typing import TypeVar

from rag.retrieval.stretch import stretched
from rag.store.catalog import Catalog
from rag.store.records import StoredPassage

Rating = TypeVar("Rating")


def widen(
    found: Sequence[tuple[Rating, StoredPassage]], catalog: Catalog, neighbours: int
) -> list[tuple[Rating, StoredPassage]]:
    """Return each passage with up to `neighbours` passages before and after it.

    The better-ranked window takes a stretch two of them share; one wholly inside a better one is
    left out. A window's text is the document's own, from its first character to its last.
    """
    if neighbours == 0:
        return list(found)
    taken: dict[str, list[tuple[int, int]]] = {}
    windows = []
    for rating, passage in found:
        spans = taken.setdefault(passage.source, [])
        if any(start <= passage.start_index and passage.end_index <= end for start, end in spans):
            continue
        window = _window(passage, catalog, neighbours, spans)
        spans.append((window.start_index, window.end_index))
        windows.append((rating, window))
    return windows


def _window(
    passage: StoredPassage, catalog: Catalog, neighbours: int, taken: Sequence[tuple[int, int]]
) -> StoredPassage:
    near = catalog.around(
        passage.source, passage.ordinal - neighbours, passage.ordinal + neighbours
    )
    document = catalog.document(passage.source)
    if not near or document is None:
        return passage
    start, end = near[0].start_index, near[-1].end_index
    for other_start, other_end in taken:
        if other_end <= passage.start_index:
            start = max(start, other_end)
        if other_start >= passage.end_index:
            end = min(end, other_start)
    return stretched(passage, document, start, end)
