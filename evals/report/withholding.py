"""Reads off a result what answering only the surest questions would cost; writes no form of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.losses import NOT_CITED
from evals.measures.abstention import auroc, risk_coverage
from evals.report.view import standings
from evals.results import BenchResult, CellResult, Judgement

RATES = (0.1, 0.2, 0.3)

HEADINGS = (
    "cell",
    "false-answer rate",
    "answerable ones answered",
    "unanswerable ones answered",
    "share answered",
    "false of the answered",
    "wrong of the answered",
)


@dataclass(frozen=True, slots=True)
class Line:
    """What one cell answers at one rate; shares are of questions.

    Attributes:
        cell: Its name.
        rate: Share of unanswerable questions that may be answered.
        is_set: Whether that is the cell's setting.
        answerable: Of the answerable questions, the share answered.
        unanswerable: Of the unanswerable ones.
        answered: Of all.
        false: Of the answered ones, the share that have no answer; None where none is answered.
        wrong: Of the answered ones, the share that have none or whose gold was lost.
    """

    cell: str
    rate: float
    is_set: bool
    answerable: float
    unanswerable: float
    answered: float
    false: float | None
    wrong: float | None

    def figures(self) -> tuple[float | None, ...]:
        """Return the figures under `HEADINGS`, but for cell and rate."""
        return self.answerable, self.unanswerable, self.answered, self.false, self.wrong


@dataclass(frozen=True, slots=True)
class Curve:
    """What a cell gets wrong of the share it answers, surest first.

    Attributes:
        cell: Its name.
        chances: Of the least sure question answered, shape of the others.
        coverage: Share of all questions answered, rising to 1.
        false: Of these, the share that have no answer.
        wrong: Of these, the share that have none or whose gold was lost.
        auroc: Chance that an answerable question looks surer than an unanswerable one.
        excess: Area under `false` less that of the best possible order; 0 is perfect.
        lines: At some rates, the cell's own among them, rising.
    """

    cell: str
    chances: tuple[float, ...]
    coverage: tuple[float, ...]
    false: tuple[float, ...]
    wrong: tuple[float, ...]
    auroc: float
    excess: float
    lines: tuple[Line, ...]

    @property
    def set_line(self) -> Line:
        """What the cell answers as it is set."""
        return next(line for line in self.lines if line.is_set)


def curves(result: BenchResult) -> list[Curve]:
    """Return the curve of each cell of which it is known how sure it was, best cell first."""
    known = {one.id: one.answerable for one in result.questions}
    return [
        _curve(one.cell, one.cell.judgement, known)
        for one in standings(result)
        if one.cell.judgement is not None
    ]


def _curve(cell: CellResult, judged: Judgement, known: Mapping[str, bool]) -> Curve:
    # By chance, as the product decides; its steps are coarse, so the log odds order what is level.
    ids = sorted(judged.chances, key=lambda id_: (judged.chances[id_], -judged.odds[id_], id_))
    has_none = [not known[id_] for id_ in ids]
    lost = [none or _is_lost(cell, judged, id_) for none, id_ in zip(has_none, ids, strict=True)]
    sure = _ranks([(judged.chances[id_], -judged.odds[id_]) for id_ in ids])
    false, wrong = (risk_coverage(sure, np.array(one, float)) for one in (has_none, lost))
    rates = sorted({*RATES, judged.rate})
    return Curve(
        cell.name,
        tuple(judged.chances[id_] for id_ in ids),
        tuple(false.coverage.tolist()),
        tuple(false.risk.tolist()),
        tuple(wrong.risk.tolist()),
        auroc(sure, [not one for one in has_none]) or 0.0,
        false.excess,
        tuple(
            _line(cell.name, rate, judged, ids, (has_none, lost), is_set=rate == judged.rate)
            for rate in rates
        ),
    )


def _is_lost(cell: CellResult, judged: Judgement, id_: str) -> bool:
    """Return whether the gold was lost; what was withheld could not be cited."""
    stage = cell.losses.get(id_)
    withheld = judged.chances[id_] > judged.rate
    return stage is not None and not (withheld and stage == NOT_CITED)


def _line(
    cell: str,
    rate: float,
    judged: Judgement,
    ids: Sequence[str],
    flags: tuple[Sequence[bool], Sequence[bool]],
    *,
    is_set: bool,
) -> Line:
    answered = np.array([judged.chances[id_] <= rate for id_ in ids])
    has_none, lost = (np.array(one) for one in flags)
    any_answered = bool(answered.any())
    return Line(
        cell,
        rate,
        is_set,
        float(answered[~has_none].mean()),
        float(answered[has_none].mean()),
        float(answered.mean()),
        float(has_none[answered].mean()) if any_answered else None,
        float(lost[answered].mean()) if any_answered else None,
    )


def _ranks(keys: Sequence[tuple[float, float]]) -> list[float]:
    """Return how sure each question is, from keys that rise with doubt; level ones alike."""
    place = {key: -float(rank) for rank, key in enumerate(sorted(set(keys)))}
    return [place[key] for key in keys]
