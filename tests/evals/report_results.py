"""Makes results as a run would, with drawn scores: what reports, comparisons and gates are fed."""

from dataclasses import asdict, replace
from itertools import product

import numpy as np

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
from evals.statistics.bootstrap import bootstrap_intervals, probability_best
from evals.statistics.comparison import Rule, compare_family
from rag.answering.sufficiency.calibration import Basis

PRIMARY = "nDCG@10"
MEASURES = (PRIMARY, "R@5")
RULE = Rule(resamples=500)
HOSTILE = "</script><script>alert(1)</script><!-- & \"'"
SENTENCES = (
    "The R2 logger measures from -30 °C to +60 °C.",
    "Its battery lasts for three years at one reading an hour.",
    f"Never write {HOSTILE} into the label.",
    "记录仪可在-30至+60摄氏度之间工作。",
    "电池在每小时记录一次时可用三年。",
)


def document_texts() -> dict[str, str]:
    """Return eight documents, of which the odd ones are Chinese."""
    return {
        f"docs/{number}.md": " ".join(
            f"[{number}.{line}] {SENTENCES[3 + line % 2 if number % 2 else (line + number) % 3]}"
            for line in range(30)
        )
        for number in range(8)
    }


def bench_result(
    *, questions: int = 60, sizes=(64, 128, 256), modes=("dense", "lexical", "hybrid"), seed=0
) -> BenchResult:
    """Return sizes by modes by overlaps and one rival, over spans of `document_texts`."""
    generator = np.random.default_rng(seed)
    asked = tuple(_question(number) for number in range(questions))
    ease = generator.normal(0.65, 0.25, questions)
    cells = [
        _cell(
            f"size={size},mode={mode},overlap={overlap}",
            size,
            mode,
            overlap,
            asked,
            ease,
            generator,
        )
        for size, mode, overlap in product(sizes, modes, (0, 16))
    ]
    rival = replace(
        _cell("bm25s", 128, "lexical", 0, asked, ease, generator),
        overrides={"k1": 1.2, "b": 0.75},
        rival="bm25s",
        index={},
    )
    return judged((*cells, rival), asked)


def judged(cells: tuple[CellResult, ...], asked: tuple[AskedQuestion, ...]) -> BenchResult:
    """Return a result whose comparisons, shares and recommendation follow from its cells."""
    scores = {cell.name: list(cell.per_question[PRIMARY].values()) for cell in cells}
    baseline = cells[0].name
    compared = tuple(
        CellComparison(
            one.name, baseline, PRIMARY, one.difference.mean, one.difference.low,
            one.difference.high, one.p_value, one.adjusted_p_value, one.wins, one.losses,
            one.ties, one.verdict,
        )
        for one in compare_family(scores, baseline, rule=RULE)
    )  # fmt: skip
    shares = probability_best(np.array(list(scores.values())).T, resamples=500)
    best = max(scores, key=lambda name: np.mean(scores[name]))
    held = HeldOut(best, "5-fold cross-validation", 0.71, 0.69, 0.62, 0.75, {best: 4, baseline: 1})
    chosen = next(cell for cell in cells if cell.name == best)
    return BenchResult(
        name="loggers",
        dataset=Dataset("sample", "ab" * 32, 8, len(asked), ("en", "zh"), "Apache-2.0"),
        spec={"dataset": "sample", "statistics": {"alpha": 0.05, "margin": 0.02}},
        measures=MEASURES,
        primary=PRIMARY,
        baseline=baseline,
        questions=asked,
        cells=cells,
        skipped={"size=512": "the budget of 1,000 texts was spent"},
        without_positives=(),
        clustering="questions",
        comparisons=compared,
        probability_best=dict(zip(scores, map(float, shares), strict=True)),
        recommendation=Recommendation(
            best, "It is the best, and none is cheaper.", 0.69, held, chosen.overrides
        ),
        detectable_difference=0.031,
        environment={"rag": "0.1.0", "python": "3.11.7", "packages": {"numpy": "2.3"}},
    )


def with_engines(result: BenchResult) -> BenchResult:
    """Return the result with two engines: Chroma once a size, Faiss the same everywhere."""

    def served(cell: CellResult) -> CellResult:
        size = cell.overrides["splitter.max_tokens"]
        facts = {
            "chroma.ann_recall@10": 0.9 + size / 10_000,
            "chroma.index_bytes": 3e6,
            "faiss-flat.ann_recall@10": 1.0,
            "faiss-flat.search_ms_p50": 0.25,
        }
        return replace(cell, timings={**cell.timings, **facts})

    cells = tuple(cell if cell.rival else served(cell) for cell in result.cells)
    return replace(result, cells=cells)


def with_scores(
    result: BenchResult, cell: str, scores: dict[str, float | None], *, measure: str = PRIMARY
) -> BenchResult:
    """Return the result with other scores of one cell in a measure."""
    found = result.cell(cell)
    changed = replace(found, per_question={**found.per_question, measure: scores})
    cells = tuple(changed if one.name == cell else one for one in result.cells)
    return replace(result, cells=cells)


def _question(number: int) -> AskedQuestion:
    source = f"docs/{number % 8}.md"
    text = document_texts()[source]
    start = text.index(f"[{number % 8}.{number % 30}]")
    odd = number % 2 == 1
    asked = (
        f"第{number}个问题：电池能用多久？"
        if odd
        else f"Question {number}: what does {HOSTILE} do?"
    )
    return AskedQuestion(
        id=f"q{number:03}",
        text=asked,
        query=asked,
        language="zh" if odd else "en",
        tags=("table",) if number % 3 == 0 else ("single",),
        slots=(((source, start, start + 50),),),
        cluster=source,
    )


def _cell(name, size, mode, overlap, asked, ease, generator) -> CellResult:
    gain = {"dense": 0.0, "lexical": 0.03, "hybrid": 0.12}[mode] + 0.0004 * min(size, 160)
    scores = np.clip(ease + gain + generator.normal(0, 0.12, len(asked)), 0, 1).round(4)
    ids = [question.id for question in asked]
    per_question = {
        PRIMARY: dict(zip(ids, map(float, scores), strict=True)),
        "R@5": {key: float(score > 0.4) for key, score in zip(ids, scores, strict=True)},
    }
    lost = ("not split whole", "below k", "lost in fusion", "not found by any leg")
    return CellResult(
        name=name,
        overrides={
            "splitter.max_tokens": size,
            "retrieval.mode": mode,
            "splitter.overlap_tokens": overlap,
        },
        rival=None,
        index={"passages": 40_000 // size, "tokens": 40_000, "distinct_texts": 38_000 // size},
        estimates={key: _estimate(list(values.values())) for key, values in per_question.items()},
        per_question=per_question,
        rankings={question.id: _ranking(question, size, generator) for question in asked},
        losses={
            key: lost[position % 4] for position, key in enumerate(ids) if scores[position] < 0.4
        },
        audit={"gold_cut_share": 12.0 / size, "truncated_share": 0.0, "duplicate_share": 0.01},
        cost={"context_tokens_mean": size * 5.0 + overlap, "index_bytes": 9e7 / size},
        timings={"latency_ms_p50": 2 + size / 100 + 9 * (mode != "lexical")},
    )


def _ranking(question: AskedQuestion, size: int, generator) -> list[RankedPassage]:
    source, start, end = question.slots[0][0]
    places = [RankedPassage(source, max(0, start - size), end + size, 0.9)]
    for position in range(6):
        at = int(generator.integers(0, 600))
        places.append(RankedPassage(f"docs/{position}.md", at, at + 4 * size, 0.8 - position / 10))
    return places if generator.random() < 0.7 else places[1:]


def _estimate(scores: list[float]) -> Estimate:
    found = bootstrap_intervals(scores, resamples=500)[0]
    return Estimate(found.mean, found.low, found.high, len(scores))


def with_gaps(result: BenchResult) -> BenchResult:
    """Return the result with two cells that lack scores, one of them all of a measure."""
    first, second, *others = result.cells
    partly = replace(first.estimates[PRIMARY], scored=57, coverage=57 / 60)
    missing = {"q001": "the model failed (500)", "q002": "no | votes", "q003": "no | votes"}
    cells = (
        replace(
            first,
            estimates={**first.estimates, PRIMARY: partly},
            unscored={PRIMARY: missing},
        ),
        replace(
            second,
            estimates={PRIMARY: second.estimates[PRIMARY]},
            unscored={"R@5": {question.id: "not asked" for question in result.questions}},
        ),
        *others,
    )
    return replace(result, cells=cells)


def with_judgements(result: BenchResult, *, rate: float = 0.3) -> BenchResult:
    """Return the result with every fifth question unanswerable, and our cells judging them all."""
    asked = tuple(
        replace(question, answerable=position % 5 != 0)
        for position, question in enumerate(result.questions)
    )
    generator = np.random.default_rng(1)

    def judged(cell: CellResult) -> CellResult:
        odds = {one.id: float(generator.normal(2.0 * one.answerable)) for one in asked}
        chances = {
            key: round(min(1.0, 0.5 / (1 + np.exp(value))), 2) for key, value in odds.items()
        }
        basis = Basis("meaning", "hybrid", "f" * 8, "a model", ("00", "11"))
        return replace(cell, judgement=Judgement(asdict(basis), rate, odds, chances))

    cells = tuple(cell if cell.rival else judged(cell) for cell in result.cells)
    return replace(result, questions=asked, cells=cells)
