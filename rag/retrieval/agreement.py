"""Adds to a ranking what its best passages agree on; knows no index and no model.

Passages that answer a question resemble each other more than those that share a few of its words
by chance (van Rijsbergen's cluster hypothesis, "Information Retrieval", 1979). So a passage gains

* by words: as far as it holds what the best `BEST` hold, each word with its BM25 weight there and
  each passage by its evidence (a relevance model: Lavrenko & Croft, SIGIR 2001);
* by meaning: a share of the evidence of the `NEAREST` passages most like it (Diaz, "Regularizing ad
  hoc retrieval scores", CIKM 2005), times the weight of the dense leg: a blind one knows no
  neighbours.

Where the best resemble each other no more than they do the rest, they have nothing in common but
the question's words, and nothing is added: lists of unrelated things, questions that one passage
answers. All of it is in nats, and at most in proportion to the best passage's own evidence.

The constants are round numbers from the middle of what works: `WORDS` from .5 to 1.5, `MEANING`
from .2 to .6 and `RESEMBLANCE` from .03 to .08 change no set by more than .005 nDCG@10. What it
gains is in docs/retrieval.md (`python -m evals.retrieval_ablations`).
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.fusion import FusedHit, Fusion
from rag.store.tokens import tokenize

LOOKED_AT = 50
"""Passages that may gain: the best ones; all others count as the least of these."""

BEST = 5
"""Passages that say what is agreed on."""

NEAREST = 5
"""Neighbours whose evidence a passage has a share in."""

WORDS = 0.75
"""Share of the best one's evidence that the passage most like the best ones gains."""

MEANING = 0.4
"""Share of its neighbours' evidence that a passage gains, were they all alike."""

RESEMBLANCE = 0.04
"""All of it counts where the best are so much more alike (a cosine) than others are like them; of
half as much resemblance counts a quarter."""

# With fewer beside them it cannot be told how alike unrelated passages are.
_FEWEST = 4 * BEST
# e-fold of evidence between which one of the best has a say.
_NATS = 2.0
_K1, _B = 1.2, 0.75
# A few megabytes; a conversation looks at the same passages again and again.
_KEPT = 2048

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Told:
    """What one passage is about.

    Attributes:
        words: Its words with title and headings (`counted`).
        vector: Its unit vector.
    """

    words: Mapping[str, int]
    vector: NDArray[np.float32]


@lru_cache(maxsize=_KEPT)
def counted(text: str) -> Mapping[str, int]:
    """Return the words of a text as they are compared, and how often each occurs."""
    return Counter(tokenize(text))


def add_agreement(
    fusion: Fusion, told: Sequence[Told], *, holding: Mapping[str, int], passages: int
) -> Fusion:
    """Return the ranking with what its best passages agree on added, by (-score, id).

    Args:
        fusion: A ranking, history included.
        told: About its first hits, in their order; about `LOOKED_AT` of them or all. About fewer
            than 20 nothing is added.
        holding: How many passages of the collection hold each word.
        passages: How many passages the collection has.
    """
    if len(told) < _FEWEST:
        return fusion
    own = np.array([_evidence(hit, fusion) for hit in fusion.hits[: len(told)]])
    weights = _weights([one.words for one in told], holding, passages)
    share = min(1.0, max(0.0, _cohesion(weights)) / RESEMBLANCE) ** 2
    if share == 0:
        return fusion
    vectors = np.stack([one.vector for one in told]).astype(np.float64)
    gained = share * (
        WORDS * _by_words(own, weights) + MEANING * fusion.dense_weight * _by_meaning(own, vectors)
    )
    least = float(gained.min())
    rest = [least] * (len(fusion.hits) - len(told))
    hits = [
        _moved(hit, added, fusion)
        for hit, added in zip(fusion.hits, [*gained.tolist(), *rest], strict=True)
    ]
    return replace(fusion, hits=tuple(sorted(hits, key=lambda hit: (-hit.score, hit.id))))


def _evidence(hit: FusedHit, fusion: Fusion) -> float:
    own = fusion.dense_weight * hit.dense_evidence + hit.lexical_evidence
    return own + hit.history_evidence


def _moved(hit: FusedHit, added: float, fusion: Fusion) -> FusedHit:
    total = _evidence(hit, fusion) + added
    return replace(hit, score=total / (total + fusion.chance), agreement_evidence=added)


def _weights(
    told: Sequence[Mapping[str, int]], holding: Mapping[str, int], passages: int
) -> Floats:
    """Return the BM25 weight of each word in each passage, shape (passages told of, words)."""
    columns: dict[str, int] = {}
    for words in told:
        for word in words:
            columns.setdefault(word, len(columns))
    counts = np.zeros((len(told), len(columns)))
    for row, words in enumerate(told):
        counts[row, [columns[word] for word in words]] = list(words.values())
    held = np.array([holding.get(word, 0) for word in columns], dtype=np.float64)
    held = np.minimum(held, passages)  # deleted passages count until the index merges them away
    rarity = np.log(1 + (passages - held + 0.5) / (held + 0.5))
    lengths = counts.sum(axis=1, keepdims=True)
    room = _K1 * (1 - _B + _B * lengths / max(float(lengths.mean()), 1.0))
    found: Floats = rarity * counts * (_K1 + 1) / (counts + room)
    return found


def _cohesion(weights: Floats) -> float:
    """Return how much more the best resemble each other than the others resemble them."""
    norms = np.maximum(np.linalg.norm(weights, axis=1, keepdims=True), 1e-9)
    cosines = (weights / norms) @ (weights[:BEST] / norms[:BEST]).T
    among = cosines[:BEST][~np.eye(BEST, dtype=bool)]
    return float(among.mean() - np.median(cosines[BEST:]))


def _by_words(own: Floats, weights: Floats) -> Floats:
    """Return evidence by resemblance to the best ones' words; the most alike has the best's own."""
    say = np.exp((own[:BEST] - own.max()) / _NATS)
    common = (say / say.sum()) @ weights[:BEST]
    alike = weights @ common
    most = float(alike.max())
    found: Floats = own.max() * alike / most if most > 0 else np.zeros(len(own))
    return found


def _by_meaning(own: Floats, vectors: Floats) -> Floats:
    """Return the mean evidence of each one's nearest, each times the square of its cosine."""
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -math.inf)
    nearest = np.argsort(-cosines, axis=1, kind="stable")[:, :NEAREST]
    alike = np.maximum(np.take_along_axis(cosines, nearest, axis=1), 0.0) ** 2
    found: Floats = (own[nearest] * alike).mean(axis=1)
    return found
