"""What the index needs of an embedding model; knows none."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rag.embedding.fingerprint import Fingerprint


class PassageEmbeddings(Protocol):
    """What the index needs of an embedding model; tests have small ones of their own."""

    @property
    def fingerprint(self) -> Fingerprint:
        """What must be equal for two vectors to be comparable."""
        ...

    @property
    def max_tokens(self) -> int:
        """Content tokens of a passage that the model reads."""
        ...

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return the number of content tokens of each text."""
        ...

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return unit vectors, shape (len(texts), dimension); `progress` gets the number done."""
        ...

    def embed_query(self, text: str) -> list[float]:
        """Return the unit vector of a question."""
        ...
