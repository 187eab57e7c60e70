"""How deep a cell's rankings go, and how many passages that takes; searches nothing."""

from dataclasses import dataclass

from rag import Settings


@dataclass(frozen=True, slots=True)
class Depth:
    """How deep rankings go.

    Attributes:
        measured: Places that measures look at.
        shown: Places that go into the result; what a token budget may reach is left out.
        decisive: Places within which gold counts as found.
        by_document: A ranking is one of documents: it keeps each document's best passage.
    """

    measured: int
    shown: int
    decisive: int
    by_document: bool


def passages_wanted(settings: Settings, depth: Depth, *, k_is_varied: bool) -> int:
    """Return how many passages a cell of ours is asked for.

    A cell that sets k itself is cut there. Where documents are ranked, several passages may be of
    one document, so all candidates are looked at. A reranked ranking ends where the reranker does.
    """
    k = settings.retrieval.k
    if k_is_varied:
        return k
    return within_rerank(
        settings, max(settings.retrieval.candidates if depth.by_document else k, depth.measured)
    )


def within_rerank(settings: Settings, wanted: int) -> int:
    """Return how many of `wanted` passages a search of these settings can give."""
    if settings.rerank.model is None:
        return wanted
    return min(wanted, max(settings.rerank.depth, settings.retrieval.k))
