"""Asks the product's judge of each question of a cell whether what is found answers; scores none.

Only sets that hold questions without an answer, and some with one, have anything to tell apart.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING

from evals.gold import Question
from evals.keys import RETRIEVE_CODE, code_key, stage_key, write_json
from evals.results import Judgement
from evals.retrieving import Asked
from evals.stages import BuiltIndex
from rag.assembly import make_judge, make_retriever
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from evals.runner import Bench
    from rag.answering.sufficiency.judge import IndexJudge

_CODE = (*RETRIEVE_CODE, "rag.answering.sufficiency", "evals.judgements")
# Where nothing is found: JSON knows no infinity.
_NOTHING_FOUND = -100.0


def tells_apart(questions: Sequence[Question]) -> bool:
    """Return whether some questions can be answered and others cannot."""
    return len({question.answerable for question in questions}) == 2


def judgement_of(bench: "Bench", settings: Settings, index: BuiltIndex) -> Judgement | None:
    """Return how sure the product is of each question; None if nobody wants to know.

    Raises:
        SettingsError: The calibration of the settings cannot be used here.
    """
    if settings.answer.false_answer_rate is None or not tells_apart(bench.questions):
        return None
    asked = bench.queries(settings).asked
    file = bench.cache / "judgements" / f"{_key(bench, settings, asked)}.json"
    if not file.is_file():
        write_json(file, asdict(_judged(bench, settings, index, asked)))
    return Judgement(**json.loads(file.read_text(encoding="utf-8")))


def _key(bench: "Bench", settings: Settings, asked: Sequence[Asked]) -> str:
    answer = settings.answer
    return stage_key(
        bench.indexing.key(bench.split(settings)),
        settings.retrieval.model_dump(),
        bench.rerankers.identity(settings.rerank),
        answer.false_answer_rate,
        answer.calibration and answer.calibration.read_text(encoding="utf-8"),
        bench.questions_key(asked),
        code_key(_CODE),
    )


def _judged(
    bench: "Bench", settings: Settings, index: BuiltIndex, asked: Sequence[Asked]
) -> Judgement:
    store, model = bench.store(index), bench.model(settings)
    retriever = make_retriever(
        settings,
        store,
        model,
        k=None,
        mode=None,
        wanted=None,
        min_score=None,
        reranker=bench.rerankers.open(settings.rerank),
    )
    judge = make_judge(settings, retriever, model)
    assert judge is not None
    assert settings.answer.false_answer_rate is not None
    found = {}
    for done, one in enumerate(asked, start=1):
        bench.progress("decide", done, len(asked), "")
        found[one.question.id] = _one(judge, one, one.find(retriever))
    return Judgement(
        basis=asdict(judge.basis()),
        rate=settings.answer.false_answer_rate,
        odds={key: odds for key, (odds, _) in found.items()},
        chances={key: chance for key, (_, chance) in found.items()},
    )


def _one(judge: "IndexJudge", asked: Asked, passages: "list[Document]") -> tuple[float, float]:
    found = judge(asked.alone, passages)
    odds = found.log_odds if isfinite(found.log_odds) else _NOTHING_FOUND
    return round(odds, 4), round(found.chance, 4)
