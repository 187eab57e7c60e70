from dataclasses import dataclass

import pytest

from evals.gold import Question, Span
from evals.measures.replies import Reply, score_reply
from evals.measures.spans import PassageMap
from evals.measuring import MeasureName, best_of_documents, deepest, document_ranking
from evals.results import RankedPassage

TEXT = "0123456789" * 10
QUESTION = Question("q", "?", slots=((Span("a", 10, 20),), (Span("b", 0, 10),)), answers=("345",))
GRADED = Question("g", "?", graded={"a": 1})
SPLIT = PassageMap([Span("a", 0, 30), Span("a", 30, 60), Span("b", 0, 5), Span("b", 5, 30)])
RANKING = [
    RankedPassage("c", 0, 30, 0.9),
    RankedPassage("a", 0, 30, 0.8),
    RankedPassage("a", 30, 60, 0.7),
    RankedPassage("b", 5, 30, 0.6),
]


@dataclass(frozen=True)
class Around:
    passages: PassageMap | None = SPLIT

    def tokens(self, place: RankedPassage) -> int:
        return 40

    def text(self, place: RankedPassage) -> str:
        return TEXT[place.start_index : place.end_index]

    def reply(self, question_id: str) -> Reply | None:
        return Reply("It is 345.", True, (Span("a", 10, 20),), 1.0) if question_id == "q" else None


def score(name: str, question: Question = QUESTION) -> float | None:
    return MeasureName.parse(name).score(question, RANKING, Around())


def test_cuts_count_passages_or_tokens() -> None:
    assert score("slot-recall@1") == 0.0
    assert score("slot-recall@2") == 0.5
    assert score("slot-recall@80t") == 0.5
    assert score("slot-recall@79t") == 0.0
    assert score("slot-recall") == 0.5
    assert score("span-recall@4") == 0.75


def test_documents_of_gold_spans_are_relevant_and_judged_ones_as_judged() -> None:
    assert score("Success@1") == 0.0
    assert score("RR@10") == 0.5
    assert score("R@10") == 1.0
    assert score("RR@10", GRADED) == 0.5


def test_a_measure_that_does_not_apply_is_none_not_zero() -> None:
    nothing = Question("n", "?", answerable=False)
    names = ("nDCG@10", "slot-recall@5", "omega", "answer-in-context@5")
    assert [score(name, nothing) for name in names] == [None] * 4
    assert MeasureName.parse("omega").score(QUESTION, RANKING, Around(None)) is None
    assert score("omega") is not None


def test_replies_are_judged_and_withheld_ones_hold_nothing() -> None:
    assert score("answer-contains") == 1.0
    assert score("citation-recall") == 0.5
    assert score("citation-precision") == 1.0
    assert score("citation-recall", GRADED) is None
    withheld = Reply("345 is not said.", False, (), None)
    assert score_reply("answer-contains", QUESTION, withheld) == 0.0
    assert score_reply("answered-rightly", QUESTION, withheld) == 0.0
    assert score_reply("quote-fidelity", QUESTION, withheld) is None


def test_names_are_spelt_back_and_wrong_ones_refused() -> None:
    for name in ("nDCG@10", "AP", "span-IoU@5", "slot-recall@800t", "omega-touching", "answer-F1"):
        assert str(MeasureName.parse(name)) == name
    for wrong in ("nDCG@10t", "omega@5", "answer-F1@5", "P", "recall@5", "nDCG@0", ""):
        with pytest.raises(ValueError, match="wanted"):
            MeasureName.parse(wrong)


def test_a_document_ranks_as_its_best_passage_and_level_ones_by_name() -> None:
    assert document_ranking(RANKING) == ["c", "a", "b"]
    level = [RankedPassage(name, 0, 1, 0.5) for name in ("z", "m", "z", "b")]
    assert document_ranking(level) == ["b", "m", "z"]
    diversified = [RankedPassage("a", 0, 1, 0.2), RankedPassage("b", 0, 1, 0.9)]
    assert document_ranking(diversified) == ["a", "b"]
    assert [place.start_index for place in best_of_documents(RANKING)] == [0, 0, 5]


def test_rankings_go_as_deep_as_a_measure_looks() -> None:
    parse = MeasureName.parse
    assert deepest([parse("nDCG@10"), parse("R@50")]) == 50
    assert deepest([parse("omega")]) == 10
    assert deepest([parse("slot-recall@800t")]) == 50
