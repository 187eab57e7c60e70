"""Scores a ranking of documents against graded judgements; knows neither passages nor files.

Semantics are those of trec_eval 9: graded gain = grade, a document is relevant from grade 1, an
unjudged one is not relevant. Unlike trec_eval, scores keep their full precision and ties are broken
by id ascending. A ranking is made once, by `rank`, and every measure reads the same one.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray


def rank(hits: Iterable[tuple[str, float]]) -> list[str]:
    """Return ids by (-score, id), best first, each once with its highest score.

    Raises:
        ValueError: A score is not a number: it has no place in an order.
    """
    best: dict[str, float] = {}
    for key, score in hits:
        if score != score:
            raise ValueError(f"wanted a score for {key!r}, found NaN")
        if key not in best or score > best[key]:
            best[key] = score
    return sorted(best, key=lambda key: (-best[key], key))


def max_p(
    hits: Iterable[tuple[str, float]], document_of: Callable[[str], str]
) -> list[tuple[str, float]]:
    """Turn passage hits into document hits: a document scores as its best passage.

    Dai & Callan, "Deeper Text Understanding for IR with Contextual Neural Language Modeling",
    SIGIR 2019 (BERT-MaxP).
    """
    best: dict[str, float] = {}
    for passage, score in hits:
        document = document_of(passage)
        if document not in best or score > best[document]:
            best[document] = score
    return list(best.items())


def exclude_self(question_id: str, ranking: Sequence[str]) -> list[str]:
    """Leave out the document that *is* the question (ArguAna, Quora: BEIR drops it likewise)."""
    return [document for document in ranking if document != question_id]


@dataclass(frozen=True, slots=True)
class Judged:
    """A ranking reduced to what measures need.

    Attributes:
        found: (rank, grade) of the relevant documents in the ranking, best rank (1) first.
        ideal: Grades of all relevant documents, highest first.
    """

    found: tuple[tuple[int, int], ...]
    ideal: tuple[int, ...]


def judge(ranking: Iterable[str], grades: Mapping[str, int]) -> Judged:
    """Look every document of `ranking` up once; repeated ones are dropped before any cut."""
    found = tuple(
        (position, grade)
        for position, document in enumerate(dict.fromkeys(ranking), start=1)
        if (grade := grades.get(document, 0)) > 0
    )
    ideal = sorted((grade for grade in grades.values() if grade > 0), reverse=True)
    return Judged(found, tuple(ideal))


def ndcg(judged: Judged, k: int | None = None) -> float:
    """Normalised discounted cumulative gain; 0 to 1, higher is better.

    Järvelin & Kekäläinen, TOIS 2002, as trec_eval's `ndcg_cut`: gain = grade, discount
    log2(rank + 1), ideal over all relevant documents.
    """
    ideal = sum(
        grade / _discount(position) for position, grade in enumerate(judged.ideal[:k], start=1)
    )
    gained = sum(grade / _discount(position) for position, grade in _within(judged, k))
    return gained / ideal if ideal else 0.0


def reciprocal_rank(judged: Judged, k: int | None = None) -> float:
    """1 / rank of the first relevant document, 0 beyond k (trec_eval's `recip_rank`)."""
    found = _within(judged, k)
    return 1.0 / found[0][0] if found else 0.0


def average_precision(judged: Judged, k: int | None = None) -> float:
    """Mean over *all* relevant documents of the precision at their rank (trec_eval's `map_cut`)."""
    precisions = (
        count / position for count, (position, _) in enumerate(_within(judged, k), start=1)
    )
    return sum(precisions) / len(judged.ideal) if judged.ideal else 0.0


def recall(judged: Judged, k: int | None = None) -> float:
    """Share of the relevant documents within the first k (trec_eval's `recall`)."""
    return len(_within(judged, k)) / len(judged.ideal) if judged.ideal else 0.0


def precision(judged: Judged, k: int | None = None) -> float:
    """Relevant documents within the first k, divided by k however few came (trec_eval's `P`).

    Raises:
        ValueError: There is no k to divide by.
    """
    if k is None:
        raise ValueError("wanted P@k with a k, such as P@10")
    return len(_within(judged, k)) / k


def success(judged: Judged, k: int | None = None) -> float:
    """1 if a relevant document is within the first k, else 0 (trec_eval's `success`)."""
    return 1.0 if _within(judged, k) else 0.0


def _within(judged: Judged, k: int | None) -> tuple[tuple[int, int], ...]:
    if k is None:
        return judged.found
    return tuple(pair for pair in judged.found if pair[0] <= k)


@cache
def _discount(position: int) -> float:
    return math.log2(position + 1)


_FORMULAS: dict[str, Callable[[Judged, int | None], float]] = {
    "nDCG": ndcg,
    "RR": reciprocal_rank,
    "AP": average_precision,
    "R": recall,
    "P": precision,
    "Success": success,
}
_NAME = re.compile(r"([A-Za-z]+)(?:@([1-9]\d*))?")


@dataclass(frozen=True, slots=True)
class Measure:
    """A ranking measure by name ("nDCG", "RR", "AP", "R", "P", "Success") and cut, or None."""

    name: str
    k: int | None = None

    @classmethod
    def parse(cls, text: str) -> "Measure":
        """Read "nDCG@10" or "AP", spelt as `ir_measures` spells them.

        Raises:
            ValueError: No such measure, or P, R or Success without a cut.
        """
        match = _NAME.fullmatch(text.strip())
        name = match[1] if match else text
        if match is None or name not in _FORMULAS:
            known = ", ".join(_FORMULAS)
            raise ValueError(
                f"wanted a measure of {known}, with a cut like nDCG@10; found {text!r}"
            )
        if match[2] is None and name in ("P", "R", "Success"):
            raise ValueError(f"wanted {name} with a cut, like {name}@10; found {text!r}")
        return cls(name, int(match[2]) if match[2] else None)

    def __str__(self) -> str:
        return self.name if self.k is None else f"{self.name}@{self.k}"

    def score(self, judged: Judged) -> float:
        """Return the score of one question; 0 to 1, higher is better."""
        return _FORMULAS[self.name](judged, self.k)


@dataclass(frozen=True, slots=True, eq=False)
class RankingScores:
    """Scores per question, questions in the order of their ids.

    Attributes:
        question_ids: The questions scored: those with a relevant document.
        values: Measure to scores, shape (questions,).
        without_positives: Questions left out, since nothing is relevant to them.
        missing: Questions without a ranking; each counts 0.
    """

    question_ids: tuple[str, ...]
    values: Mapping[Measure, NDArray[np.float64]]
    without_positives: tuple[str, ...]
    missing: tuple[str, ...]


def score_rankings(
    rankings: Mapping[str, Sequence[str]],
    qrels: Mapping[str, Mapping[str, int]],
    measures: Sequence[Measure],
) -> RankingScores:
    """Score every judged question; questions of `rankings` without judgements are ignored."""
    scored = sorted(key for key, grades in qrels.items() if _has_positive(grades))
    judged = [judge(rankings.get(key, ()), qrels[key]) for key in scored]
    return RankingScores(
        question_ids=tuple(scored),
        values={
            measure: np.array([measure.score(one) for one in judged], dtype=np.float64)
            for measure in measures
        },
        without_positives=tuple(sorted(set(qrels) - set(scored))),
        missing=tuple(key for key in scored if key not in rankings),
    )


def _has_positive(grades: Mapping[str, int]) -> bool:
    return any(grade > 0 for grade in grades.values())
