import math
from collections.abc import Mapping
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.fusion import (
    HALF_TRUST_NATS,
    LEAST_TRUST,
    MOST_LEXICAL_NATS,
    NORMAL_UP_TO,
    FusedHit,
    QueryEvidence,
    dense_weight,
    fuse,
)
from rag.store.hits import Hit

UNIT = QueryEvidence(dense_mean=0.0, dense_std=0.1, unknown_share=0.0, passages=1000)


def hits(scores: Mapping[str, float]) -> list[Hit]:
    return sorted((Hit(*item) for item in scores.items()), key=lambda hit: (-hit.score, hit.id))


def order(dense: Mapping[str, float], lexical: Mapping[str, float], evidence: QueryEvidence) -> str:
    fused = fuse(hits(dense), hits(lexical), filled={}, evidence=evidence)
    return "".join(hit.id for hit in fused.hits)


def surprise(z: float) -> float:
    return -math.log(NormalDist().cdf(-z))


def test_a_hand_computed_fusion():
    fused = fuse(hits({"a": 0.5, "b": 0.3}), hits({"b": 9.0}), filled={}, evidence=UNIT)
    chance = math.log(1000)
    beyond = surprise(5.0) - chance
    weight = beyond**2 / (beyond**2 + 16)
    evidence = {"a": weight * surprise(5.0), "b": weight * surprise(3.0) + 9.0}
    assert fused.dense_weight == pytest.approx(weight)
    assert [hit.id for hit in fused.hits] == ["b", "a"]
    for hit in fused.hits:
        assert hit.score == pytest.approx(evidence[hit.id] / (evidence[hit.id] + chance))


def test_a_fused_hit_tells_where_it_came_from():
    dense, lexical = hits({"a": 0.5, "b": 0.3}), hits({"b": 9.0, "c": 1.0})
    fused = fuse(dense, lexical, filled={"c": 0.1}, evidence=UNIT)
    by_id = {hit.id: hit for hit in fused.hits}
    assert by_id["b"] == FusedHit(
        id="b",
        score=by_id["b"].score,
        dense_rank=2,
        dense_score=0.3,
        lexical_rank=1,
        lexical_score=9.0,
        dense_evidence=pytest.approx(surprise(3.0)),
        lexical_evidence=9.0,
    )
    assert (by_id["a"].lexical_rank, by_id["a"].lexical_score) == (None, None)
    assert (by_id["c"].dense_rank, by_id["c"].dense_score) == (None, 0.1)


def test_a_blind_dense_leg_leaves_the_order_to_words():
    # The best of a thousand unrelated passages lies 3.1 standard deviations up by chance.
    dense = {"a": 0.31, "b": 0.30, "c": 0.1}
    assert order(dense, {"c": 3.0, "b": 2.9}, UNIT) == "cba"


def test_a_decided_dense_leg_outweighs_weak_words():
    dense = {"a": 0.7, "b": 0.1, "c": 0.1}
    assert order(dense, {"c": 3.0, "b": 2.9}, UNIT) == "acb"


def test_strong_words_outweigh_a_decided_dense_leg():
    assert order({"a": 0.5, "b": 0.1}, {"b": 25.0}, UNIT) == "ba"


def test_agreement_of_the_legs_beats_either_alone():
    dense, lexical = hits({"a": 0.6, "b": 0.55}), hits({"c": 9.0, "b": 8.5})
    assert fuse(dense, lexical, filled={"c": 0.1}, evidence=UNIT).hits[0].id == "b"


def test_what_the_model_cannot_read_takes_its_weight():
    known = dense_weight(20.0, math.log(1000), unknown_share=0.0)
    assert dense_weight(20.0, math.log(1000), unknown_share=0.75) == pytest.approx(known / 4)
    assert dense_weight(20.0, math.log(1000), unknown_share=1.0) == LEAST_TRUST


def test_half_the_weight_is_reached_as_documented():
    assert dense_weight(5 + HALF_TRUST_NATS, 5.0, unknown_share=0) == pytest.approx(0.5)
    assert dense_weight(4.9, 5.0, unknown_share=0) == LEAST_TRUST


def test_a_larger_index_needs_more_to_stand_out():
    weights = [
        fuse(
            hits({"a": 0.45}),
            hits({"b": 3.0}),
            filled={},
            evidence=QueryEvidence(0.0, 0.1, 0.0, passages),
        ).dense_weight
        for passages in (10, 1000, 100_000)
    ]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] > 2 * weights[-1]


def test_evidence_of_a_similarity_is_normal_and_then_linear():
    similarities = {"a": 0.2, "b": 0.5, "c": 0.6, "d": 0.7}
    fused = fuse(hits(similarities), [], filled={}, evidence=UNIT)
    nats = {hit.id: hit.dense_evidence for hit in fused.hits}
    assert nats["a"] == pytest.approx(surprise(2.0))
    assert nats["b"] == pytest.approx(surprise(NORMAL_UP_TO))
    assert nats["d"] - nats["c"] == pytest.approx(NORMAL_UP_TO)


def test_a_long_question_cannot_shout_the_dense_leg_down():
    lexical = {"a": 300.0, "b": 150.0}
    fused = fuse([], hits(lexical), filled={}, evidence=UNIT)
    assert [hit.lexical_evidence for hit in fused.hits] == [
        MOST_LEXICAL_NATS,
        MOST_LEXICAL_NATS / 2,
    ]


def test_filled_scores_count_but_are_not_proposals():
    filled = {"c": 0.1, "stranger": 0.9}
    fused = fuse(hits({"a": 0.5, "b": 0.4}), hits({"c": 1.0}), filled=filled, evidence=UNIT)
    assert {hit.id for hit in fused.hits} == {"a", "b", "c"}
    without = fuse(hits({"a": 0.5, "b": 0.4}), hits({"c": 1.0}), filled={}, evidence=UNIT)
    assert score_of(fused.hits, "c") < score_of(without.hits, "c")


def score_of(fused: tuple[FusedHit, ...], id_: str) -> float:
    return next(hit.score for hit in fused if hit.id == id_)


def test_without_evidence_the_candidates_serve_as_background():
    dense = {f"d{number:02}": 0.1 + number / 1000 for number in range(50)} | {"best": 0.9}
    fused = fuse(hits(dense), hits({"d00": 2.0}), filled={}, evidence=QueryEvidence())
    assert fused.hits[0].id == "best"


@pytest.mark.parametrize("evidence", [UNIT, QueryEvidence(), QueryEvidence(0.4, 0.0, 0.0, 1)])
def test_one_leg_alone_keeps_its_order(evidence: QueryEvidence):
    scores = {"c": 0.9, "b": 0.7, "a": 0.4}
    assert order(scores, {}, evidence) == order({}, scores, evidence) == "cba"


def test_rounding_between_equal_passages_is_no_evidence():
    evidence = QueryEvidence(0.4, 1e-9, 0.0, 1000)
    fused = fuse(hits({"a": 0.4 + 1e-7, "b": 0.4}), hits({"b": 3.0}), filled={}, evidence=evidence)
    assert fused.dense_weight == LEAST_TRUST
    assert fused.hits[0].id == "b"


def test_no_hits_fuse_to_none():
    assert fuse([], [], filled={}, evidence=UNIT).hits == ()


def test_a_single_passage_is_returned():
    fused = fuse(
        hits({"a": 0.4}), hits({"a": 0.2}), filled={}, evidence=QueryEvidence(0.4, 0, 0, 1)
    )
    assert [hit.id for hit in fused.hits] == ["a"]


_LEGS = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(-1, 1), max_size=10)
_WORDS = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(0, 200), max_size=10)
_EVIDENCE = st.builds(
    QueryEvidence,
    dense_mean=st.none() | st.floats(-1, 1),
    dense_std=st.none() | st.floats(0, 1),
    unknown_share=st.none() | st.floats(0, 1),
    passages=st.none() | st.integers(0, 10**7),
)


@given(dense=_LEGS, lexical=_WORDS, evidence=_EVIDENCE)
def test_any_fusion_is_a_sorted_ranking_of_all_candidates(
    dense: dict[str, float], lexical: dict[str, float], evidence: QueryEvidence
):
    fused = fuse(hits(dense), hits(lexical), filled={}, evidence=evidence)
    assert {hit.id for hit in fused.hits} == dense.keys() | lexical.keys()
    assert [(-hit.score, hit.id) for hit in fused.hits] == sorted(
        (-hit.score, hit.id) for hit in fused.hits
    )
    assert all(0 <= hit.score < 1 for hit in fused.hits)
    assert LEAST_TRUST <= fused.dense_weight <= 1


@given(dense=_LEGS, lexical=_WORDS)
def test_a_passage_better_in_both_legs_is_never_below(
    dense: dict[str, float], lexical: dict[str, float]
):
    ranked = fuse(hits(dense), hits(lexical), filled={}, evidence=UNIT).hits
    scores = {hit.id: hit.score for hit in ranked}
    both = sorted(dense.keys() & lexical.keys())
    for one in both:
        for other in both:
            if dense[one] >= dense[other] and lexical[one] >= lexical[other]:
                assert scores[one] >= scores[other]
