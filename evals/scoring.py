"""Turns what the cells found into a `BenchResult`; knows no index and runs nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, TypedDict

from evals import analysis
from evals.cell_replies import judge_identity
from evals.cells import broadest, defaults_of
from evals.coverage import covered, unscored_of
from evals.definitions import definitions_of
from evals.gold import Question
from evals.losses import not_cited
from evals.measures.audit import audit_gold
from evals.measures.replies import Reply, abstention
from evals.measures.spans import PassageMap
from evals.measuring import MeasureName, grades_of
from evals.results import (
    AskedQuestion,
    BenchResult,
    CellComparison,
    CellResult,
    Dataset,
    Estimate,
    RankedPassage,
    Recommendation,
    Scores,
)
from evals.runner import Bench
from evals.runs import CellRun, Runs
from evals.score_tables import Table, estimate_all, make_tables
from rag.settings import Settings

Timings = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class _Surroundings:
    """What a measure may ask about one cell's passages."""

    bench: Bench
    settings: Settings
    passages: PassageMap | None
    replies: Mapping[str, Reply]
    verdicts: Mapping[str, Mapping[str, float]]

    def tokens(self, place: RankedPassage) -> int:
        return self.bench.count_tokens(place, self.settings)

    def text(self, place: RankedPassage) -> str:
        return self.bench.text(place)

    def reply(self, question_id: str) -> Reply | None:
        return self.replies.get(question_id)

    def verdict(self, measure: str, question_id: str) -> float | None:
        return self.verdicts.get(measure, {}).get(question_id)


def make_result(
    bench: Bench, runs: Runs, *, timings: Timings, environment: Mapping[str, Any]
) -> BenchResult:
    """Score every cell, compare them, and say what follows.

    Args:
        bench: What was run.
        runs: What it gave.
        timings: Of each cell, see `CellResult.timings`.
        environment: Versions and machine.
    """
    queries = {one.question.id: one.query for one in bench.asked}
    asked = tuple(_asked(one, queries.get(one.id, "")) for one in bench.questions)
    clusters = analysis.choose_clusters(asked, bench.spec.statistics.cluster)
    scores = {run.cell.name: score(bench, run) for run in runs.runs}
    measures = tuple(str(measure) for measure in bench.measures)
    tables = make_tables(scores, measures, bench.cells.baseline, clusters)
    estimates = estimate_all(scores, measures, clusters, bench.spec.statistics)
    cells = tuple(
        _cell(bench, run, scores[run.cell.name], estimates, timings.get(run.cell.name, {}))
        for run in runs.runs
    )
    return BenchResult(
        name=bench.spec.name,
        dataset=_dataset(bench),
        spec=bench.spec.to_dict(),
        measures=measures,
        primary=measures[0],
        baseline=bench.cells.baseline,
        questions=asked,
        cells=cells,
        skipped=dict(runs.skipped),
        without_positives=tuple(q.id for q in bench.questions if not grades_of(q)),
        clustering="questions" if clusters is None else "documents",
        comparisons=_comparisons(bench, tables),
        **_verdict(bench, tables.get(measures[0]), cells),
        environment=dict(environment),
        definitions=definitions_of(measures, judge=judge_identity(bench.spec.judge)),
        defaults=defaults_of(run.cell for run in runs.runs),
    )


def _cell(
    bench: Bench,
    run: CellRun,
    scores: Mapping[str, Scores],
    estimates: Mapping[str, Mapping[str, Estimate]],
    timings: Mapping[str, float],
) -> CellResult:
    name, rankings, lost = run.cell.name, run.retrieved.rankings, run.retrieved.losses
    unscored = unscored_of(bench, run, scores)
    return CellResult(
        name=name,
        overrides=dict(run.cell.overrides),
        rival=run.cell.rival.kind if run.cell.rival else None,
        index=_index(bench, run),
        estimates={
            measure: covered(own[name], unscored.get(measure, ()))
            for measure, own in estimates.items()
            if name in own
        },
        per_question=scores,
        rankings={key: places[: bench.depth.shown] for key, places in rankings.items()},
        losses={**lost, **not_cited(bench.questions, lost, run.replies)},
        audit=_audit(bench.questions, run),
        cost=_cost(bench, run),
        timings=dict(timings),
        replies={key: reply.text for key, reply in run.replies.items()},
        queries=_other_queries(bench, run),
        unscored=unscored,
        judgement=run.judgement,
    )


def _other_queries(bench: Bench, run: CellRun) -> dict[str, str]:
    known = {one.question.id: one.query for one in bench.asked}
    return {
        one.question.id: one.query for one in run.asked if one.query != known.get(one.question.id)
    }


def _comparisons(bench: Bench, tables: Mapping[str, Table]) -> tuple[CellComparison, ...]:
    return tuple(
        comparison
        for measure, table in tables.items()
        for comparison in analysis.compare(
            table, measure, bench.cells.baseline, bench.spec.statistics
        )
    )


class _Verdict(TypedDict):
    """The fields of a result that the primary measure decides."""

    probability_best: Mapping[str, float]
    recommendation: Recommendation | None
    detectable_difference: float | None


def _verdict(bench: Bench, table: Table | None, cells: Sequence[CellResult]) -> _Verdict:
    if table is None:
        return _Verdict(probability_best={}, recommendation=None, detectable_difference=None)
    statistics = bench.spec.statistics
    return _Verdict(
        probability_best=analysis.chances_of_best(table, statistics),
        recommendation=_recommend(bench, table, cells),
        detectable_difference=analysis.detectable(table, bench.cells.baseline, statistics),
    )


def score(bench: Bench, run: CellRun) -> dict[str, Scores]:
    """Return every measure's score of every question."""
    settings = run.cell.settings or bench.baseline_settings
    passages = run.split.passages if run.split else None
    about = _Surroundings(bench, settings, passages, run.replies, run.verdicts.scores)
    return {
        str(measure): {
            question.id: _score(measure, question, run, about) for question in bench.questions
        }
        for measure in bench.measures
    }


def _score(
    measure: MeasureName, question: Question, run: CellRun, about: _Surroundings
) -> float | None:
    ranking = run.retrieved.rankings.get(question.id)
    if ranking is None and measure.looks_at_ranking:
        return None
    return measure.score(question, ranking or (), about)


def _asked(question: Question, query: str) -> AskedQuestion:
    sources = sorted(question.sources)
    return AskedQuestion(
        id=question.id,
        text=question.text,
        query=query,
        language=question.language,
        answerable=question.answerable,
        tags=question.tags,
        slots=tuple(
            tuple((span.source, span.start_index, span.end_index) for span in slot)
            for slot in question.slots
        ),
        graded=dict(question.graded),
        cluster=sources[0] if sources else "",
    )


def _dataset(bench: Bench) -> Dataset:
    dataset = bench.dataset
    return Dataset(
        name=dataset.name,
        digest=dataset.digest,
        documents=len(dataset.documents),
        questions=len(bench.questions),
        languages=tuple(sorted({one.language for one in bench.questions} - {""})),
        licence=dataset.licence,
    )


def _index(bench: Bench, run: CellRun) -> dict[str, int]:
    split, settings = run.split, run.cell.settings
    if split is None or settings is None:
        return {}
    texts = len(split.text_keys)
    return {
        "passages": len(split.places),
        "tokens": split.tokens,
        "distinct_texts": texts,
        "bytes": split.text_bytes + texts * bench.model(settings).dimension * 4,
    }


def _audit(questions: Sequence[Question], run: CellRun) -> dict[str, Any]:
    if run.split is None:
        return {}
    found = {
        **(abstention(questions, run.replies) if run.replies else {}),
        "truncated_share": run.split.truncation["share"],
        "truncated_passages": run.split.truncation["passages"],
        "duplicate_share": run.split.duplicates["share"],
        "duplicate_passages": run.split.duplicates["passages"],
    }
    if not any(question.slots for question in questions):
        return found
    gold = audit_gold(questions, run.split.passages)
    return {
        **found,
        "gold_spans": gold.spans,
        "gold_cut": len(gold.cut),
        "gold_missing": len(gold.missing),
        "gold_cut_share": gold.share,
        "questions_losing_gold": len(gold.lost_questions),
    }


def _cost(bench: Bench, run: CellRun) -> dict[str, float]:
    found = run.retrieved
    cost = {
        "context_tokens_mean": fmean(found.context_tokens.values()),
        "passages_mean": fmean(found.context_passages.values()),
    }
    index = _index(bench, run)
    return {**cost, "index_bytes": float(index["bytes"])} if index else cost


def _recommend(bench: Bench, table: Table, cells: Sequence[CellResult]) -> Recommendation | None:
    kept = broadest({cell.name: cell.overrides for cell in cells if cell.rival is None})
    ours = [cell for cell in cells if cell.name in kept]
    return analysis.recommend(
        table,
        {cell.name: cell.cost[bench.spec.statistics.cost] for cell in ours},
        {cell.name: cell.overrides for cell in ours},
        bench.spec.statistics,
    )
