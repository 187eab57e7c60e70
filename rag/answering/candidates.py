"""The sentences, rows and code of passages, and what they share with a question in words."""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Container, Sequence
from typing import Final

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.answering.expectations import asks_what_it_is, meets_expectation
from rag.answering.units import Unit, units
from rag.store.tokens import query_words, tokenize

# A sentence that saturates at its second mention and hardly minds length: k1 and b of BM25.
_K1: Final = 0.6
_B: Final = 0.6
# Less than this share of a question is nothing left of it.
_LEAST_LEFT: Final = 0.05
# How much worse the next passage is taken to be where no score says so.
_BY_RANK: Final = 0.05

Rows = NDArray[np.float64]


class Candidates:
    """The units of all passages in reading order.

    Attributes:
        question: Standing alone.
        units: Of all passages.
        places: Position of each unit's passage.
        texts: The units' own characters.
        tokens: The words of each, those of what stands above it among them.
        wanted: The question's words with their rarity among the units, 1 in sum.
    """

    def __init__(self, question: str, passages: Sequence[Document]) -> None:
        self.question = question
        self.passages = passages
        self.units: list[Unit] = []
        self.places: list[int] = []
        for place, passage in enumerate(passages):
            cut = units(
                passage.page_content,
                is_code=passage.metadata.get("kind") == "code",
                lead_in=str(passage.metadata.get("lead_in") or ""),
            )
            self.units.extend(cut)
            self.places.extend([place] * len(cut))
        self.texts = [
            passages[place].page_content[unit.start : unit.end]
            for place, unit in zip(self.places, self.units, strict=True)
        ]
        self.tokens = [
            Counter(tokenize(f"{unit.context}\n{text}"))
            for unit, text in zip(self.units, self.texts, strict=True)
        ]
        self.wanted = self._weigh(set(query_words(question)))
        self._subjects = self._openings()
        self._asks_what_it_is = asks_what_it_is(question)

    def coverage(self) -> float:
        """Return the largest share of the question's distinct words that one passage holds."""
        held = self._held_by_passage()
        return max((len(words) for words in held), default=0) / max(1, len(self.wanted))

    def by_words(self) -> Rows:
        """Return the signs by words, one row a unit, in the order of `Signs`."""
        rated = self._passage_scores()
        subjects = [self._share(words) for words in self._subjects]
        mean = sum(tokens.total() for tokens in self.tokens) / max(1, len(self.tokens))
        return np.array(
            [
                (
                    self._bm25(tokens, mean),
                    self._share(tokens),
                    *self._beside(at),
                    rated[place],
                    meets_expectation(self.question, self.texts[at]),
                    subjects[place],
                    *self._beyond(at, subjects[place]),
                    self._defines(at),
                    math.log1p(at - self._first(place)),
                )
                for at, (tokens, place) in enumerate(zip(self.tokens, self.places, strict=True))
            ],
            dtype=np.float64,
        )

    def shares_a_word(self, at: int) -> bool:
        """Say whether the unit at `at` holds a word of the question."""
        return not self.wanted.keys().isdisjoint(self.tokens[at])

    def _weigh(self, words: set[str]) -> dict[str, float]:
        holding = Counter(word for tokens in self.tokens for word in tokens.keys() & words)
        count = len(self.tokens)
        rarity = {
            word: math.log(1 + (count - holding[word] + 0.5) / (holding[word] + 0.5))
            for word in sorted(words)
        }
        total = sum(rarity.values()) or 1.0
        return {word: weight / total for word, weight in rarity.items()}

    def _held_by_passage(self) -> list[set[str]]:
        held: list[set[str]] = [set() for _ in self.passages]
        for place, tokens in zip(self.places, self.tokens, strict=True):
            held[place].update(tokens.keys() & self.wanted.keys())
        return held

    def _share(self, words: Container[str]) -> float:
        return sum(weight for word, weight in self.wanted.items() if word in words)

    def _bm25(self, tokens: Counter[str], mean: float) -> float:
        norm = _K1 * (1 - _B + _B * tokens.total() / max(1.0, mean))
        return sum(
            weight * tokens[word] * (_K1 + 1) / (tokens[word] + norm)
            for word, weight in self.wanted.items()
            if word in tokens
        )

    def _beside(self, at: int) -> tuple[float, float, float]:
        """Return what only the unit before holds, the one before that, and the one after."""
        own, before, further, after = (
            set(self.tokens[near]) if self._is_in_passage(near, at) else set[str]()
            for near in (at, at - 1, at - 2, at + 1)
        )
        return (
            self._share(before - own),
            self._share(further - before - own),
            self._share(after - own),
        )

    def _openings(self) -> list[set[str]]:
        """Return the words of each passage's title, section and first unit: what it is about."""
        found = []
        for place, passage in enumerate(self.passages):
            above = (str(passage.metadata.get(name) or "") for name in ("title", "section"))
            words = set(tokenize("\n".join(above)))
            first = self._first(place)
            if first < len(self.tokens) and self.places[first] == place:
                words.update(self.tokens[first])
            found.append(words)
        return found

    def _beyond(self, at: int, subject: float) -> tuple[float, float]:
        """Return what the unit holds of the question besides what its passage is about.

        As a share of the question, and of what is left of it; both count as far as the passage is
        about what is asked.
        """
        left = self.wanted.keys() - self._subjects[self.places[at]]
        held = self._share(left & self.tokens[at].keys())
        whole = self._share(left)
        return subject * held, subject * held / whole if whole > _LEAST_LEFT else 0.0

    def _defines(self, at: int) -> float:
        """Return 1 for the first unit of a passage if the question asks what something is."""
        return float(self._asks_what_it_is and at == self._first(self.places[at]))

    def _first(self, place: int) -> int:
        return bisect_left(self.places, place)

    def _is_in_passage(self, near: int, at: int) -> bool:
        return 0 <= near < len(self.places) and self.places[near] == self.places[at]

    def _passage_scores(self) -> list[float]:
        """Return the passages' scores relative to the best, by rank where there are none."""
        given = [passage.metadata.get("score") for passage in self.passages]
        numbers = [float(score) for score in given if isinstance(score, int | float)]
        if len(numbers) < len(given) or max(numbers) <= 0:
            return [1 / (1 + _BY_RANK * rank) for rank in range(len(given))]
        return [max(0.0, number / max(numbers)) for number in numbers]
