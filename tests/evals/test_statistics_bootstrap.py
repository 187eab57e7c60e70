"""Intervals are scipy's; knows no metric."""

import numpy as np
import pytest
from scipy import stats

from evals.statistics.bootstrap import bootstrap_intervals, probability_best
from evals.statistics.resampling import cluster, random_counts, random_signs

SKEWED = np.random.default_rng(4).exponential(size=60) - 0.7


@pytest.mark.parametrize(("method", "theirs"), [("percentile", "percentile"), ("bca", "BCa")])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_intervals_agree_with_scipy_s(method, theirs, confidence):
    (ours,) = bootstrap_intervals(SKEWED, method=method, confidence=confidence, resamples=40_000)
    expected = stats.bootstrap(
        (SKEWED,), np.mean, confidence_level=confidence, n_resamples=40_000, method=theirs, rng=1
    ).confidence_interval
    assert ours.mean == pytest.approx(SKEWED.mean())
    assert ours.low == pytest.approx(expected.low, abs=0.008)
    assert ours.high == pytest.approx(expected.high, abs=0.008)


def test_bca_leans_towards_the_long_tail():
    (plain,) = bootstrap_intervals(SKEWED, method="percentile")
    (corrected,) = bootstrap_intervals(SKEWED, method="bca")
    assert corrected.low > plain.low
    assert corrected.high > plain.high


def test_interval_covers_the_truth_as_often_as_it_says():
    samples = np.random.default_rng(6).normal(1.0, 1.0, size=(60, 600))
    intervals = bootstrap_intervals(samples, resamples=1500)
    covered = np.mean([one.low <= 1.0 <= one.high for one in intervals])
    assert 0.91 <= covered <= 0.975


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_constant_scores_and_a_single_question_have_no_width(method):
    for values in (np.full(20, 0.25), [0.25]):
        (ours,) = bootstrap_intervals(values, method=method, resamples=200)
        assert (ours.low, ours.high) == pytest.approx((0.25, 0.25))


def test_clusters_widen_the_interval_as_far_as_they_are_alike():
    documents = np.random.default_rng(7).normal(size=40)
    clusters = np.repeat(np.arange(40), 8).tolist()
    (clustered,) = bootstrap_intervals(np.repeat(documents, 8), clusters=clusters)
    (alone,) = bootstrap_intervals(documents)
    assert clustered.low == pytest.approx(alone.low)
    assert clustered.high == pytest.approx(alone.high)


def test_clusters_of_unequal_size_are_weighed_by_their_questions():
    values = [1.0, 1.0, 1.0, 0.0]
    (ours,) = bootstrap_intervals(values, clusters=["a", "a", "a", "b"], resamples=2000)
    assert ours.mean == 0.75
    assert (ours.low, ours.high) == (0.0, 1.0)


def test_probability_of_being_best():
    generator = np.random.default_rng(9)
    base = generator.normal(size=(200, 1))
    scores = base + generator.normal([0.0, 0.0, 2.0, -2.0], 0.5, size=(200, 4))
    assert probability_best(scores, resamples=500).tolist() == [0.0, 0.0, 1.0, 0.0]
    level = np.repeat(base, 3, axis=1)
    assert probability_best(level, resamples=500) == pytest.approx([1 / 3] * 3)
    close = probability_best(scores[:, :2], resamples=4000)
    differences = scores[:, 0] - scores[:, 1]
    wins = stats.norm.cdf(differences.mean() / (differences.std() / np.sqrt(200)))
    assert close.sum() == pytest.approx(1.0)
    assert close[0] == pytest.approx(wins, abs=0.03)


def test_draws_depend_on_neither_batches_nor_columns():
    for draw in (random_signs, random_counts):
        narrow = np.concatenate(list(draw(70, 3000, 5)))
        wide = np.concatenate(list(draw(70, 3000, 5, 40_000)))
        assert len(list(draw(70, 3000, 5, 40_000))) > 1
        assert np.array_equal(narrow, wide)


def test_signs_are_fair_and_counts_draw_as_many_as_there_are():
    signs = np.concatenate(list(random_signs(130, 4000, 0)))
    assert set(np.unique(signs)) == {-1.0, 1.0}
    assert np.abs(signs.mean(axis=0)).max() < 0.08
    counts = np.concatenate(list(random_counts(130, 4000, 0)))
    assert (counts.sum(axis=1) == 130).all()
    assert np.abs(counts.mean(axis=0) - 1).max() < 0.08
    assert counts.var() == pytest.approx(1 - 1 / 130, abs=0.02)


def test_clusters_sum_their_rows():
    data = cluster([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], ["x", "y", "x"])
    assert data.sums.tolist() == [[6.0, 8.0], [3.0, 4.0]]
    assert data.sizes.tolist() == [2.0, 1.0]
    assert data.means.tolist() == [3.0, 4.0]


@pytest.mark.parametrize("confidence", [0.0, 1.0])
def test_a_confidence_out_of_range_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        bootstrap_intervals([1.0, 2.0], confidence=confidence)


def test_no_resamples_are_refused():
    with pytest.raises(ValueError, match="at least one resample"):
        bootstrap_intervals([1.0, 2.0], resamples=0)
