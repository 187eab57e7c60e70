"""Says which questions should have a score and have none; knows neither why nor how it is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evals.gold import Question
from evals.measuring import MeasureName
from evals.results import Estimate, Scores
from evals.runs import CellRun

if TYPE_CHECKING:
    from evals.runner import Bench


def unscored_of(
    bench: "Bench", run: CellRun, scores: Mapping[str, Scores]
) -> dict[str, tuple[str, ...]]:
    """Return measure to the questions that it applies to and that this cell has no score for.

    Such a question got no query, no reply or too few votes from a chat model. It is not 0, and it
    is not a question that the measure does not apply to.
    """
    found = {}
    for measure in bench.measures:
        own = scores[str(measure)]
        missing = tuple(
            one.id for one in bench.questions if own[one.id] is None and _is_due(measure, one, run)
        )
        if missing:
            found[str(measure)] = missing
    return found


def _is_due(measure: MeasureName, question: Question, run: CellRun) -> bool:
    if measure.judges_replies and run.cell.rival is not None:
        return False
    if question.id in run.verdicts.unjudged.get(measure.name, {}):
        return True
    return question.id in run.failed and measure.may_apply(question)


def covered(estimate: Estimate, missing: Sequence[str]) -> Estimate:
    """Return the estimate with the share of questions that it speaks for."""
    return replace(estimate, coverage=estimate.scored / (estimate.scored + len(missing)))
