"""Turns the plain values of a result's JSON into a `BenchResult`; reads no files."""

from typing import Any

from evals.results import (
    AskedQuestion,
    BenchResult,
    CellComparison,
    CellResult,
    Dataset,
    Estimate,
    HeldOut,
    Judgement,
    RankedPassage,
    Recommendation,
)


def result_of(fields: dict[str, Any]) -> BenchResult:
    """Return the result that has these fields.

    Raises:
        KeyError, TypeError, AttributeError: One is missing, unknown or of another form.
    """
    given = dict(fields)
    found = given.pop("recommendation")
    return BenchResult(
        dataset=_dataset(given.pop("dataset")),
        measures=tuple(given.pop("measures")),
        questions=tuple(_question(one) for one in given.pop("questions")),
        cells=tuple(_cell(one) for one in given.pop("cells")),
        without_positives=tuple(given.pop("without_positives")),
        comparisons=tuple(CellComparison(**one) for one in given.pop("comparisons")),
        recommendation=None if found is None else _recommendation(found),
        **given,
    )


def _dataset(fields: dict[str, Any]) -> Dataset:
    return Dataset(**{**fields, "languages": tuple(fields["languages"])})


def _question(fields: dict[str, Any]) -> AskedQuestion:
    slots = tuple(
        tuple((source, start, end) for source, start, end in slot) for slot in fields["slots"]
    )
    return AskedQuestion(**{**fields, "tags": tuple(fields["tags"]), "slots": slots})


def _cell(fields: dict[str, Any]) -> CellResult:
    estimates = {name: Estimate(**one) for name, one in fields["estimates"].items()}
    rankings = {
        question: [RankedPassage(*place) for place in places]
        for question, places in fields["rankings"].items()
    }
    judged = fields.get("judgement")
    judgement = None if judged is None else Judgement(**judged)
    return CellResult(
        **{**fields, "estimates": estimates, "rankings": rankings, "judgement": judgement}
    )


def _recommendation(fields: dict[str, Any]) -> Recommendation:
    held_out = fields["held_out"]
    return Recommendation(**{**fields, "held_out": held_out and HeldOut(**held_out)})
