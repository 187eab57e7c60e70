"""What each sign that a sentence answers is worth; knows no sentence and no question."""

from dataclasses import astuple, dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs that a sentence answers a question, or what each of them weighs.

    By words, as shares of the question's words, each by its rarity among the sentences at hand:

    Attributes:
        words: BM25 of the sentence, as a share of what holding each word once gives.
        holds: Share of the question that the sentence holds.
        before: Share that only the sentence before holds.
        further: Share that only the one before that holds.
        after: Share that only the sentence behind it holds.
        passage: Score of the passage, relative to the best one.
        expected: The sentence holds the kind of thing that is asked for (`meets_expectation`).
        about: Share that the passage is about: that its title, section or first sentence holds.
        beyond: Share that the sentence holds of what the passage is not about, times `about`:
            once a passage is about something, its sentences need not name it again.
        rest: The same as a share of what is left of the question without what it is about.
        opening: 1 for a passage's first sentence where it is asked what something is.
        depth: Logarithm of how many sentences of the passage come before.
        pieces: How alike the likest piece of the sentence is to each piece of the question that
            carries meaning, as the model reads both: the mean cosine.
        asking: The same for the other pieces, such as "who" or "how many".
        alike: Cosine of the sentence, read in its passage, with the question.
    """

    words: float
    holds: float
    before: float
    further: float
    after: float
    passage: float
    expected: float
    about: float = 0.0
    beyond: float = 0.0
    rest: float = 0.0
    opening: float = 0.0
    depth: float = 0.0
    pieces: float = 0.0
    asking: float = 0.0
    alike: float = 0.0

    def row(self) -> NDArray[np.float64]:
        """Return the signs as numbers in the order of their names."""
        return np.array(astuple(self), dtype=np.float64)


NAMES: Final = tuple(field.name for field in fields(Signs))

# Log odds of a sentence among all that are at hand, fitted on the first halves of XQuAD (English,
# by meaning; English and Chinese, by words) and CMRC 2018 (by words). `python -m
# evals.extractive_table --fit` prints them, and what the other halves reach.
BY_WORDS: Final = Signs(
    words=4.7, holds=6.0, before=4.9, further=2.6, after=2.9, passage=9.8, expected=1.8,
    about=2.9, beyond=41.2, rest=-7.4, opening=1.3, depth=-0.5,
)  # fmt: skip
BY_MEANING: Final = Signs(
    words=5.0, holds=0.0, before=3.8, further=2.1, after=1.8, passage=3.8, expected=1.6,
    pieces=7.0, asking=8.2, alike=4.6,
)  # fmt: skip


def mixed(trust: float, by_meaning: Signs = BY_MEANING, by_words: Signs = BY_WORDS) -> Signs:
    """Return the weights where the model's reading counts by `trust`, 0 to 1.

    A model that does not know the language finds all its sentences alike, in ways that say nothing.
    """
    row = trust * by_meaning.row() + (1 - trust) * by_words.row()
    return Signs(*map(float, row))
