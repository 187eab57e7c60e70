"""What a number of questions can show is what it shows in simulation; knows no metric."""

import numpy as np
import pytest
from scipy import stats

from evals.statistics.power import (
    effective_sd,
    minimum_detectable_difference,
    questions_needed,
)
from evals.statistics.sign_flip import sign_flip_test


def test_by_hand():
    # (1.959964 + 0.841621) * 0.4 / 10
    assert minimum_detectable_difference(0.4, 100) == pytest.approx(0.1120634, abs=1e-7)


def test_a_larger_family_needs_a_larger_difference():
    reach = stats.norm.ppf(1 - 0.05 / 48) + stats.norm.ppf(0.8)
    found = minimum_detectable_difference(0.3, 400, comparisons=24)
    assert found == pytest.approx(reach * 0.3 / 20)


def test_questions_needed_is_its_inverse():
    for questions in (30, 472, 3000):
        difference = minimum_detectable_difference(0.35, questions, comparisons=5)
        assert questions_needed(0.35, difference * 1.0001, comparisons=5) == questions


def test_the_difference_is_found_as_often_as_promised():
    difference = minimum_detectable_difference(1.0, 120)
    samples = np.random.default_rng(3).normal(difference, 1.0, size=(120, 1500))
    found = np.mean([one.p_value <= 0.05 for one in sign_flip_test(samples, resamples=1999)])
    assert found == pytest.approx(0.8, abs=0.04)


def test_the_sd_of_a_pilot_is_the_sample_s():
    pilot = np.random.default_rng(4).normal(0.1, 0.3, size=50)
    assert effective_sd(pilot) == pytest.approx(pilot.std(ddof=1))


def test_clusters_that_are_alike_count_as_one_question():
    documents = np.random.default_rng(5).normal(size=40)
    clusters = np.repeat(np.arange(40), 9).tolist()
    sd = effective_sd(np.repeat(documents, 9), clusters)
    assert sd / np.sqrt(360) == pytest.approx(documents.std(ddof=1) / np.sqrt(40))


def test_a_pilot_of_one_says_nothing():
    with pytest.raises(ValueError, match="two questions or clusters"):
        effective_sd([0.1])
    with pytest.raises(ValueError, match="two questions or clusters"):
        effective_sd([0.1, 0.2], ["a", "a"])


@pytest.mark.parametrize("wrong", [{"comparisons": 0}, {"alpha": 0.0}, {"power": 1.0}])
def test_arguments_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="wanted a comparison"):
        minimum_detectable_difference(0.3, 100, **wrong)
    with pytest.raises(ValueError, match="wanted a comparison"):
        questions_needed(0.3, 0.1, **wrong)
    with pytest.raises(ValueError, match="wanted sd"):
        minimum_detectable_difference(-0.1, 100)
    with pytest.raises(ValueError, match="wanted sd"):
        questions_needed(0.3, 0.0)
