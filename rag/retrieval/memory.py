"""Keeps the vectors of what was asked and said last; makes none."""

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rag.embeddings import PassageEmbeddings
from rag.sentences import sentences

# Of 384 numbers each, some 2 MB: a few hundred conversations at once.
_MOST = 1_000


class TextVectors:
    """The vectors of the last `most` texts; safe to share between threads."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = Lock()
        self._kept: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    def recall(self, text: str) -> NDArray[np.float32] | None:
        """Return a text's vector, None if it is not kept."""
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text)

    def keep(self, text: str, vector: NDArray[np.float32]) -> None:
        """Keep a text's vector, in the place of the one that was used longest ago."""
        with self._lock:
            self._kept[text] = vector
            self._kept.move_to_end(text)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)


def shortened(text: str, embeddings: PassageEmbeddings) -> str:
    """Return the first sentences of a text, as many as the model reads, the first one always.

    What was answered before is often longer than a model reads: cut here, it is cut at a sentence
    and without a warning that would say that a question was too long.
    """
    if embeddings.count_tokens([text])[0] <= embeddings.max_tokens:
        return text
    spans = sentences(text)
    counts = embeddings.count_tokens([text[start:end] for start, end in spans])
    read, end = 0, spans[0][1]
    for count, (_, last) in zip(counts, spans, strict=True):
        read += count
        if read > embeddings.max_tokens:
            break
        end = last
    return text[:end]
