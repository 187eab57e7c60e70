"""Which readings are remembered and which are made again."""

import numpy as np

from rag.embedding.memory import ReadingMemory
from rag.embedding.reading import Reading


class Reader:
    """Reads a character as a piece, and keeps what it was given."""

    def __init__(self) -> None:
        self.given: list[list[str]] = []

    def __call__(self, texts: list[str]) -> list[Reading]:
        self.given.append(texts)
        return [_reading(text) for text in texts]


def _reading(text: str) -> Reading:
    places = np.arange(len(text))
    vectors = np.ones((len(text), 2), dtype=np.float16)
    return Reading(vectors, places, places + 1, np.zeros(len(text), dtype=np.bool_))


def test_a_text_is_read_once_and_comes_back_in_its_place() -> None:
    memory, reader = ReadingMemory(), Reader()
    assert list(map(len, memory.readings(["a", "保修", "a"], reader))) == [1, 2, 1]
    assert list(map(len, memory.readings(["ccc", "a"], reader))) == [3, 1]
    assert reader.given == [["a", "保修"], ["ccc"]]


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    memory, reader = ReadingMemory(most=2), Reader()
    memory.readings(["a", "b"], reader)
    memory.readings(["a"], reader)
    memory.readings(["c"], reader)
    reader.given.clear()
    memory.readings(["a", "c"], reader)
    memory.readings(["b"], reader)
    assert reader.given == [["b"]]


def test_more_than_is_remembered_is_still_read() -> None:
    memory, reader = ReadingMemory(most=2), Reader()
    texts = ["x" * number for number in range(1, 9)]
    assert list(map(len, memory.readings(texts, reader))) == list(range(1, 9))
    assert memory._held == 0
