"""A small embedding model of our own: hashed bags of words; knows no weights and no network."""

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.embedding.fingerprint import Fingerprint
from rag.store.tokens import tokenize

_WORDS = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")


class BagOfWordsEmbeddings(Embeddings):
    """Texts that share words get similar unit vectors; the same text always the same vector.

    Args:
        name: The model's name; another name is another fingerprint and gives other vectors.
        dimension: Length of a vector.
        max_tokens: Words and Chinese characters that a passage may have.
        on_embed: Called before each `embed_passages` with its texts.

    Attributes:
        calls: How often `embed_passages` was called.
        texts: Every passage text that was ever embedded, in order.
        queries: Every question that was embedded.
    """

    def __init__(
        self,
        name: str = "bag-of-words",
        *,
        dimension: int = 64,
        max_tokens: int = 60,
        on_embed: Callable[[Sequence[str]], None] | None = None,
    ) -> None:
        self.name = name
        self.dimension = dimension
        self.max_tokens = max_tokens
        self.on_embed = on_embed
        self.calls = 0
        self.texts: list[str] = []
        self.queries: list[str] = []

    @cached_property
    def fingerprint(self) -> Fingerprint:
        return Fingerprint(
            model=self.name,
            weights_sha256=hashlib.sha256(self.name.encode()).hexdigest(),
            revision=None,
            dimension=self.dimension,
            pooling="sum",
            normalised=True,
            query_prompt="",
            document_prompt="",
            max_tokens=self.max_tokens,
            backend="fake",
        )

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(_WORDS.findall(text)) for text in texts]

    def embed_passages(
        self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if self.on_embed is not None:
            self.on_embed(texts)
        self.calls += 1
        self.texts.extend(texts)
        if progress is not None:
            progress(len(texts))
        return np.stack([self._vector(text) for text in texts])

    def embed_query(self, text: str) -> list[float]:
        self.queries.append(text)
        return [float(number) for number in self._vector(text)]

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float(number) for number in self._vector(text)] for text in texts]

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in tokenize(text) or [""]:
            digest = hashlib.blake2b(f"{self.name} {word}".encode(), digest_size=8).digest()
            number = int.from_bytes(digest, "big")
            vector[number % self.dimension] += 1.0 if number >> 63 else -1.0
        if not vector.any():
            vector[0] = 1.0
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit
