"""The audit counts what a splitting loses; knows nothing of models."""

import pytest

from evals.gold import Question, Span
from evals.measures.audit import audit_duplicates, audit_gold, audit_truncation
from evals.measures.spans import PassageMap


def question(number, *slots):
    return Question(id=f"q{number}", text="?", slots=slots)


def test_tokens_beyond_the_limit_are_never_embedded():
    audit = audit_truncation([800, 256, 100], 256)
    assert (audit.passages, audit.lost_tokens, audit.tokens) == (1, 544, 1156)
    assert audit.share == 544 / 1156
    assert audit_truncation([], 256).share == 0.0


def test_a_limit_of_nothing_is_refused():
    with pytest.raises(ValueError, match="limit"):
        audit_truncation([1], 0)


def test_duplicates_are_counted_beyond_the_first():
    audit = audit_duplicates(["a b", "a\n b", "c", "ａ b", "d", "d"])
    assert (audit.passages, audit.total, audit.repeated) == (3, 6, 2)
    assert audit.share == 0.5
    assert audit_duplicates([]).share == 0.0


def test_gold_is_cut_missing_or_whole():
    passages = PassageMap([Span("a", 0, 10), Span("a", 10, 20), Span("a", 15, 30)])
    whole, overlap, cut, missing = (
        Span("a", 2, 8),
        Span("a", 16, 25),
        Span("a", 5, 15),
        Span("b", 0, 5),
    )
    questions = [
        question(1, (whole,), (overlap,)),
        question(2, (cut, whole)),
        question(3, (whole,), (cut,)),
        question(4, (missing,)),
        question(5),
    ]
    audit = audit_gold(questions, passages)
    assert (audit.spans, audit.cut, audit.missing) == (4, (cut,), (missing,))
    assert audit.lost_questions == ("q3", "q4")
    assert audit.share == 0.5
    assert audit_gold([], passages).share == 0.0
