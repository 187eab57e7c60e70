"""Reads from passages the signs that they answer a question; knows no index and no model."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rag.sentences import sentences
from rag.store.tokens import query_weights, tokenize

# What a model that knows the language shows of unrelated texts (all-MiniLM-L6-v2, English sets),
# counted as so many passages: three passages of one page say little of how alike texts are.
_USUAL_MEAN: Final = 0.05
_USUAL_DEVIATION: Final = 0.12
_USUAL_NEAREST: Final = 0.65
_USUAL_COUNTS: Final = 10
# By how many deviations the nearest passage stands out of all: 4.3 to 5.8 in five English
# collections, 2.1 in two Chinese ones of which the same model reads hardly a word.
_BLIND_AT: Final = 2.5
_SEEING_AT: Final = 4.0
# "How many" and "how long" ask for a number, which is what a passage holds instead of the word.
_ASKED_FOR: Final = re.compile(
    r"\bhow\s+(many|much|long|far|old|tall|often|soon|high|deep|wide|fast|large|big|heavy)\b",
    re.IGNORECASE,
)
_ASKED_FOR_ZH: Final = re.compile(
    r"请问|(?:是|有|为|要|需要)?(?:多(?:久|长时间|少|长|大|高|远|重|快|深|宽)|几(?![何率乎])|什么(?:时候|地方)?|哪(?:里|儿|些|个|年|天|位|家|种|一)?|谁|何时|何地|何处)"
    r"|(?:应该|应|该)?(?:如何|怎么样|怎么办|怎么|怎样)|为什么|为何|是否|[吗呢](?=\W|$)"
)
# Names inside of a sentence, and numbers. Chinese has no capitals: numbers alone.
_NAMED: Final = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]+|\d[\d.,]*\d|\d")
# An index of three passages is judged as if there were so many others without the words: in it,
# words would else be common that are rare.
_OTHERS: Final = 20
# More than this a passage's BM25 over the question's surprise says nothing new.
_MOST_WORDS: Final = 2.0
# Some four rare words: a question that says more is not for that the better answered.
_MOST_NATS: Final = 40.0
_TENS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ground:
    """How alike the texts of an index are that have nothing to do with each other.

    Attributes:
        mean: Mean cosine of two passages.
        deviation: Standard deviation of these.
        nearest: Median cosine of a passage with the one nearest to it.
        passages: How many were compared.
    """

    mean: float
    deviation: float
    nearest: float
    passages: int

    def lift(self, cosine: float) -> float:
        """Return by how many deviations a cosine stands out."""
        return (cosine - self._mixed(self.mean, _USUAL_MEAN)) / self._spread

    @property
    def sight(self) -> float:
        """How well the model tells these texts apart: 0 (blind) to 1."""
        nearest = self._mixed(self.nearest, _USUAL_NEAREST)
        share = (self.lift(nearest) - _BLIND_AT) / (_SEEING_AT - _BLIND_AT)
        return min(1.0, max(0.0, share))

    @property
    def _spread(self) -> float:
        return max(1e-3, self._mixed(self.deviation, _USUAL_DEVIATION))

    def _mixed(self, found: float, usual: float) -> float:
        """Return what was found, drawn to what is usual where few passages were compared."""
        total = self.passages + _USUAL_COUNTS
        return (self.passages * found + _USUAL_COUNTS * usual) / total


@dataclass(frozen=True, slots=True)
class Signs:
    """What passages share with a question; higher is better in all but `blind`.

    Attributes:
        nearness: Deviations by which the first passage's cosine stands out, times the sight.
        covered: Share of the question's surprise that one sentence of the first passage holds.
        told: The same, not as a share but in tens of nats: a vague question is soon covered.
        held: Share that the first passage holds as a whole.
        named: Share of its names and numbers that stand in any passage; 1 where it has none.
        agreed: Share that the passage nearest in meaning holds, times the sight: both legs point
            to one place.
        blind: 1 where the model cannot tell the texts of the index apart, 0 where it can.
        words: BM25 of the best passage over the question's surprise, times `blind`.
    """

    nearness: float
    covered: float
    told: float
    held: float
    named: float
    agreed: float
    blind: float
    words: float


def surprises(question: str, holding: Mapping[str, int], passages: int) -> dict[str, float]:
    """Return the question's content words with the nats each is worth: weight times BM25's idf.

    Args:
        question: Any text.
        holding: How many passages of the index hold a word; a word missing here is in none.
        passages: How many passages there are.
    """
    weights, measured = query_weights(question), asked_for(question)
    others = passages + _OTHERS
    return {
        word: weight * math.log(1 + (others - held + 0.5) / (held + 0.5))
        for word, weight in weights.items()
        for held in (min(passages, holding.get(word, 0)),)
        if word not in measured or len(weights) == 1
    }


def asked_for(question: str) -> set[str]:
    """Return the tokens that say what is asked for, such as "long" in "how long", 多久 and 如何.

    In an unspaced script these are all that the question's other words would not give: its pairs of
    characters run over the words' ends.
    """
    measured = {token for word in _ASKED_FOR.findall(question) for token in tokenize(word)}
    rest = _ASKED_FOR_ZH.sub(" ", question)
    return measured if rest == question else measured | ({*tokenize(question)} - {*tokenize(rest)})


def named_in(question: str) -> set[str]:
    """Return the tokens of a question's names and numbers."""
    return {token for name in _NAMED.findall(question) for token in tokenize(name)}


def read_signs(
    worth: Mapping[str, float],
    passages: Sequence[str],
    *,
    named: Collection[str] = (),
    cosines: Sequence[float] | None,
    ground: Ground | None,
    relevance: float,
) -> Signs:
    """Return the signs of passages, best first.

    Args:
        worth: Of `surprises`.
        passages: Text with title and headings in front; at least one.
        named: Of `named_in`.
        cosines: Of the question with each passage; None where nothing was compared by meaning.
        ground: What the cosines stand out of; None likewise.
        relevance: BM25 of the best passage.
    """
    total = sum(worth.values()) or 1.0
    covered = max(_share(worth, set(words)) for words in _sentence_words(passages[0]))
    told = covered * min(_MOST_NATS, total) / _TENS
    words = [set(tokenize(text)) for text in passages]
    held = _share(worth, words[0])
    found = sum(any(name in one for one in words) for name in named) / len(named) if named else 1.0
    relative = min(_MOST_WORDS, relevance / total)
    if cosines is None or ground is None:
        return Signs(0.0, covered, told, held, found, 0.0, 1.0, relative)
    sight = ground.sight
    nearest = max(range(len(passages)), key=lambda at: (cosines[at], -at))
    return Signs(
        nearness=sight * ground.lift(cosines[0]),
        covered=covered,
        told=told,
        held=held,
        named=found,
        agreed=sight * _share(worth, words[nearest]),
        blind=1 - sight,
        words=(1 - sight) * relative,
    )


def held_elsewhere(worth: Mapping[str, float], passages: Sequence[str]) -> float:
    """Return the largest share of the surprise that one passage holds."""
    return max((_share(worth, set(tokenize(text))) for text in passages), default=0.0)


def _sentence_words(text: str) -> list[list[str]]:
    """Return the words of each sentence, those of the first line (title, headings) in each."""
    heading, _, body = text.partition("\n")
    above = tokenize(heading)
    return [above + tokenize(body[start:end]) for start, end in sentences(body)] or [above]


def _share(worth: Mapping[str, float], words: Collection[str]) -> float:
    total = sum(worth.values()) or 1.0
    return sum(nats for word, nats in worth.items() if word in words) / total
