"""What a benchmark would do and could show, before it runs; embeds nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from evals import analysis
from evals.call_count import CallCount, calls_of
from evals.cells import Cell
from evals.embedding_cache import CachedEmbeddings
from evals.measuring import grades_of
from evals.pair_count import count_pairs
from evals.runner import Bench
from evals.splits import Split
from evals.statistics.power import minimum_detectable_difference
from rag.settings import Settings

# all-MiniLM-L6-v2 on one CPU thread (28 passages of 160 tokens a second), until a run has shown it.
ASSUMED_TOKENS_PER_SECOND = 4_500.0
# Writing a passage to the catalog, Chroma and the word index, and asking one cell one question.
SECONDS_PER_PASSAGE = 0.004
SECONDS_PER_QUERY = 0.004


@dataclass(frozen=True, slots=True)
class PlannedIndex:
    """One index that cells share.

    Attributes:
        settings: What makes it different: model, passage size, overlap, header.
        cells: How many cells search it.
        texts: Distinct texts in it.
        to_embed: Those that neither the cache nor an index before it has.
        built: Whether the whole index is there already.
    """

    settings: Mapping[str, Any]
    cells: int
    passages: int
    texts: int
    to_embed: int
    tokens_to_embed: int
    built: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would do.

    Attributes:
        questions: Asked; `scored` of them have an answer in the documents.
        passages: Of all indexes.
        texts: Distinct ones of all indexes: what an empty cache would embed.
        to_score: Pairs of question and passage that rerankers have to score, at most.
        rewrites, answers, verdicts: Calls of chat models that are left to make, at most; two
            cells that ask the same count once.
        seconds: Estimate for what is left to do, without those calls.
        detectable_difference: What so many questions show 8 times of 10, should the cells differ
            by question as much as `assumed_sd`.
    """

    name: str
    dataset: str
    cells: tuple[str, ...]
    baseline: str
    questions: int
    scored: int
    indexes: tuple[PlannedIndex, ...]
    passages: int
    texts: int
    to_embed: int
    to_score: int
    rewrites: int
    answers: int
    verdicts: int
    seconds: float
    detectable_difference: float | None
    assumed_sd: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)


def make_plan(bench: Bench) -> Plan:
    """Split every document as every cell does, and look up what is there already."""
    cells = bench.cells.cells
    indexes, every, seconds = _plan_indexes(bench)
    scored = sum(bool(grades_of(question)) for question in bench.questions)
    pairs = max(1, len(cells) - 1)
    calls, pairs_to_score = _count_calls(bench), count_pairs(bench)
    return Plan(
        name=bench.spec.name,
        dataset=bench.dataset.name,
        cells=tuple(cell.name for cell in cells),
        baseline=bench.cells.baseline,
        questions=len(bench.questions),
        scored=scored,
        indexes=tuple(indexes),
        passages=sum(one.passages for one in indexes),
        texts=every,
        to_embed=sum(one.to_embed for one in indexes),
        to_score=pairs_to_score.pairs,
        rewrites=len(calls.rewrites),
        answers=len(calls.answers) + calls.more_answers,
        verdicts=len(calls.verdicts) + calls.more_verdicts,
        seconds=(
            seconds + pairs_to_score.seconds + SECONDS_PER_QUERY * len(cells) * len(bench.questions)
        ),
        detectable_difference=(
            minimum_detectable_difference(
                analysis.ASSUMED_SD, scored, comparisons=pairs, alpha=bench.spec.statistics.alpha
            )
            if scored
            else None
        ),
        assumed_sd=analysis.ASSUMED_SD,
    )


def _count_calls(bench: Bench) -> CallCount:
    count = CallCount()
    for cell in bench.cells.cells:
        if cell.settings is not None:
            count.add(calls_of(bench, cell.settings))
    return count


def _plan_indexes(bench: Bench) -> tuple[list[PlannedIndex], int, float]:
    """Return the indexes, the number of distinct texts in them, and the seconds they take."""
    wanted = distinct_indexes(bench, bench.cells.cells)
    met: dict[str, set[bytes]] = {}
    planned: list[PlannedIndex] = []
    seconds = 0.0
    for done, (key, settings) in enumerate(wanted.items()):
        bench.progress("split", done, len(wanted), "")
        split, model = bench.split(settings), bench.model(settings)
        earlier = met.setdefault(model.fingerprint.digest, set())
        missing = split.text_keys.keys() - model.known(split.text_keys) - earlier
        earlier.update(split.text_keys)
        one = _planned(bench, key, settings, split, missing)
        planned.append(one)
        seconds += one.tokens_to_embed / _tokens_per_second(model)
        seconds += 0.0 if one.built else one.passages * SECONDS_PER_PASSAGE
    bench.progress("split", len(wanted), len(wanted), "")
    return planned, sum(len(keys) for keys in met.values()), seconds


def _planned(
    bench: Bench, key: str, settings: Settings, split: Split, missing: set[bytes]
) -> PlannedIndex:
    return PlannedIndex(
        settings={
            "embedding.model": settings.embedding.model,
            **{f"splitter.{k}": v for k, v in settings.splitter.model_dump().items()},
        },
        cells=sum(
            cell.settings is not None
            and bench.splitting.key(cell.settings, bench.model(cell.settings)) == key
            for cell in bench.cells.cells
        ),
        passages=len(split.places),
        texts=len(split.text_keys),
        to_embed=len(missing),
        tokens_to_embed=sum(split.text_keys[text] for text in missing),
        built=bench.indexing.is_built(split),
    )


def _tokens_per_second(model: CachedEmbeddings) -> float:
    return model.tokens_per_second() or ASSUMED_TOKENS_PER_SECOND


def plan_lines(plan: Plan) -> list[str]:
    """Return the plan as lines to print."""
    lines = [
        f"{plan.name}: {len(plan.cells)} cells over {plan.dataset}, {plan.questions} questions "
        f"({plan.scored} scored), baseline {plan.baseline}",
        f"{plan.passages} passages in {len(plan.indexes)} indexes, {plan.texts} distinct texts; "
        f"{plan.to_embed} to embed, {plan.texts - plan.to_embed} known",
        f"about {_duration(plan.seconds)} on this machine, without timing",
    ]
    if plan.to_score:
        lines.append(f"at most {plan.to_score} pairs to score by rerankers")
    if calls := plan.rewrites + plan.answers + plan.verdicts:
        lines.append(
            f"at most {calls} calls of chat models: {plan.rewrites} rewrites, {plan.answers} "
            f"answers, {plan.verdicts} verdicts"
        )
    if plan.detectable_difference is not None:
        lines.append(
            f"{plan.scored} questions show a difference of {plan.detectable_difference:.3f} 8 "
            f"times of 10 (if differences spread by {plan.assumed_sd:g} a question)"
        )
    return lines


def index_rows(indexes: Sequence[PlannedIndex]) -> list[tuple[str, ...]]:
    """Return a table row for each index: settings, cells, passages, texts, to embed."""
    varied = {
        key
        for key in (indexes[0].settings if indexes else {})
        if len({repr(one.settings[key]) for one in indexes}) > 1
    }
    return [
        (
            ", ".join(f"{k.rpartition('.')[2]}={one.settings[k]}" for k in sorted(varied)) or "all",
            str(one.cells),
            str(one.passages),
            str(one.texts),
            "built" if one.built else str(one.to_embed),
        )
        for one in indexes
    ]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def distinct_indexes(bench: Bench, cells: Sequence[Cell]) -> dict[str, Settings]:
    """Return the settings behind every splitting that these cells need, by its key."""
    found: dict[str, Settings] = {}
    for cell in cells:
        if cell.settings is not None:
            key = bench.splitting.key(cell.settings, bench.model(cell.settings))
            found.setdefault(key, cell.settings)
    return found
