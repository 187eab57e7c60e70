"""Which stage lost the gold, told from what each stage left."""

from collections.abc import Sequence

from evals.gold import Question, Span
from evals.losses import (
    DIVERSITY,
    LEAST_SCORE,
    LEFT_OUT,
    RERANKER,
    Road,
    not_cited,
    stage_that_lost,
)
from evals.measures.replies import Reply
from evals.measures.spans import PassageMap
from evals.results import RankedPassage

SPLIT = PassageMap([Span("a", 0, 30), Span("a", 30, 60), Span("b", 0, 5), Span("b", 5, 30)])
RANKING = [RankedPassage("c", 0, 30, 0.9), RankedPassage("a", 0, 30, 0.8)]
ONE = Question("q", "?", slots=((Span("a", 10, 20),),))
CUT = Question("cut", "?", slots=((Span("b", 0, 10),),))
GRADED = Question("g", "?", graded={"a": 1, "z": 0})
GOLD, OTHER = Span("a", 0, 30), Span("c", 0, 30)
FIRST, SECOND, NOWHERE = [GOLD, OTHER], [OTHER, GOLD], [OTHER]


def lost(
    legs: Sequence[list[Span]],
    fused: list[Span] | None = None,
    *steps: tuple[str, list[Span]],
    question: Question = ONE,
    k: int = 1,
    **reads: object,
) -> str | None:
    road = Road(legs, legs[0] if fused is None else fused, steps, **reads)  # type: ignore[arg-type]
    return stage_that_lost(question, RANKING, lambda: road, SPLIT, k=k)


def test_what_was_found_within_k_is_not_lost_and_nobody_asks_for_the_road() -> None:
    def never() -> Road:
        raise AssertionError("the road was asked for")

    for question in (ONE, GRADED, Question("n", "?")):
        assert stage_that_lost(question, RANKING, never, SPLIT, k=2) is None


def test_a_span_that_no_passage_holds_was_not_split_whole() -> None:
    assert lost([FIRST], question=CUT, k=2) == "not split whole"


def test_what_no_leg_had_within_k_was_lost_by_the_legs() -> None:
    assert lost([NOWHERE, NOWHERE]) == "not found by any leg"
    assert lost([SECOND, SECOND]) == "below k"
    assert lost([SECOND]) == "below k"
    assert lost([SECOND], question=GRADED) == "below k"
    assert lost([NOWHERE, NOWHERE], question=GRADED) == "not found by any leg"


def test_fusion_loses_only_what_a_leg_had_and_it_has_not() -> None:
    assert lost([FIRST, NOWHERE], SECOND) == "lost in fusion"
    assert lost([FIRST, NOWHERE], NOWHERE) == "lost in fusion"


def test_what_fusion_had_within_k_was_lost_to_diversity_in_hybrid_mode_too() -> None:
    assert lost([FIRST, NOWHERE], FIRST, (DIVERSITY, SECOND)) == "lost to diversity"
    assert lost([FIRST, FIRST], FIRST, (DIVERSITY, NOWHERE)) == "lost to diversity"
    assert lost([FIRST], None, (DIVERSITY, SECOND), question=GRADED) == "lost to diversity"


def test_the_first_step_that_has_it_below_k_is_named() -> None:
    steps = [(DIVERSITY, FIRST), (RERANKER, SECOND), (LEAST_SCORE, SECOND), (DIVERSITY, SECOND)]
    assert lost([FIRST, FIRST], FIRST, *steps) == "demoted by the reranker"
    assert lost([FIRST], None, *steps[:1], *steps[2:]) == "below the least score"
    assert lost([FIRST], None, (RERANKER, FIRST), (DIVERSITY, SECOND)) == "lost to diversity"
    assert lost([FIRST], None, *steps[:1], (LEFT_OUT, NOWHERE)) == "left out of a passage"
    # What the legs had below k, the reranker did not lift: it demoted nothing.
    assert lost([SECOND, SECOND], SECOND, (RERANKER, SECOND)) == "below k"


def test_gold_beyond_what_the_model_reads_is_truncated() -> None:
    def reads_none(passage: Span, gold: Span) -> bool:
        assert passage == GOLD
        assert gold == ONE.slots[0][0]
        return False

    def reads_all(passage: Span, gold: Span) -> bool:
        return True

    assert lost([NOWHERE], embedded=reads_none) == "truncated"
    assert lost([SECOND], embedded=reads_none) == "truncated"
    assert lost([SECOND], embedded=reads_all) == "below k"
    demoted = (RERANKER, SECOND)
    assert lost([FIRST], None, demoted, reranked=reads_none, embedded=reads_all) == "truncated"
    assert lost([FIRST], None, demoted, reranked=reads_all) == "demoted by the reranker"
    # The reranker's limit has no part in what was lost before it, nor the other way round.
    assert lost([SECOND], reranked=reads_none, embedded=reads_all) == "below k"
    assert lost([FIRST], None, demoted, embedded=reads_none) == "demoted by the reranker"
    assert lost([FIRST, NOWHERE], SECOND, embedded=reads_none) == "lost in fusion"


def reply(*cited: Span) -> Reply:
    return Reply("It is 345.", bool(cited), cited, None)


def test_gold_that_was_found_and_not_cited_is_told() -> None:
    two = Question("two", "?", slots=((Span("a", 10, 20),), (Span("b", 10, 20),)))
    nothing = Question("nothing", "?", answerable=False)
    questions = [ONE, two, GRADED, nothing]
    good = reply(Span("a", 10, 20))
    assert not_cited(questions, {}, {"q": good, "two": good, "g": good, "nothing": reply()}) == {
        "two": "not cited"
    }
    wrong = reply(Span("z", 10, 20))
    replies = {"q": wrong, "two": wrong, "g": wrong, "nothing": wrong}
    assert set(not_cited(questions, {}, replies)) == {"q", "two", "g"}
    assert set(not_cited(questions, {"two": "below k"}, replies)) == {"q", "g"}
    assert set(not_cited(questions, {}, {"q": reply()})) == {"q"}
    assert not_cited(questions, {}, {}) == {}
