"""A model and a set whose vectors lie anywhere: the kind on which an approximate graph loses."""

import hashlib

import numpy as np

from evals.datasets.base import EvalDocument, EvalSet
from evals.gold import Question, Span
from tests.fakes import BagOfWordsEmbeddings


class ScatteredEmbeddings(BagOfWordsEmbeddings):
    """The same text has always the same unit vector, drawn at random."""

    def _vector(self, text):
        seed = hashlib.sha256(f"{self.name} {text}".encode()).digest()[:8]
        vector = np.random.default_rng(int.from_bytes(seed, "big")).normal(size=self.dimension)
        return (vector / np.linalg.norm(vector)).astype(np.float32)


def scattered_set(documents: int = 2000, questions: int = 20) -> EvalSet:
    """Documents of one passage each, and questions that are as far from all of them as any."""
    held = [EvalDocument(f"{n}.txt", "", f"entry {n} of the register") for n in range(documents)]
    asked = [
        Question(
            id=f"q{n}", text=f"question {n}", slots=((Span(f"{n}.txt", 0, len(held[n].text)),),)
        )
        for n in range(questions)
    ]
    return EvalSet.of("scattered", held, asked)
