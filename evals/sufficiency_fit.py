"""Fits how much each sign of an answer weighs, by penalised logistic regression; knows no set."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from evals.logistic import fit_logistic
from rag.answering.sufficiency.decision import Weights
from rag.answering.sufficiency.signs import Signs


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of one kind asked of one set; all groups of a set's kind count the same.

    Attributes:
        name: Of the kind, e.g. "own".
        answerable: Whether the set answers them.
        signs: Of each question.
    """

    name: str
    answerable: bool
    signs: Sequence[Signs]


def fit(sets: Sequence[Sequence[Group]]) -> Weights:
    """Return the weights under which answerable and unanswerable are told apart best.

    Each set counts the same, and so do its answerable questions and its unanswerable ones.
    """
    rows, wanted, counts = [], [], []
    for groups in sets:
        for group in groups:
            alike = sum(other.answerable == group.answerable for other in groups)
            rows.extend([_row(signs) for signs in group.signs])
            wanted.extend([float(group.answerable)] * len(group.signs))
            counts.extend([1 / (alike * len(group.signs))] * len(group.signs))
    found = fit_logistic(np.array(rows), np.array(wanted), np.array(counts) / (2 * len(sets)))
    return Weights(*(round(float(weight), 2) for weight in found))


def _row(signs: Signs) -> list[float]:
    return [1.0, *(float(getattr(signs, field.name)) for field in fields(Signs))]
