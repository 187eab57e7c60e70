"""Answers by quoting the sentences of passages that match a question; knows no chat model."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.citations import cite
from rag.answering.expectations import meets_expectation
from rag.answering.language import NO_CHAT_MODEL, NOTHING_MATCHES, no_answer_in, say
from rag.answering.sufficiency.decision import Sufficiency
from rag.answering.sufficiency.telling import not_answered
from rag.answering.units import Unit, units
from rag.store.tokens import query_words, tokenize

Embed = Callable[[Sequence[str]], Sequence[Sequence[float]]]


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch `[start, end)` of the passage at `passage` (0-based) and how well it matches."""

    passage: int
    start: int
    end: int
    score: float
    header: str = ""


@dataclass(frozen=True, slots=True)
class _Weights:
    """What each sign that a sentence answers is worth.

    By words: fitted by logistic regression on every second question of XQuAD (English and Chinese)
    given their passage. By meaning: fitted on half of the questions over the passages that the
    hybrid search finds, as the odds of a sentence among all of theirs; hence the weight of the
    passage, whose scores there are close to each other. See the README for what is reached on the
    other half.
    """

    words: float  # share of the question's words, by BM25 within the candidates
    passage: float  # score of the passage, relative to the best one
    before: float  # share of the words that only the sentence before holds
    expected: float  # holds the kind of thing that is asked for
    alike: float = 0.0  # cosine with the question
    alike_before: float = 0.0  # cosine of the question with this and the sentence before


_BY_WORDS: Final = _Weights(words=8.0, passage=6.0, before=1.5, expected=1.1)
_BY_MEANING: Final = _Weights(9.1, 20.4, 3.3, 2.3, alike=1.2, alike_before=2.6)

# A sentence that saturates at its second mention and hardly minds length: k1 and b of BM25.
_K1: Final = 0.6
_B: Final = 0.2
# A second and third sentence is quoted if the score puts its odds at no less than e^-this.
_MARGIN: Final = 4.5
# How much worse the next passage is taken to be where no score says so.
_BY_RANK: Final = 0.05
# Nothing is quoted unless a passage holds this share of the question's words, or a sentence stands
# out as alike. On XQuAD the first holds for 99 % of the questions, and for one in ten asked of the
# passages of another; the second for 86 % and 3 % of the English ones.
_LEAST_COVERAGE: Final = 0.3
_LEAST_ALIKE: Final = 0.5
_LEAST_LEAD: Final = 0.25


def quote_answer(
    question: str,
    search_query: str,
    passages: tuple[Document, ...],
    *,
    language: str,
    embed: Embed | None = None,
    sufficiency: Sufficiency | None = None,
) -> Answer:
    """Return an answer made of quoted stretches, each with its marker and citation.

    Where the passages are not sufficient nothing is quoted; the notice names the nearest ones.
    """
    if sufficiency is not None and not sufficiency.enough:
        return not_answered(question, search_query, passages, sufficiency, language=language)
    quotes = join_neighbours(extract(search_query, passages, embed=embed), passages)
    citations = tuple(
        cite(number, passages[quote.passage], (quote.start, quote.end))
        for number, quote in enumerate(quotes, start=1)
    )
    text = "\n\n".join(
        _shown(quote, citation.quote, citation.number)
        for quote, citation in zip(quotes, citations, strict=True)
    )
    return Answer(
        question=question,
        search_query=search_query,
        text=text or no_answer_in(language),
        answered=bool(citations),
        citations=citations,
        passages=passages,
        notice=say(NO_CHAT_MODEL if citations else NOTHING_MATCHES, language),
    )


def extract(
    question: str, passages: Sequence[Document], *, limit: int = 3, embed: Embed | None = None
) -> list[Quote]:
    """Pick up to `limit` stretches that answer, best first; none if nothing matches well enough.

    Args:
        question: Standing alone.
        passages: Best first, with `score` in their metadata.
        limit: The most stretches.
        embed: Gives unit vectors to texts, to compare by meaning as well; None compares words.
    """
    candidates = _Candidates(question, passages)
    quotable = [at for at, unit in enumerate(candidates.units) if unit.quotable]
    if not quotable:
        return []
    alike = None if embed is None else candidates.cosines(embed)
    if not (candidates.share_words() or (alike is not None and _stands_out(alike[0]))):
        return []
    scores = candidates.scores(alike)
    ranked = sorted(quotable, key=lambda at: (-scores[at], at))
    least = scores[ranked[0]] - _MARGIN
    also = [at for at in ranked[1:limit] if scores[at] > least and candidates.is_about(at, alike)]
    return [candidates.quote(at, scores[at]) for at in [ranked[0], *also]]


def join_neighbours(quotes: Sequence[Quote], passages: Sequence[Document]) -> list[Quote]:
    """Join quotes that follow each other into one; the best stays first.

    The answer comes before what surrounds it: in reading order throughout, a gold answer stood in
    the first quote for 76 instead of 79 % of XQuAD's Chinese questions.
    """
    joined: list[Quote] = []
    for quote in sorted(quotes, key=lambda quote: (quote.passage, quote.start)):
        last = joined[-1] if joined else None
        if last is not None and _follows(last, quote, passages):
            score = max(last.score, quote.score)
            joined[-1] = Quote(quote.passage, last.start, quote.end, score, last.header)
        else:
            joined.append(quote)
    return sorted(joined, key=lambda quote: (-quote.score, quote.passage, quote.start))


def _follows(first: Quote, second: Quote, passages: Sequence[Document]) -> bool:
    if first.passage != second.passage:
        return False
    between = passages[first.passage].page_content[first.end : second.start]
    return not between.strip() and "\n\n" not in between


def _shown(quote: Quote, words: str, number: int) -> str:
    """Return a quote as the answer shows it: rows under their header, markers outside of code."""
    if quote.header.lstrip().startswith("|"):
        columns = len(quote.header.strip().strip("|").split("|"))
        return f"{quote.header}\n{'|---' * columns}|\n{words}\n\n[{number}]"
    if quote.header:
        return f"{quote.header}\n{words} [{number}]"
    return f"{words}\n[{number}]" if words.endswith(("```", "~~~")) else f"{words} [{number}]"


class _Candidates:
    """The units of all passages with what they share with the question."""

    def __init__(self, question: str, passages: Sequence[Document]) -> None:
        self.question = question
        self.passages = passages
        self.units: list[Unit] = []
        self.places: list[int] = []
        for place, passage in enumerate(passages):
            cut = units(passage.page_content, is_code=passage.metadata.get("kind") == "code")
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

    def share_words(self) -> bool:
        """Return whether some passage holds enough of the question's words."""
        held: dict[int, set[str]] = {}
        for place, tokens in zip(self.places, self.tokens, strict=True):
            held.setdefault(place, set()).update(tokens.keys() & self.wanted.keys())
        most = max(map(len, held.values()), default=0)
        return most >= max(1, _LEAST_COVERAGE * len(self.wanted))

    def scores(self, alike: tuple[list[float], list[float]] | None) -> list[float]:
        """Return how likely each unit answers, as log odds up to a constant."""
        weights = _BY_WORDS if alike is None else _BY_MEANING
        words = self._bm25()
        rated = self._passage_scores()
        scores = []
        for at, text in enumerate(self.texts):
            scores.append(
                weights.words * words[at]
                + weights.passage * rated[self.places[at]]
                + weights.before * self._only_before(at)
                + weights.expected * meets_expectation(self.question, text)
            )
        if alike is None:
            return scores
        return [
            score + weights.alike * alone + weights.alike_before * together
            for score, alone, together in zip(scores, *alike, strict=True)
        ]

    def is_about(self, at: int, alike: tuple[list[float], list[float]] | None) -> bool:
        """Return whether a unit by itself has something to do with the question."""
        if self.tokens[at].keys() & self.wanted.keys():
            return True
        return alike is not None and alike[0][at] >= _LEAST_ALIKE and _stands_out(alike[0])

    def quote(self, at: int, score: float) -> Quote:
        """Return the unit at `at` as a quote."""
        unit = self.units[at]
        header = unit.context if unit.header else ""
        return Quote(self.places[at], unit.start, unit.end, score, header)

    def _weigh(self, words: set[str]) -> dict[str, float]:
        """Return the words' inverse document frequencies among the units, summing to 1."""
        holding = Counter(word for tokens in self.tokens for word in tokens.keys() & words)
        count = len(self.tokens)
        rarity = {
            word: math.log(1 + (count - holding[word] + 0.5) / (holding[word] + 0.5))
            for word in sorted(words)
        }
        total = sum(rarity.values()) or 1.0
        return {word: weight / total for word, weight in rarity.items()}

    def _bm25(self) -> list[float]:
        mean = sum(tokens.total() for tokens in self.tokens) / max(1, len(self.tokens))
        scores = []
        for tokens in self.tokens:
            norm = _K1 * (1 - _B + _B * tokens.total() / max(1.0, mean))
            scores.append(
                sum(
                    weight * tokens[word] * (_K1 + 1) / (tokens[word] + norm)
                    for word, weight in self.wanted.items()
                    if word in tokens
                )
            )
        return scores

    def _passage_scores(self) -> list[float]:
        """Return the passages' scores relative to the best, by rank where there are none."""
        given = [passage.metadata.get("score") for passage in self.passages]
        numbers = [float(score) for score in given if isinstance(score, int | float)]
        if len(numbers) < len(given) or max(numbers) <= 0:
            return [1 / (1 + _BY_RANK * rank) for rank in range(len(given))]
        return [max(0.0, number / max(numbers)) for number in numbers]

    def _only_before(self, at: int) -> float:
        if at == 0 or self.places[at - 1] != self.places[at]:
            return 0.0
        only = self.tokens[at - 1].keys() - self.tokens[at].keys()
        return sum(weight for word, weight in self.wanted.items() if word in only)

    def cosines(self, embed: Embed) -> tuple[list[float], list[float]]:
        """Return each unit's cosine with the question, alone and with the unit before."""
        vectors = np.asarray(embed([self.question, *self.texts]), dtype=np.float64)
        alone: list[float] = (vectors[1:] @ vectors[0]).tolist()
        together = alone[:1]
        neighbours: list[float] = (vectors[1:-1] * vectors[2:]).sum(axis=1).tolist()
        for at, cosine in enumerate(neighbours, start=1):
            if self.places[at - 1] != self.places[at]:
                together.append(alone[at])
                continue
            # |a + b| of unit vectors a, b is the root of 2 + 2ab.
            length = math.sqrt(max(1e-9, 2 + 2 * cosine))
            together.append((alone[at - 1] + alone[at]) / length)
        return alone, together


def _stands_out(cosines: Sequence[float]) -> bool:
    """Say whether the best sentence is alike, and more so than the others.

    A model that does not know the language finds all its sentences alike.
    """
    best = max(cosines)
    return best >= _LEAST_ALIKE and best - sum(cosines) / len(cosines) >= _LEAST_LEAD
