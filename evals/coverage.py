"""Says which questions should have a score and have none; knows neither why nor how it is shown."""

from collections.abc import Collection, Mapping
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
) -> dict[str, dict[str, str]]:
    """Return measure to the questions that it applies to and that have no score, with why.

    Such a question got no query, no reply or too few votes from a chat model. It is not 0, and it
    is not a question that the measure does not apply to.
    """
    found = {}
    for measure in bench.measures:
        own = scores[str(measure)]
        missing = {
            one.id: why
            for one in bench.questions
            if own[one.id] is None and (why := _why(measure, one, run)) is not None
        }
        if missing:
            found[str(measure)] = missing
    return found


def _why(measure: MeasureName, question: Question, run: CellRun) -> str | None:
    """Return why a question has no score that is due, None where none is due."""
    if measure.judges_replies and run.cell.rival is not None:
        return None
    unjudged = run.verdicts.unjudged.get(measure.name, {})
    if question.id in unjudged:
        return unjudged[question.id]
    return run.failed.get(question.id) if measure.may_apply(question) else None


def covered(estimate: Estimate, missing: Collection[str]) -> Estimate:
    """Return the estimate with the share of questions that it speaks for."""
    return replace(estimate, coverage=estimate.scored / (estimate.scored + len(missing)))
