"""Abstention and confidence are scored as defined elsewhere; knows nothing of models."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.measures.abstention import auroc, risk_coverage, score_abstention


def test_abstention_by_hand():
    abstained = [True, True, False, False, False]
    answerable = [False, True, False, True, True]
    scored = score_abstention(abstained, answerable)
    assert (scored.precision, scored.recall, scored.f1) == (0.5, 0.5, 0.5)
    assert scored.answered == pytest.approx(2 / 3)


def test_what_cannot_be_judged_is_none():
    scored = score_abstention([False, False], [True, True])
    assert (scored.precision, scored.recall, scored.f1, scored.answered) == (None, None, None, 1.0)
    assert score_abstention([True], [True]).f1 is None
    assert score_abstention([True, False], [True, False]).f1 == 0.0


def test_risk_and_coverage_by_hand():
    curve = risk_coverage([0.9, 0.1, 0.5, 0.7], [0, 1, 1, 0])
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk.tolist() == pytest.approx([0.0, 0.0, 1 / 3, 0.5])
    assert curve.area == pytest.approx((1 / 3 + 1 / 2) / 4)
    assert curve.excess == pytest.approx(0.0)


def test_the_worst_order_has_the_largest_excess():
    curve = risk_coverage([0.1, 0.9], [0, 1])
    assert curve.area == pytest.approx((1 + 1 / 2) / 2)
    assert curve.excess == pytest.approx(0.75 - 0.25)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=1, max_size=5))
def test_ties_count_as_the_mean_over_all_their_orders(pairs):
    confidences, losses = zip(*pairs, strict=True)
    areas = []
    for order in permutations(range(len(pairs))):
        if all(confidences[left] >= confidences[right] for left, right in pairwise(order)):
            lost = np.cumsum([losses[index] for index in order])
            areas.append(np.mean(lost / np.arange(1, len(pairs) + 1)))
    assert risk_coverage(confidences, losses).area == pytest.approx(np.mean(areas))


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=2, max_size=40))
def test_auroc_is_mann_whitney_s_u_over_the_pairs(pairs):
    chosen = [score for score, flag in pairs if flag]
    others = [score for score, flag in pairs if not flag]
    ours = auroc([score for score, _ in pairs], [flag for _, flag in pairs])
    if not chosen or not others:
        assert ours is None
    else:
        u = stats.mannwhitneyu(chosen, others, method="asymptotic").statistic
        assert ours == pytest.approx(u / (len(chosen) * len(others)))


@pytest.mark.parametrize(("left", "right"), [([], []), ([1.0], [1, 0]), ([float("nan")], [1])])
def test_unpaired_or_missing_values_are_refused(left, right):
    for score in (risk_coverage, auroc):
        with pytest.raises(ValueError, match="wanted two values a question"):
            score(left, right)
