"""BM25 in memory with its parts exchangeable, for ablations; knows no index and no model."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from evals.datasets.beir import BeirDocument
from rag.store.hits import Hit
from rag.store.tokens import query_weights, query_words, tokenize

Floats = NDArray[np.float64]
Tokens = Callable[[str], list[str]]
Weights = Callable[[str], Mapping[str, float]]

_DIGIT = re.compile(r"\d")
_PLAIN = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class WordOptions:
    """How words are compared; the defaults are the product's.

    Attributes:
        k1: How soon repeating a word stops counting.
        b: How far long documents are marked down, 0 to 1.
        headings: How much a word of the title counts beside being text.
        pairs: How much two words of the question count that also adjoin in a document.
        tokens: Cuts documents.
        weights: Cuts questions; how much each word counts.
    """

    k1: float = 1.2
    b: float = 0.75
    headings: float = 0.3
    pairs: float = 0.0
    tokens: Tokens = tokenize
    weights: Weights = query_weights


def plain(text: str) -> list[str]:
    """Return the words as they stand: no stems, no parts of identifiers."""
    return _PLAIN.findall(text.lower())


def plain_weights(text: str) -> dict[str, float]:
    """Return the words of a question as they stand, function words included."""
    return {word: float(count) for word, count in Counter(plain(text)).items()}


def all_words(text: str) -> dict[str, float]:
    """Return the words of a question, function words included."""
    return {word: float(count) for word, count in Counter(tokenize(text)).items()}


def numbers_twice(text: str) -> dict[str, float]:
    """Return the words of a question; numbers and identifiers count twice."""
    return {
        word: 2 * weight if _DIGIT.search(word) else weight
        for word, weight in query_weights(text).items()
    }


@dataclass(frozen=True)
class WordIndex:
    """The documents of a set as words, under one choice of options."""

    documents: Sequence[BeirDocument]
    options: WordOptions

    def search(self, question: str, k: int) -> list[Hit]:
        """Return the `k` best documents by (-score, id); all share a word with the question."""
        scores = np.zeros(len(self.documents))
        for word, weight in self.options.weights(question).items():
            self._add(scores, self._text, word, weight)
            self._add(scores, self._heading, word, weight * self.options.headings)
        if self.options.pairs:
            for pair in {_pair(*two) for two in pairwise(query_words(question))}:
                self._add(scores, self._pairs, pair, self.options.pairs)
        found = np.flatnonzero(scores).tolist()
        hits = [Hit(self.documents[row].id, float(scores[row])) for row in found]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))[:k]

    def _add(self, scores: Floats, postings: "_Postings", word: str, weight: float) -> None:
        rows, weights = postings.of(word)
        scores[rows] += weight * weights

    @cached_property
    def _cut(self) -> list[tuple[list[str], list[str]]]:
        cut = self.options.tokens
        return [(cut(one.title), cut(one.text)) for one in self.documents]

    @cached_property
    def _text(self) -> "_Postings":
        return _postings([title + text for title, text in self._cut], self.options)

    @cached_property
    def _heading(self) -> "_Postings":
        return _postings([title for title, _ in self._cut], self.options)

    @cached_property
    def _pairs(self) -> "_Postings":
        paired = [[_pair(*two) for two in pairwise(title + text)] for title, text in self._cut]
        return _postings(paired, self.options)


@dataclass(frozen=True)
class _Postings:
    """The documents that hold each word, with its weight there."""

    rows: Mapping[str, NDArray[np.intp]]
    weights: Mapping[str, Floats]

    def of(self, word: str) -> tuple[NDArray[np.intp], Floats]:
        if word not in self.rows:
            return np.zeros(0, dtype=np.intp), np.zeros(0)
        return self.rows[word], self.weights[word]


def _pair(first: str, second: str) -> str:
    return " ".join(sorted((first, second)))


def _postings(documents: Sequence[Sequence[str]], options: WordOptions) -> _Postings:
    """Weigh as tantivy does: ln(1 + (N - n + .5) / (n + .5)) · tf · (k1 + 1) / (tf + K)."""
    lengths = np.array([len(words) for words in documents], dtype=np.float64)
    room = options.k1 * (1 - options.b + options.b * lengths / max(lengths.mean(), 1e-9))
    found: dict[str, tuple[list[int], list[int]]] = {}
    for row, words in enumerate(documents):
        for word, count in Counter(words).items():
            rows, counts = found.setdefault(word, ([], []))
            rows.append(row)
            counts.append(count)
    at = {word: np.array(rows, dtype=np.intp) for word, (rows, _) in found.items()}
    weights: dict[str, Floats] = {}
    for word, (rows, counts) in found.items():
        often = np.array(counts, dtype=np.float64)
        rarity = np.log(1 + (len(documents) - len(rows) + 0.5) / (len(rows) + 0.5))
        weights[word] = rarity * often * (options.k1 + 1) / (often + room[at[word]])
    return _Postings(at, weights)
