"""Finds words that a source has in other words, as a model reads both; knows no verdict."""

import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.support.words import Word, words
from rag.embedding.reading import Read, Reading

# Cosine from which a word stands for another: at this one all-MiniLM-L6-v2 takes half of the words
# of true paraphrases, and three of a hundred that were put in another's place.
_ALIKE: Final = 0.65
# Cosine from which a word may have taken another's place without a change of what is said.
_RELATED: Final = 0.45


def stand_ins(claim: str, window: str, strange: Sequence[int], read: Read) -> frozenset[int]:
    """Return which of a claim's strange words mean what some word of the source means.

    Words are compared where they stand: "power" is near "electricity" on a bill. Names and codes
    are left out, since any other of their kind is near; so are Han characters, whose vectors say
    little of the words they are in.

    Args:
        claim: The sentence.
        window: The sentences of the source that come nearest to it.
        strange: Places of words among those of the claim.
        read: Gives the reading of each text.
    """
    own = words(claim)
    ordinary = [at for at in strange if own[at].raw.isalpha() and own[at].raw.islower()]
    ordinary = [at for at in ordinary if not own[at].is_han]
    if not ordinary:
        return frozenset()
    texts = [unicodedata.normalize("NFKC", text) for text in (claim, window)]
    here, there = read(texts)
    wanted = _vectors([own[at] for at in ordinary], here)
    held = _vectors([word for word in words(window) if not word.is_stop], there)
    if not len(held):
        return frozenset()
    likest = (wanted @ held.T).max(axis=1)
    return frozenset(at for at, near in zip(ordinary, likest, strict=True) if near >= _ALIKE)


def are_related(claim: str, at: int, source: str, other: int, read: Read) -> bool:
    """Say whether a word of a claim is near enough to one of a source to say much the same."""
    texts = [unicodedata.normalize("NFKC", text) for text in (claim, source)]
    here, there = read(texts)
    one, two = _vector(words(claim)[at], here), _vector(words(source)[other], there)
    return float(one @ two) >= _RELATED


def _vectors(listed: Sequence[Word], reading: Reading) -> NDArray[np.float32]:
    """Return the unit vectors of words, shape (words, dimension); zeros of what was not read."""
    rows = [_vector(word, reading) for word in listed]
    return np.array(rows, dtype=np.float32).reshape(len(rows), reading.vectors.shape[1])


def _vector(word: Word, reading: Reading) -> NDArray[np.float32]:
    within = (reading.starts < word.end) & (reading.ends > word.start)
    total: NDArray[np.float32] = reading.vectors[within].astype(np.float32).sum(axis=0)
    return total / max(1e-9, float(np.linalg.norm(total)))
