"""Keeps a ranking from repeating itself, by vectors or by words; knows no index and no model."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.store.tokens import tokenize

_SHINGLE = 3


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


def drop_near_duplicates(texts: Sequence[str], *, threshold: float) -> list[int]:
    """Return the rows that repeat no better row's words.

    A text repeats another if it shares at least `threshold` of the word triples of the shorter.

    Args:
        texts: Passage texts, best first.
        threshold: Share of common word triples, 0 to 1, from which a text counts as a repeat.
    """
    kept: list[int] = []
    kept_shingles: list[frozenset[tuple[str, ...]]] = []
    for row, text in enumerate(texts):
        shingles = _shingles(text)
        if all(_containment(shingles, other) < threshold for other in kept_shingles):
            kept.append(row)
            kept_shingles.append(shingles)
    return kept


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = tokenize(text)
    if len(words) <= _SHINGLE:
        return frozenset([tuple(words)]) if words else frozenset()
    return frozenset(
        tuple(words[start : start + _SHINGLE]) for start in range(len(words) - _SHINGLE + 1)
    )


def _containment(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
