"""What a rival's search tells of its size; knows no rival."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_core.documents import Document


@dataclass(frozen=True, slots=True)
class SizedSearch:
    """A rival's search, called as one, that knows what it searches.

    Attributes:
        passages: How many pieces it holds.
        index_bytes: Their text in UTF-8, with the vectors or postings, as our own cells count.
    """

    search: "Callable[[str, int], list[Document]]"
    passages: int
    index_bytes: int

    def __call__(self, query: str, k: int) -> "list[Document]":
        """Search."""
        return self.search(query, k)


def known_sizes(search: object) -> dict[str, float]:
    """Return `passages` and `index_bytes` of a search that knows them, else {}."""
    if not isinstance(search, SizedSearch):
        return {}
    return {"passages": float(search.passages), "index_bytes": float(search.index_bytes)}
