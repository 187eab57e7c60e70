"""The sign-flip test is scipy's, exact or drawn; knows no metric."""

import numpy as np
import pytest
from scipy import stats

from evals.statistics.sign_flip import sign_flip_test


def scipy_p(differences, resamples=np.inf, seed=0):
    test = stats.permutation_test(
        (differences,),
        np.mean,
        permutation_type="samples",
        n_resamples=resamples,
        vectorized=True,
        rng=seed,
    )
    return test.pvalue


@pytest.mark.parametrize("seed", range(8))
def test_the_exact_test_equals_scipy_s(seed):
    differences = np.random.default_rng(seed).normal(0.3, 1, size=11)
    (ours,) = sign_flip_test(differences)
    assert ours.exact
    assert ours.p_value == pytest.approx(scipy_p(differences), abs=1e-12)


def test_the_exact_test_counts_ties_of_rounded_scores():
    # 0.1 + 0.2 is not 0.3 in floating point; these sums must still tie.
    differences = np.array([0.1, 0.2, -0.3, 0.1, 0.2, 0.3, -0.1])
    (ours,) = sign_flip_test(differences)
    (whole,) = sign_flip_test(np.round(differences * 10))
    assert ours.p_value == whole.p_value


def test_by_hand():
    # 16 sign combinations of four equal differences; two are as extreme as all-positive.
    (ours,) = sign_flip_test([1.0, 1.0, 1.0, 1.0])
    assert ours.p_value == 2 / 16
    assert ours.exact


def test_no_difference_at_all_has_p_value_one():
    (ours,) = sign_flip_test(np.zeros(50))
    assert (ours.p_value, ours.exact) == (1.0, True)


def test_questions_without_a_difference_do_not_change_the_exact_test():
    differences = np.array([0.5, -0.25, 0.75, 0.5, 0.1])
    (short,) = sign_flip_test(differences)
    (padded,) = sign_flip_test(np.concatenate([differences, np.zeros(1000)]))
    assert short == padded


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.2])
def test_the_drawn_test_agrees_with_scipy_and_with_the_t_test(shift):
    differences = np.random.default_rng(5).normal(shift, 1, size=200)
    (ours,) = sign_flip_test(differences, resamples=20_000)
    assert not ours.exact
    assert ours.p_value == pytest.approx(scipy_p(differences, 20_000, seed=9), abs=0.015)
    assert ours.p_value == pytest.approx(stats.ttest_1samp(differences, 0).pvalue, abs=0.015)


def test_a_drawn_p_value_is_never_zero():
    (ours,) = sign_flip_test(np.ones(3000), resamples=999)
    assert ours.p_value == 1 / 1000


def test_a_column_s_p_value_does_not_depend_on_the_others():
    table = np.random.default_rng(1).normal(0.05, 1, size=(300, 7))
    together = sign_flip_test(table, resamples=3000)
    alone = [sign_flip_test(table[:, column], resamples=3000)[0] for column in range(7)]
    assert together == alone


def test_the_same_seed_gives_the_same_p_value_and_another_seed_another():
    differences = np.random.default_rng(2).normal(0.1, 1, size=100)
    first, second = (sign_flip_test(differences, resamples=2000, seed=3) for _ in range(2))
    assert first == second
    assert sign_flip_test(differences, resamples=2000, seed=4) != first


def test_clusters_flip_together():
    # Twelve documents with ten like questions each are twelve facts, not a hundred and twenty.
    documents = np.random.default_rng(3).normal(0.4, 1, size=12)
    differences = np.repeat(documents, 10)
    clusters = np.repeat(np.arange(12), 10).tolist()
    (clustered,) = sign_flip_test(differences, clusters=clusters)
    assert clustered.p_value == pytest.approx(scipy_p(documents), abs=1e-12)
    (naive,) = sign_flip_test(differences)
    assert naive.p_value < clustered.p_value


def test_the_level_holds_without_an_effect():
    # Skewed at each question, but symmetric as differences of exchangeable scores are.
    generator = np.random.default_rng(8)
    scores = generator.exponential(size=(2, 40, 2000))
    p_values = [one.p_value for one in sign_flip_test(scores[0] - scores[1], resamples=1999)]
    assert 0.038 <= np.mean(np.array(p_values) <= 0.05) <= 0.062


@pytest.mark.parametrize("bad", [[], [np.nan, 1.0], [np.inf], [[[1.0]]]])
def test_missing_scores_are_refused(bad):
    with pytest.raises(ValueError, match="wanted"):
        sign_flip_test(bad)


def test_clusters_of_another_length_are_refused():
    with pytest.raises(ValueError, match="a cluster for each of 2 rows, found 1"):
        sign_flip_test([1.0, 2.0], clusters=["a"])
