"""Citations are scored by the characters they point at; knows nothing of models."""

import pytest

from evals.gold import Span
from evals.measures.citations import citation_precision, citation_recall, quote_fidelity

SLOTS = ((Span("a", 0, 10),), (Span("a", 50, 60), Span("b", 0, 10)))


def test_precision_is_the_share_of_citations_that_meet_gold():
    cited = [Span("a", 5, 20), Span("b", 9, 12), Span("b", 10, 12), Span("c", 0, 10)]
    assert citation_precision(cited, SLOTS) == 2 / 4


def test_recall_is_the_share_of_slots_that_are_cited_by_half():
    assert citation_recall([Span("b", 0, 5)], SLOTS) == 1 / 2
    assert citation_recall([Span("b", 0, 4)], SLOTS) == 0.0
    assert citation_recall([Span("b", 0, 4)], SLOTS, min_share=0.4) == 1 / 2
    assert citation_recall([Span("a", 0, 100)], SLOTS) == 1.0


def test_silence_has_no_precision_and_no_recall():
    assert citation_precision([], SLOTS) is None
    assert citation_recall([], SLOTS) == 0.0


def test_citing_for_a_question_without_gold_is_wrong():
    assert citation_precision([Span("a", 0, 5)], ()) == 0.0
    assert citation_recall([Span("a", 0, 5)], ()) is None


@pytest.mark.parametrize(
    ("quote", "passage", "faithful"),
    [
        ("kept for 35 days", "Backups are kept\nfor  35 days.", 1.0),
        ("“kept” it’s", 'they "kept" it\'s', 1.0),
        ("备份保存３０天", "备份 保存 30 天", 1.0),
        ("kept for 30 days", "Backups are kept for 35 days.", 0.0),
        ("Kept", "kept", 0.0),
        (" ", "anything", 0.0),
    ],
)
def test_a_quote_is_faithful_word_for_word(quote, passage, faithful):
    assert quote_fidelity([(quote, passage)]) == faithful


def test_quote_fidelity_is_a_share():
    assert quote_fidelity([("a", "abc"), ("x", "abc"), ("b", "abc")]) == pytest.approx(2 / 3)
    assert quote_fidelity([]) is None
