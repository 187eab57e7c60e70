"""Says how alike texts are in meaning, and which passages of an index repeat each other.

Knows no question and no ranking.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from rag.embeddings import PassageEmbeddings
from rag.errors import RetrievalError
from rag.retrieval.diversity import overlap
from rag.store.records import StoredPassage
from rag.store.store import Store

UNREADABLE = 0.2
"""Share of unknown signs from which vectors say nothing of a text: Chinese is all alike to a model
that was taught English alone (its passages have cosines of .9 and shares of .4 to .8)."""

_BLOCK = 512


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage is."""

    id: str
    source: str
    start_index: int
    end_index: int
    text: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Two passages and how alike they are; `identical` where their texts are the same."""

    similarity: float
    identical: bool
    first: Place
    second: Place

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag doctor --duplicates`."""
        return asdict(self)


def similarity(embeddings: PassageEmbeddings, text: str, other: str) -> float:
    """Return the cosine of two texts' vectors, both embedded as passages: -1 to 1.

    Raises:
        RetrievalError: A text is empty.
    """
    if not text.strip() or not other.strip():
        raise RetrievalError("two texts were wanted and one is empty; give both")
    first, second = embeddings.embed_passages([text, other])
    return float(np.clip(first @ second, -1.0, 1.0))


def find_twins(
    store: Store, *, least: float, most: int, unknown_share: Callable[[str], float]
) -> list[Twins]:
    """Return the pairs of live passages that are most alike, by (-similarity, ids).

    Every pair is compared, by the vectors that the index holds: near-duplicates and paraphrases
    alike. Texts that the model cannot read are compared by the words they share as well. Passages
    that overlap in one document are no pair.

    Args:
        store: The index.
        least: Similarity from which two passages are a pair.
        most: The most pairs returned.
        unknown_share: Tells which share of a text the model has no sign for, 0 to 1.
    """
    readable = cache(lambda text: unknown_share(text) < UNREADABLE)

    def likeness(cosine: float, one: StoredPassage, other: StoredPassage) -> float:
        if readable(one.text) and readable(other.text):
            return cosine
        return min(cosine, overlap(one.text, other.text))

    fingerprint = store.catalog.meta("fingerprint") or ""
    with store.catalog.snapshot():
        ids, matrix = store.catalog.vectors(fingerprint)
        passages = {one.id: one for one in store.catalog.all_passages()}
    found: list[tuple[float, str, str]] = []
    for block in _pairs(matrix, least):
        for cosine, row, column in block:
            one, other = passages[ids[row]], passages[ids[column]]
            if _apart(one, other) and (alike := likeness(cosine, one, other)) >= least:
                found.append((alike, one.id, other.id))
        found = sorted(found, key=lambda pair: (-pair[0], *pair[1:]))[:most]
    return [_twins(score, passages[one], passages[other]) for score, one, other in found]


def _pairs(matrix: NDArray[np.float32], least: float) -> Iterator[Sequence[tuple[float, int, int]]]:
    """Yield the pairs of rows that are alike, block by block: a million pairs at a time at most."""
    for start in range(0, len(matrix), _BLOCK):
        scores = matrix[start : start + _BLOCK] @ matrix[start:].T
        rows, columns = np.nonzero(np.triu(scores >= least, k=1))
        yield [
            (min(1.0, float(scores[row, column])), start + int(row), start + int(column))
            for row, column in zip(rows, columns, strict=True)
        ]


def _apart(one: StoredPassage, other: StoredPassage) -> bool:
    return (
        one.source != other.source
        or one.end_index <= other.start_index
        or other.end_index <= one.start_index
    )


def _twins(score: float, one: StoredPassage, other: StoredPassage) -> Twins:
    first, second = sorted((one, other), key=lambda at: (at.source, at.start_index))
    return Twins(round(score, 4), one.text == other.text, _place(first), _place(second))


def _place(passage: StoredPassage) -> Place:
    return Place(passage.id, passage.source, passage.start_index, passage.end_index, passage.text)
