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
    pieces: float = 0.0
    asking: float = 0.0
    alike: float = 0.0

    def row(self) -> NDArray[np.float64]:
        """Return the signs as numbers in the order of their names."""
        return np.array(astuple(self), dtype=np.float64)


NAMES: Final = tuple(field.name for field in fields(Signs))

# Log odds of a sentence among all that are at hand, from one half of the questions of XQuAD:
# English ones by meaning, English and Chinese ones by words alone. `python -m
# evals.extractive_table --fit` prints them; without `--fit` it shows what the other half reaches,
# and CMRC 2018, of which nothing was fitted.
BY_WORDS: Final = Signs(
    words=4.9, holds=6.8, before=5.0, further=2.4, after=2.5, passage=12.5, expected=1.7
)
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
