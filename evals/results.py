"""What a benchmark found, as values and as JSON; knows neither how it was found nor drawn.

The JSON has the names of the fields below, in this order; `schema` is raised when a reader of the
old form would misread the new one. Two runs of one spec over one set give the same bytes, but for
`timings` (clock, memory, disk, and the approximate index, whose graph is built at random) and
`environment` (versions, machine).
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple

from rag.errors import BenchError

SCHEMA = 1

Scores = Mapping[str, float | None]
"""Question id to score; None: the measure does not apply to this question, which is not 0."""


class RankedPassage(NamedTuple):
    """One place of a ranking; in JSON the list [source, start_index, end_index, score]."""

    source: str
    start_index: int
    end_index: int
    score: float


@dataclass(frozen=True, slots=True)
class Dataset:
    """The set that was asked: `digest` is over its documents and questions."""

    name: str
    digest: str
    documents: int
    questions: int
    languages: tuple[str, ...] = ()
    licence: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it was asked.

    Attributes:
        query: What was searched for under the baseline's settings: the question, behind an earlier
            one if it leans on it, or rewritten; "" if a chat model was to rewrite it and did not.
        slots: Gold, [[[source, start_index, end_index], …alternatives], …slots].
        graded: Document to grade, for sets judged by whole documents.
        cluster: Questions of one cluster depend on each other ("" if each stands alone).
    """

    id: str
    text: str
    query: str
    language: str = ""
    answerable: bool = True
    tags: tuple[str, ...] = ()
    slots: tuple[tuple[tuple[str, int, int], ...], ...] = ()
    graded: Mapping[str, int] = field(default_factory=dict)
    cluster: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A cell's mean of one measure with its interval.

    Attributes:
        scored: Questions that have a value.
        coverage: Their share of those to which the measure applies: less than 1 where a chat model
            or a judge gave nothing.
    """

    mean: float
    low: float
    high: float
    scored: int
    coverage: float = 1.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """How sure the product is that what a cell found answers.

    Attributes:
        basis: What the odds are of, see `Basis` of `rag.answering.sufficiency.calibration`.
        rate: Share of unanswerable questions that may be answered.
        odds: Question id to log odds; higher is surer.
        chances: Question id to the share of unanswerable ones that look as good.
    """

    basis: Mapping[str, Any]
    rate: float
    odds: Mapping[str, float]
    chances: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class CellResult:
    """One variant.

    Attributes:
        name: Unique in the result.
        overrides: Dotted settings that differ from the defaults; a rival's options.
        rival: Kind of a rival cell, None for our own settings.
        index: `passages`, `tokens`, `distinct_texts`, `bytes` (text and vectors); {} for rivals.
        estimates: Measure to mean and interval.
        per_question: Measure to scores.
        rankings: Question id to places, best first, as deep as the deepest measure; for sets
            judged by whole documents the best passage of each document.
        losses: Question id to the stage that lost its gold, see `evals.losses`; without a loss, no
            entry.
        audit: Shares and counts of what is lost before any search; see `evals.measures.audit`. With
            replies also `abstention_precision`, `abstention_recall`, `answered_share`.
        cost: Deterministic costs: `context_tokens_mean`, `passages_mean`, `index_bytes`.
        timings: What differs from run to run: `latency_ms_p50`, `latency_ms_p95`,
            `ingest_passages_per_second`, `disk_bytes`, `peak_memory_bytes` (of the whole run); of
            rivals that tell, `passages`, `index_bytes`. Of each engine of `served`, behind its
            name and a full stop: `ann_recall@10`, `rebuild_agreement@10`, `search_ms_p50`,
            `search_ms_p95` (of the vectors alone), `index_bytes`, `build_passages_per_second`.
        replies: Question id to what was answered, where a measure judges replies.
        queries: Question id to what was searched, where that differs from the question's `query`.
        unscored: Measure to the questions that lack a score, each with why a chat model gave none.
        judgement: None where every question has an answer, or none has.
    """

    name: str
    overrides: Mapping[str, Any]
    rival: str | None
    index: Mapping[str, int]
    estimates: Mapping[str, Estimate]
    per_question: Mapping[str, Scores]
    rankings: Mapping[str, Sequence[RankedPassage]]
    losses: Mapping[str, str]
    audit: Mapping[str, Any]
    cost: Mapping[str, float]
    timings: Mapping[str, float]
    replies: Mapping[str, str] = field(default_factory=dict)
    queries: Mapping[str, str] = field(default_factory=dict)
    unscored: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    judgement: Judgement | None = None


@dataclass(frozen=True, slots=True)
class CellComparison:
    """One cell against the baseline in one measure; see `evals.statistics.comparison`."""

    cell: str
    baseline: str
    measure: str
    difference: float
    low: float
    high: float
    p: float
    p_holm: float
    wins: int
    losses: int
    ties: int
    verdict: str


@dataclass(frozen=True, slots=True)
class HeldOut:
    """The winner's score on questions that had no part in choosing it."""

    winner: str
    method: str
    picking_score: float
    mean: float
    low: float
    high: float
    picks: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """The cheapest of our cells that is not worse than the best.

    `held_out_score` is the winner's, from `held_out`; None where too few questions are scored.
    """

    cell: str
    why: str
    held_out_score: float | None
    held_out: HeldOut | None
    overrides: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BenchResult:
    """All of one run.

    Attributes:
        measures: As in the spec; `primary` decides verdicts and recommendation.
        skipped: Cells that were not run, with why (the budget was spent, or they failed).
        without_positives: Questions that no measure scores: nothing answers them.
        clustering: What the statistics took as independent: "questions" or "documents".
        probability_best: Cell to its chance of being the best in the primary measure.
        detectable_difference: The difference that this many questions show 8 times of 10.
        definitions: Measure to a digest of how it scores a fixed probe; see `evals.definitions`.
        defaults: The value that a cell of ours has of a setting which other cells name.
    """

    name: str
    dataset: Dataset
    spec: Mapping[str, Any]
    measures: tuple[str, ...]
    primary: str
    baseline: str
    questions: tuple[AskedQuestion, ...]
    cells: tuple[CellResult, ...]
    skipped: Mapping[str, str]
    without_positives: tuple[str, ...]
    clustering: str
    comparisons: tuple[CellComparison, ...]
    probability_best: Mapping[str, float]
    recommendation: Recommendation | None
    detectable_difference: float | None
    environment: Mapping[str, Any]
    definitions: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict)

    def cell(self, name: str) -> CellResult:
        """Return the cell called `name`.

        Raises:
            BenchError: There is none.
        """
        for cell in self.cells:
            if cell.name == name:
                return cell
        known = ", ".join(cell.name for cell in self.cells)
        raise BenchError(f"no cell is called {name!r}; there are {known}")

    def without_timings(self) -> "BenchResult":
        """Return what must be the same on every run."""
        cells = tuple(replace(cell, timings={}) for cell in self.cells)
        return replace(self, cells=cells, environment={})

    def to_json(self) -> str:
        """Return the result as JSON, one cell a line so that two runs can be compared by line."""
        fields = asdict(self)
        cells = fields.pop("cells")
        head = _dump({"schema": SCHEMA, **fields})[:-1]
        lines = ",\n".join(_dump(cell) for cell in cells)
        return f'{head},"cells":[\n{lines}\n]}}\n'

    @classmethod
    def from_json(cls, text: str) -> "BenchResult":
        """Read what `to_json` wrote.

        Raises:
            BenchError: It is no result, or one of another schema.
        """
        from evals.results_reading import result_of

        try:
            fields = json.loads(text)
            schema = fields.pop("schema")
        except (ValueError, KeyError, AttributeError) as error:
            raise BenchError(
                f"wanted a result of `rag bench`, found something else: {error}"
            ) from error
        if schema != SCHEMA:
            raise BenchError(f"wanted a result of schema {SCHEMA}, found {schema}; run it again")
        try:
            return result_of(fields)
        except (KeyError, TypeError, AttributeError) as error:
            raise BenchError(
                f"a result of `rag bench` lacks a field: {error}; run it again"
            ) from error


def read_result(path: Path) -> BenchResult:
    """Read a result file.

    Raises:
        BenchError: It is missing or no result.
    """
    try:
        return BenchResult.from_json(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BenchError(f"no result can be read at {path}: {error.strerror}") from error
    except (BenchError, UnicodeDecodeError) as error:
        raise BenchError(f"{path}: {error}") from error


def write_result(result: BenchResult, path: Path) -> None:
    """Write a result file; a reader sees the old one or the new one, never a part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(result.to_json(), encoding="utf-8")
    draft.replace(path)


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
