"""Span measures count characters; knows nothing of text or models."""

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.gold import Span, question_from_chunking
from evals.measures.spans import (
    PassageMap,
    precision_omega,
    slot_coverage,
    slot_recall,
    span_scores,
)

DATA = Path(os.environ.get("RAG_DATA") or Path(__file__).parents[3] / "shared/data")
CHUNKING = DATA / "chroma_chunking"


def a(start, end):
    return Span("a", start, end)


def characters(spans):
    return {(span.source, at) for span in spans for at in range(span.start_index, span.end_index)}


def test_scores_by_hand():
    # Gold 10-30 and 50-60; passages hold 10 of the first twice, and 4 of the second.
    retrieved = [a(0, 20), a(5, 20), a(56, 70), Span("b", 0, 51)]
    scores = span_scores(retrieved, ((a(10, 30),), (a(50, 60),)))
    assert scores.recall == 14 / 30
    assert scores.precision == 14 / 100
    assert scores.iou == 14 / (100 + 16)


def test_nothing_retrieved_scores_zero():
    scores = span_scores([], ((a(10, 30),),))
    assert (scores.recall, scores.precision, scores.iou) == (0.0, 0.0, 0.0)


def test_a_slot_is_found_by_any_of_its_alternatives_and_none_is_waste():
    slots = ((a(0, 10), Span("b", 0, 20)),)
    assert span_scores([Span("b", 0, 20)], slots).recall == 1.0
    both = span_scores([a(0, 10), Span("b", 0, 20)], slots)
    assert (both.recall, both.precision, both.iou) == (1.0, 1.0, 1.0)


def test_slot_recall_wants_every_slot_and_counts_passages_together():
    slots = ((a(0, 10),), (a(20, 40), Span("b", 0, 10)))
    assert slot_recall([a(0, 5), a(5, 12)], slots) == 0.5
    assert slot_recall([a(0, 10), a(20, 30)], slots) == 0.5
    assert slot_recall([a(0, 10), a(20, 30)], slots, min_share=0.5) == 1.0
    assert slot_coverage([a(0, 10), a(20, 25)], slots) == pytest.approx((1 + 0.25) / 2)


@pytest.mark.parametrize("share", [0.0, 1.1])
def test_slot_recall_refuses_a_share_out_of_range(share):
    with pytest.raises(ValueError, match="share"):
        slot_recall([a(0, 1)], ((a(0, 1),),), min_share=share)


@pytest.mark.parametrize("slots", [(), ((),), ((a(0, 1),), ())])
def test_a_question_without_gold_is_refused(slots):
    for score in (span_scores, slot_recall, slot_coverage):
        with pytest.raises(ValueError, match="found none"):
            score([a(0, 1)], slots)
    with pytest.raises(ValueError, match="none"):
        precision_omega(PassageMap([a(0, 1)]), slots)


def test_omega_by_hand_with_both_boundary_rules():
    # Passages of 10 over 100 characters; gold 20-35 overlaps two and touches the one before it.
    passages = PassageMap([a(start, start + 10) for start in range(0, 100, 10)])
    slots = ((a(20, 35),),)
    assert precision_omega(passages, slots, boundary="overlapping") == 15 / 20
    assert precision_omega(passages, slots, boundary="touching") == 15 / 30


def test_omega_counts_overlapping_passages_once_and_gold_in_no_passage():
    passages = PassageMap([a(0, 30), a(20, 50), Span("b", 0, 10)])
    assert precision_omega(passages, ((a(20, 30),),)) == 10 / 50
    assert precision_omega(passages, ((a(40, 60),),)) == 10 / 40
    assert precision_omega(passages, ((Span("c", 0, 5),),)) == 0.0


def test_omega_takes_the_best_alternative():
    passages = PassageMap([a(0, 100), Span("b", 0, 12)])
    assert precision_omega(passages, ((a(0, 10), Span("b", 0, 10)),)) == 10 / 12


spans = st.builds(
    lambda source, start, length: Span(source, start, start + length),
    st.sampled_from("ab"),
    st.integers(0, 40),
    st.integers(1, 20),
)


@given(st.lists(spans), st.lists(spans, min_size=1, max_size=4))
def test_scores_are_those_of_sets_of_characters(retrieved, gold):
    scores = span_scores(retrieved, tuple((span,) for span in gold))
    wanted, given_characters = characters(gold), characters(retrieved)
    paid = sum(span.length for span in retrieved)
    covered = len(wanted & given_characters)
    assert scores.recall == covered / len(wanted)
    assert scores.precision == (covered / paid if paid else 0.0)
    assert scores.iou == covered / (paid + len(wanted - given_characters))


@given(st.lists(spans, min_size=1), st.lists(spans, min_size=1, max_size=3))
def test_omega_is_that_of_sets_of_characters(passages, gold):
    meeting = [one for one in passages if any(characters([one]) & characters([g]) for g in gold)]
    held = characters(meeting)
    wanted = characters(gold)
    omega = precision_omega(PassageMap(passages), tuple((span,) for span in gold))
    assert omega == len(held & wanted) / len(held | wanted)


@given(st.lists(spans), spans)
def test_a_map_finds_the_passages_that_meet_a_span(passages, gold):
    found = PassageMap(passages).meeting(gold, "touching")
    assert found == sorted(
        one
        for one in passages
        if one.source == gold.source
        and one.start_index <= gold.end_index
        and one.end_index >= gold.start_index
    )


@pytest.mark.skipif(not CHUNKING.is_dir(), reason="set RAG_DATA to the folder of chroma_chunking")
def test_real_gold_of_a_fixed_splitting_is_scored_as_sets_of_characters():
    lines = (CHUNKING / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [question_from_chunking(json.loads(line)) for line in lines]
    assert len(questions) == 472
    assert sum(len(question.slots) for question in questions) == 790
    generator = random.Random(3)
    for question in generator.sample(questions, 60):
        gold = [span for slot in question.slots for span in slot]
        starts = [max(0, span.start_index + generator.randint(-300, 300)) for span in gold]
        retrieved = [
            Span(span.source, start, start + 250) for span, start in zip(gold, starts, strict=True)
        ]
        retrieved.append(Span("corpora/other.md", 0, 250))
        scores = span_scores(retrieved, question.slots)
        covered = len(characters(gold) & characters(retrieved))
        assert scores.recall == covered / len(characters(gold))
        assert scores.precision == covered / (250 * len(retrieved))
