"""The winner's score comes from questions that did not pick it; knows no metric."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.statistics.holdout import (
    assign_folds,
    cross_validated_winner,
    held_out_winner,
    split_tune_test,
)

cluster_lists = st.lists(st.integers(0, 9), min_size=12, max_size=60).filter(
    lambda names: len(set(names)) >= 4
)


@given(cluster_lists, st.integers(2, 4), st.integers(0, 5))
def test_a_cluster_is_in_one_fold_and_no_fold_is_empty(clusters, folds, seed):
    assigned = assign_folds(len(clusters), folds, clusters=clusters, seed=seed)
    assert set(assigned.tolist()) == set(range(folds))
    for name in set(clusters):
        assert len({fold for fold, one in zip(assigned, clusters, strict=True) if one == name}) == 1


def test_folds_are_even_random_and_repeatable():
    folds = assign_folds(103, 5, seed=1)
    assert sorted(np.bincount(folds).tolist()) == [20, 20, 21, 21, 21]
    assert np.array_equal(folds, assign_folds(103, 5, seed=1))
    assert not np.array_equal(folds, assign_folds(103, 5, seed=2))


@pytest.mark.parametrize("folds", [1, 4])
def test_more_folds_than_clusters_are_refused(folds):
    with pytest.raises(ValueError, match="wanted 2 folds at least and 3 at most"):
        assign_folds(6, folds, clusters=list("aabbcc"))


@given(cluster_lists, st.integers(0, 5))
def test_a_cluster_is_on_one_side_of_the_split(clusters, seed):
    tested = split_tune_test(len(clusters), clusters=clusters, seed=seed)
    assert 0 < tested.sum() < len(clusters)
    for name in set(clusters):
        assert len({side for side, one in zip(tested, clusters, strict=True) if one == name}) == 1


@pytest.mark.parametrize("share", [0.2, 0.5, 0.7])
def test_the_test_side_has_its_share(share):
    tested = split_tune_test(1000, test_share=share, seed=3)
    assert tested.mean() == pytest.approx(share, abs=0.001)
    assert np.array_equal(tested, split_tune_test(1000, test_share=share, seed=3))


def test_one_document_cannot_be_split():
    with pytest.raises(ValueError, match="do not divide"):
        split_tune_test(10, clusters=["a"] * 10)


def lucky_settings(seed, cells=24, questions=60):
    """Settings that are all alike: whoever wins has won by luck."""
    scores = np.random.default_rng(seed).normal(0.5, 0.3, size=(cells, questions))
    return {f"s{number:02}": row for number, row in enumerate(scores)}


def test_the_held_out_score_is_free_of_luck_and_the_picking_score_is_not():
    flattered, split, crossed = [], [], []
    for seed in range(200):
        scores = lucky_settings(seed)
        tested = split_tune_test(60, seed=seed)
        winner = held_out_winner(scores, tested, resamples=20)
        folds = assign_folds(60, 5, seed=seed)
        validated = cross_validated_winner(scores, folds, resamples=20)
        flattered.append(winner.picking_score)
        split.append(winner.held_out.mean)
        crossed.append(validated.held_out.mean)
        assert validated.optimism == validated.picking_score - validated.held_out.mean
    assert np.mean(flattered) > 0.58
    assert np.mean(split) == pytest.approx(0.5, abs=0.015)
    assert np.mean(crossed) == pytest.approx(0.5, abs=0.015)


def test_the_winner_is_picked_without_the_test_questions():
    scores = {"a": [1.0, 1.0, 0.0, 0.0], "b": [0.0, 0.0, 1.0, 1.0]}
    tested = np.array([False, False, True, True])
    winner = held_out_winner(scores, tested)
    assert (winner.name, winner.picking_score, winner.held_out.mean) == ("a", 1.0, 0.0)
    assert held_out_winner(scores, ~tested).name == "b"


def test_each_fold_is_scored_with_the_winner_of_the_others():
    scores = {"a": [1.0, 1.0, 0.0, 0.0, 0.0, 0.0], "b": [0.0, 0.0, 1.0, 1.0, 0.6, 0.6]}
    winner = cross_validated_winner(scores, np.array([0, 0, 1, 1, 2, 2]))
    assert winner.name == "b"
    # Without fold 1, a has 2.0 and b 1.2, so a picks 0.0 there; b scores 0.0 on fold 0; fold 2: tie
    # of 2.0 and 2.0 goes to a, the first.
    assert winner.held_out.mean == 0.0
    assert dict(winner.picks) == {"a": 2, "b": 1}


def test_a_clear_winner_is_picked_by_every_fold():
    scores = lucky_settings(1) | {"good": np.full(60, 0.9)}
    winner = cross_validated_winner(scores, assign_folds(60, 5))
    assert (winner.name, winner.picks) == ("good", (("good", 5),))
    assert winner.optimism == pytest.approx(0.0)


def test_sides_and_settings_of_other_questions_are_refused():
    scores = {"a": [1.0, 2.0]}
    for tested in ([True, True], [False, False], [True]):
        with pytest.raises(ValueError, match="mask over 2 questions"):
            held_out_winner(scores, np.array(tested))
    with pytest.raises(ValueError, match="two folds"):
        cross_validated_winner(scores, np.array([0, 0]))
    with pytest.raises(ValueError, match="same questions"):
        held_out_winner(scores | {"b": [1.0]}, np.array([True, False]))
    with pytest.raises(ValueError, match="found none"):
        held_out_winner({}, np.array([True, False]))
