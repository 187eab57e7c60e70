"""A benchmark asks the product's own judge, and its replies are withheld as the product's are."""

from pathlib import Path

from evals.datasets.base import EvalSet
from tests.evals.benches import judged_set, run
from tests.fakes import BagOfWordsEmbeddings


def test_every_question_of_our_cells_is_judged(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        grid={"retrieval.mode": ["hybrid", "lexical"]},
        rivals=[],
    )
    for cell in result.cells:
        assert cell.judgement is not None
        assert set(cell.judgement.odds) == {question.id for question in result.questions}
        assert cell.judgement.rate == 0.3
        assert cell.judgement.odds["none"] < min(
            odds for id_, odds in cell.judgement.odds.items() if id_.startswith("pump")
        )
    searches = {cell.judgement.basis["search"] for cell in result.cells if cell.judgement}
    assert searches == {"hybrid", "lexical"}


def test_a_second_run_asks_nothing(tmp_path: Path) -> None:
    first = run(tmp_path)
    model = BagOfWordsEmbeddings()
    assert run(tmp_path, model=model).cells[0].judgement == first.cells[0].judgement
    assert model.queries == []


def test_nothing_is_judged_where_nothing_is_to_tell_apart(tmp_path: Path) -> None:
    assert run(tmp_path, dataset=judged_set_answerable()).cells[0].judgement is None
    unset = run(tmp_path, base={"answer.false_answer_rate": "none"})
    assert unset.cells[0].judgement is None


def test_replies_are_withheld_where_the_product_withholds_them(tmp_path: Path) -> None:
    result = run(tmp_path, measures=("answered-rightly", "slot-recall@5"))
    (cell,) = result.cells
    assert cell.judgement is not None
    scores = cell.per_question["answered-rightly"]
    for question in result.questions:
        answered = cell.judgement.chances[question.id] <= cell.judgement.rate
        assert scores[question.id] == float(answered == question.answerable), question.id
    assert scores["none"] == 1.0


def judged_set_answerable() -> EvalSet:
    whole = judged_set()
    kept = [one for one in whole.questions if one.answerable]
    return EvalSet.of("answerable", whole.documents, kept)
