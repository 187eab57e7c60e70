"""A small set to bench on, in English and Chinese, with the fake model; spans are found by text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.asking.models import FindAccess, find_access
from evals.datasets.base import EvalDocument, EvalSet
from evals.gold import Question, Span, Turn
from evals.results import BenchResult
from evals.runner import Bench
from evals.running import run_bench
from evals.runs import BenchProgress, silent
from evals.spec import BenchSpec, Latency, Statistics
from tests.fakes import BagOfWordsEmbeddings

TOPICS = {
    "pump": "The pump runs at {n} bar and is guaranteed for {n} years by the maker.",
    "valve": "A valve closes after {n} seconds when the sensor reports a leak.",
    "hub": "One hub serves {n} loggers and keeps their readings for {n} days.",
    "probe": "探头每隔{n}分钟测量一次温度,并把结果发送到集线器。",
    "alarm": "警报响起后,值班人员必须在{n}分钟之内确认。",
}
FILLER = "Nothing else is said about it here, and the page goes on to other things. "


def small_set(name: str = "small", *, rewrite: str = "") -> EvalSet:
    """Fifteen documents, a question for each; one question that nothing answers, one follow-up."""
    documents, questions = [], []
    for topic, sentence in TOPICS.items():
        for number in (1, 2, 3):
            source = f"{topic}-{number}.txt"
            answer = sentence.format(n=number * 7)
            text = f"Model {topic} {number}. {FILLER * 2}{answer} {FILLER * 3}"
            documents.append(EvalDocument(source, f"{topic} {number}", text))
            start = text.index(answer)
            questions.append(
                Question(
                    id=f"{topic}-{number}",
                    text=f"model {topic} {number}: {sentence.format(n='')}",
                    language="zh" if topic in ("probe", "alarm") else "en",
                    answers=(str(number * 7),),
                    slots=((Span(source, start, start + len(answer)),),),
                )
            )
    questions.append(Question(id="none", text="Who won the cup?", answerable=False))
    first = questions[0]
    questions.append(
        Question(
            id="follow-up",
            text="And how long?",
            history=(Turn("user", first.text), Turn("assistant", "Seven bar.")),
            rewrite=rewrite,
            slots=first.slots,
        )
    )
    return EvalSet.of(name, documents, questions)


def judged_set() -> EvalSet:
    """The same documents, judged whole."""
    whole = small_set("judged")
    questions = [
        Question(id=one.id, text=one.text, graded=dict.fromkeys(one.sources, 1))
        for one in whole.questions
        if one.id != "follow-up"
    ]
    return EvalSet.of("judged", whole.documents, questions)


def make_bench(
    cache: Path,
    *,
    model: BagOfWordsEmbeddings | None = None,
    dataset: EvalSet | None = None,
    progress: BenchProgress = silent,
    access: FindAccess = find_access,
    **spec: Any,
) -> Bench:
    """A benchmark with the fake model and no timing."""
    fake = model or BagOfWordsEmbeddings()
    chosen = dataset or small_set()
    given = {
        "name": "small",
        "dataset": chosen.name,
        "latency": Latency(questions=0),
        "served": (),
        "statistics": Statistics(resamples=500),
        **spec,
    }
    return Bench(
        BenchSpec(**given),
        chosen,
        cache,
        open_model=lambda _: fake,
        find_access=access,
        progress=progress,
    )


def run(cache: Path, **about: Any) -> BenchResult:
    """Run a benchmark to its end."""
    bench = make_bench(cache, **about)
    try:
        return run_bench(bench)
    finally:
        bench.close()


MODES: Sequence[str] = ("hybrid", "dense", "lexical")
