"""Tells on which line of a source a passage begins; does not know how sources are kept."""

from typing import TYPE_CHECKING

from rag.errors import CitationNotFoundError

if TYPE_CHECKING:
    from rag.app import Rag


class LineFinder:
    """Looks lines up in the index, each place once."""

    def __init__(self, rag: "Rag") -> None:
        self._rag = rag
        self._known: dict[tuple[str, int], int | None] = {}

    def line_at(self, source: str, start_index: int) -> int | None:
        """Return the 1-based line of the extracted text, None if the source is gone meanwhile."""
        key = (source, start_index)
        if key not in self._known:
            self._known[key] = self._look_up(source, start_index)
        return self._known[key]

    def _look_up(self, source: str, start_index: int) -> int | None:
        try:
            return self._rag.show(f"{source}:{start_index}-{start_index + 1}", context=0).line
        except CitationNotFoundError:
            # A sync between answer and look-up removed it: the place is then shown without a line.
            return None
