"""What sentences share with a question as an embedding model reads both; knows no model."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.answering.candidates import Candidates, Rows
from rag.embedding.reading import Read, Reading
from rag.store.tokens import content_spans

# A model that has no sign for so much of a question knows nothing of its language: of English
# questions all-MiniLM-L6-v2 lacks none, of Chinese ones a quarter at least and two thirds mostly.
_BLIND: Final = 0.5


@dataclass(frozen=True, slots=True)
class Meaning:
    """What each unit shares with the question in meaning.

    Attributes:
        trust: How far the model knows the question's language, 0 to 1.
        signs: One row a unit: pieces, asking, alike, as in `Signs`.
    """

    trust: float
    signs: Rows


def by_meaning(candidates: Candidates, read: Read) -> Meaning:
    """Compare each piece of the question with those of the units, each read where it stands.

    A late interaction: the question's pieces look for the likest piece of a sentence, so that "how
    long" finds "two years", which the mean over the sentence would hide. It is read within its
    passage, where "it" is known to be the battery.
    """
    (asked,) = read([candidates.question])
    trust = max(0.0, 1 - float(asked.unknown.mean()) / _BLIND) if len(asked) else 0.0
    signs = np.zeros((len(candidates.units), 3))
    if trust == 0:
        return Meaning(trust, signs)
    # The passages take most of the time, and are not read in vain.
    passages = read([passage.page_content for passage in candidates.passages])
    vectors = asked.vectors.astype(np.float32)
    carries = _carrying(candidates.question, asked)
    asks = ~carries & _worded(candidates.question, asked)
    whole = _direction(vectors)
    for at, (unit, place) in enumerate(zip(candidates.units, candidates.places, strict=True)):
        own = _pieces(passages[place], unit.start, unit.end)
        if not len(own):
            continue
        likest = (vectors @ own.T).max(axis=1)
        signs[at] = (
            likest[carries].mean() if carries.any() else 0.0,
            likest[asks].mean() if asks.any() else 0.0,
            float(_direction(own) @ whole),
        )
    return Meaning(trust, signs)


def _pieces(reading: Reading, start: int, end: int) -> NDArray[np.float32]:
    first, last = np.searchsorted(reading.starts, start), np.searchsorted(reading.starts, end)
    return reading.vectors[first:last].astype(np.float32)


def _carrying(question: str, asked: Reading) -> NDArray[np.bool_]:
    """Say of each piece whether it is of a word that is no function word."""
    marks = np.zeros(len(question) + 1, dtype=np.bool_)
    for start, end in content_spans(question):
        marks[start:end] = True
    carries = marks[np.minimum(asked.starts, len(question))]
    return carries if carries.any() else _worded(question, asked)


def _worded(question: str, asked: Reading) -> NDArray[np.bool_]:
    return np.array(
        [
            any(map(str.isalnum, question[start:end]))
            for start, end in zip(asked.starts, asked.ends, strict=True)
        ],
        dtype=np.bool_,
    )


def _direction(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    total: NDArray[np.float32] = vectors.sum(axis=0)
    return total / max(1e-9, float(np.linalg.norm(total)))
