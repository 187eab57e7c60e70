"""Keeps a ranking from repeating itself, by vectors or by words; knows no index and no model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.store.tokens import tokenize

_SHINGLE_WORDS = 3
_Shingle = tuple[str, ...]


def mmr(
    vectors: NDArray[np.float32], scores: Sequence[float], k: int, *, relevance_weight: float
) -> list[int]:
    """Choose up to `k` rows by maximal marginal relevance (Carbonell & Goldstein 1998).

    Args:
        vectors: Shape (n, dimension), unit length, best first.
        scores: Relevance of each row, higher is better, on the scale of a cosine.
        k: The most rows chosen.
        relevance_weight: 1 counts only relevance, 0 only difference from what is chosen.

    Returns:
        Row numbers in the order they were chosen; equals go to the earlier row.
    """
    relevance = relevance_weight * np.asarray(scores, dtype=np.float64)
    closest = np.zeros(len(scores))
    chosen: list[int] = []
    for _ in range(min(k, len(scores))):
        gain = relevance - (1 - relevance_weight) * closest
        gain[chosen] = -np.inf
        best = int(np.argmax(gain))
        chosen.append(best)
        similarity = (vectors @ vectors[best]).astype(np.float64)
        closest = similarity if len(chosen) == 1 else np.maximum(closest, similarity)
    return chosen


def drop_near_duplicates(
    texts: Sequence[str], *, threshold: float, wanted: int | None = None
) -> list[int]:
    """Return the first `wanted` rows that say something their betters do not, in order.

    A text is dropped if at least `threshold` of its word triples are in one better text that is
    kept. So a short text inside a longer, better one goes; a longer one around a shorter stays.

    Args:
        texts: Passage texts, best first.
        threshold: Share of repeated word triples, above 0 to 1, from which a text is dropped.
        wanted: The most rows returned; what comes after the last of them is not looked at. None:
            all.
    """
    kept: list[int] = []
    said: list[frozenset[_Shingle]] = []
    for row, text in enumerate(texts):
        if len(kept) == wanted:
            break
        shingles = _shingles(text)
        if all(_share_within(shingles, better) < threshold for better in said):
            kept.append(row)
            said.append(shingles)
    return kept


def overlap(text: str, other: str) -> float:
    """Return the share (0 to 1) of the shorter text's word triples that the other holds."""
    shorter, longer = sorted((_shingles(text), _shingles(other)), key=len)
    return _share_within(shorter, longer)


def _shingles(text: str) -> frozenset[_Shingle]:
    words = tokenize(text)
    starts = range(max(1, len(words) - _SHINGLE_WORDS + 1))
    return frozenset(tuple(words[start : start + _SHINGLE_WORDS]) for start in starts)


def _share_within(shingles: frozenset[_Shingle], better: frozenset[_Shingle]) -> float:
    return len(shingles & better) / len(shingles)
