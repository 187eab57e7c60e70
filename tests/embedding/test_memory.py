"""Which vectors are remembered and which are made again."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.embedding.memory import VectorMemory


class Maker:
    def __init__(self) -> None:
        self.made: list[list[str]] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.made.append(list(texts))
        return np.array([[len(text), 1] for text in texts], dtype=np.float32).reshape(-1, 2)


def test_a_text_is_embedded_once_and_comes_back_in_its_place() -> None:
    memory, maker = VectorMemory(), Maker()
    assert memory.vectors(["a", "保修", "a"], maker).tolist() == [[1, 1], [2, 1], [1, 1]]
    assert memory.vectors(["ccc", "a"], maker).tolist() == [[3, 1], [1, 1]]
    assert maker.made == [["a", "保修"], ["ccc"]]


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    memory, maker = VectorMemory(most=2), Maker()
    memory.vectors(["a", "b"], maker)
    memory.vectors(["a"], maker)
    memory.vectors(["c"], maker)
    maker.made.clear()
    memory.vectors(["a", "c"], maker)
    memory.vectors(["b"], maker)
    assert maker.made == [[], ["b"]]


def test_more_texts_than_are_remembered_all_get_their_vectors() -> None:
    memory, maker = VectorMemory(most=2), Maker()
    texts = [f"{'x' * number}" for number in range(1, 9)]
    assert memory.vectors(texts, maker)[:, 0].tolist() == list(range(1, 9))


def test_a_vector_does_not_keep_the_batch_it_was_made_in() -> None:
    memory = VectorMemory()
    memory.vectors(["a", "b"], Maker())
    assert all(vector.base is None for vector in memory._kept.values())
