"""Remembers the vectors of the texts that were asked for last; knows no model."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# Of 384 numbers each, some 20 MB.
_MOST = 10_000


class VectorMemory:
    """Holds up to `most` vectors; not safe to share between threads without a lock."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def vectors(self, texts: Sequence[str], embed: Callable[[list[str]], Vectors]) -> Vectors:
        """Return the vectors of texts, shape (len(texts), dimension).

        `embed` makes those that are not remembered, each once.
        """
        unknown = [text for text in dict.fromkeys(texts) if text not in self._kept]
        # Copies, for a row would keep the whole batch it was made in.
        made = {text: row.copy() for text, row in zip(unknown, embed(unknown), strict=True)}
        found = [made[text] if text in made else self._kept[text] for text in texts]
        for text, vector in zip(texts, found, strict=True):
            self._kept[text] = vector
            self._kept.move_to_end(text)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return np.stack(found) if found else embed([])
