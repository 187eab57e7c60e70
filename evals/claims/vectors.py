"""Measures what a model's vectors would add to the check of citations; knows no weights.

Run `python -m evals.claims.vectors`. The check itself compares words alone.
"""

import sys
import unicodedata
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evals.claims.case import Case
from evals.claims.fit import Weighed, crosswise, shares, threshold, weigh
from evals.claims.written import written_cases
from rag.answering.support.likeness import Held, held, meaning
from rag.answering.support.windows import nearest, read_source
from rag.answering.support.words import Word, words
from rag.embedding.reading import Read, Reading
from rag.embeddings import SentenceTransformerEmbeddings

Floats = NDArray[np.float32]

_TENTH: Final = 0.1


def main() -> int:
    """Print what is flagged and left alone of each part, with and without vectors."""
    read = SentenceTransformerEmbeddings().read
    sys.stdout.write("altered, flagged / true, left alone; parts that are fitted on crosswise\n")
    for language in ("en", "zh"):
        cases = [one for one in written_cases() if one.language == language]
        _print(f"{language} words", weigh(cases))
        _print(f"{language} and vectors", weigh(cases, lambda case: _of_case(case, read)))
    return 0


def _print(name: str, data: Weighed) -> None:
    odds = crosswise(data)
    passed = data.passed(odds, threshold(data, odds))
    sys.stdout.write(f"{name:15} {shares(data, passed)}\n")


def _of_case(case: Case, read: Read) -> list[float]:
    source = read_source(case.passages[0].page_content, "")
    window = nearest(case.text, source)
    how = held(case.text, meaning(window))
    strange = [at for at, one in enumerate(how) if one is Held.STRANGE]
    return nearness(case.text, window, strange, read)


def nearness(claim: str, window: str, strange: Sequence[int], read: Read) -> list[float]:
    """Return how near a claim is to what comes nearest to it, words compared where they stand.

    The numbers: the cosine of the means of their pieces; what a tenth of the claim's pieces stays
    under in the cosine with its likest piece of the source; 1 − the cosine of the claim's strange
    words with the likest word of the source, on average.

    Args:
        claim: The sentence.
        window: The sentences of the source that come nearest to it.
        strange: Places, among the claim's words, of those that the source does not hold.
        read: Gives the reading of each text.
    """
    said, held = read([unicodedata.normalize("NFKC", text) for text in (claim, window)])
    if not (len(said) and len(held)):
        return [0.0, 0.0, 0.0]
    pieces, others = said.vectors.astype(np.float32), held.vectors.astype(np.float32)
    likest = np.clip((pieces @ others.T).max(axis=1), 0, 1)
    return [
        float(_direction(pieces) @ _direction(others)),
        float(np.quantile(likest, _TENTH)),
        _unlike(words(claim), words(window), strange, said, held),
    ]


def _unlike(
    own: Sequence[Word], there: Sequence[Word], strange: Sequence[int], said: Reading, held: Reading
) -> float:
    wanted = [_vector(own[at], said) for at in strange if own[at].weight]
    others = [_vector(word, held) for word in there if not word.is_stop]
    if not wanted or not others:
        return 0.0
    likest = (np.stack(wanted) @ np.stack(others).T).max(axis=1)
    return float(1 - np.clip(likest, 0, 1).mean())


def _vector(word: Word, reading: Reading) -> Floats:
    within = (reading.starts < word.end) & (reading.ends > word.start)
    return _direction(reading.vectors[within].astype(np.float32))


def _direction(vectors: Floats) -> Floats:
    """Return the unit vector of a sum; zeros of nothing."""
    total: Floats = vectors.sum(axis=0)
    return total / max(1e-9, float(np.linalg.norm(total)))


if __name__ == "__main__":
    sys.exit(main())
