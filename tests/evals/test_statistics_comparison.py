"""Verdicts are seldom wrong and follow from the printed figures; knows no metric."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evals.statistics.bootstrap import Interval
from evals.statistics.comparison import (
    Rule,
    cheapest_not_worse,
    compare_family,
    decide,
    dropped,
    holm,
    paired_differences,
)
from evals.statistics.sign_flip import sign_flip_test


def interval(low, high):
    return Interval((low + high) / 2, low, high, 0.95)


def settings(*shifts, questions=300, noise=0.3, seed=0):
    generator = np.random.default_rng(seed)
    difficulty = generator.uniform(size=questions)
    return {
        f"s{number}": difficulty + shift + generator.normal(0, noise, size=questions)
        for number, shift in enumerate(shifts)
    }


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([]) == []
    assert holm([0.6, 0.9]) == [1.0, 1.0]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_holm_lies_between_the_plain_and_the_bonferroni_p_value_and_keeps_the_order(p_values):
    adjusted = holm(p_values)
    for plain, one in zip(p_values, adjusted, strict=True):
        assert plain <= one <= min(1.0, plain * len(p_values)) + 1e-12
    order = np.argsort(p_values, kind="stable")
    assert (np.diff(np.array(adjusted)[order]) >= 0).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_the_step_down_rule_rejects(p_values):
    rejected = set()
    for position, index in enumerate(np.argsort(p_values, kind="stable")):
        if p_values[index] * (len(p_values) - position) > 0.05:
            break
        rejected.add(int(index))
    assert {index for index, one in enumerate(holm(p_values)) if one <= 0.05} == rejected


@pytest.mark.parametrize(
    ("low", "high", "p_value", "margin", "verdict"),
    [
        (0.01, 0.05, 0.01, 0.0, "better"),
        (-0.05, -0.01, 0.05, 0.0, "worse"),
        (0.01, 0.05, 0.06, 0.0, "undecided"),
        (-0.01, 0.01, 0.9, 0.0, "undecided"),
        (-0.01, 0.01, 0.9, 0.02, "equivalent"),
        (-0.03, 0.01, 0.9, 0.02, "undecided"),
        (0.001, 0.01, 0.001, 0.02, "equivalent"),
        (0.001, 0.05, 0.001, 0.02, "better"),
        (0.0, 0.0, 1.0, 0.0, "undecided"),
    ],
)
def test_the_verdict_follows_from_interval_p_value_and_margin(low, high, p_value, margin, verdict):
    assert decide(interval(low, high), p_value, Rule(margin=margin)) == verdict


def test_a_gate_fails_on_a_significant_drop_beyond_the_margin_only():
    rule = Rule(margin=0.02)
    assert dropped(interval(-0.06, -0.01), 0.01, rule)
    assert not dropped(interval(-0.06, -0.01), 0.2, rule)
    assert not dropped(interval(-0.02, -0.001), 0.01, rule)
    assert not dropped(interval(0.01, 0.06), 0.01, rule)


def test_a_family_finds_what_is_there():
    compared = compare_family(settings(0.0, 0.1, -0.1, 0.0), "s0", rule=Rule(resamples=4000))
    assert [one.name for one in compared] == ["s1", "s2", "s3"]
    assert [one.verdict for one in compared] == ["better", "worse", "undecided"]
    for one in compared:
        assert one.wins + one.losses + one.ties == 300
        assert one.difference.low <= one.difference.mean <= one.difference.high
        assert one.p_value <= one.adjusted_p_value


def test_a_family_agrees_with_the_t_test():
    scores = settings(0.0, 0.05, 0.02, 0.0, seed=2)
    for one in compare_family(scores, "s0", rule=Rule(resamples=20_000)):
        expected = stats.ttest_rel(scores[one.name], scores["s0"])
        assert one.p_value == pytest.approx(expected.pvalue, abs=0.015)
        limits = expected.confidence_interval()
        assert one.difference.low == pytest.approx(limits.low, abs=0.004)
        assert one.difference.high == pytest.approx(limits.high, abs=0.004)


def test_equal_settings_are_equivalent_within_any_margin():
    scores = settings(0.0)
    (same,) = compare_family(scores | {"copy": scores["s0"]}, "s0", rule=Rule(margin=1e-6))
    assert (same.verdict, same.ties, same.p_value) == ("equivalent", 300, 1.0)


def test_a_baseline_alone_makes_no_family():
    assert compare_family(settings(0.0), "s0") == []


def test_comparison_refuses_an_unknown_baseline_and_other_questions():
    with pytest.raises(ValueError, match="baseline among s0; found 'x'"):
        compare_family(settings(0.0), "x")
    with pytest.raises(ValueError, match="same questions"):
        compare_family({"a": [1.0, 2.0], "b": [1.0]}, "a")
    with pytest.raises(ValueError, match="NaN"):
        compare_family({"a": [1.0, 2.0], "b": [1.0, np.nan]}, "a")


@pytest.mark.parametrize("wrong", [{"alpha": 0.0}, {"alpha": 1.0}, {"margin": -0.1}])
def test_a_rule_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="wanted"):
        Rule(**wrong)


FAMILIES, CELLS, QUESTIONS = 1000, 24, 100


@pytest.mark.parametrize("kind", ["nDCG-like", "hits", "clustered"])
def test_a_false_better_appears_in_at_most_five_of_a_hundred_families(kind):
    generator = np.random.default_rng(12)
    scores = no_true_effect(generator, kind)
    # Families share the draws of signs, which leaves the level of each as it is.
    differences = (scores[:, :, 1:] - scores[:, :, :1]).transpose(1, 0, 2).reshape(QUESTIONS, -1)
    clusters = [number // 5 for number in range(QUESTIONS)] if kind == "clustered" else None
    tests = sign_flip_test(differences, clusters=clusters, resamples=1999, seed=1)
    p_values = np.array([one.p_value for one in tests]).reshape(FAMILIES, CELLS)
    means = differences.mean(axis=0).reshape(FAMILIES, CELLS)
    significant = np.array([holm(family.tolist()) for family in p_values]) <= 0.05
    assert (significant & (means > 0)).any(axis=1).mean() <= 0.05
    # Not by never finding anything: either sign together comes near the declared level.
    assert significant.any(axis=1).mean() > 0.005


def no_true_effect(generator, kind):
    """Scores of shape (families, questions, 1 + cells), exchangeable between the cells."""
    shape = (FAMILIES, QUESTIONS, CELLS + 1)
    difficulty = generator.uniform(size=(FAMILIES, QUESTIONS, 1)).astype(np.float32)
    noise = generator.standard_normal(shape, dtype=np.float32)
    if kind == "hits":
        return (difficulty + 0.3 * noise > 0.5).astype(np.float32)
    if kind == "clustered":
        shared = generator.standard_normal((FAMILIES, QUESTIONS // 5, CELLS + 1), dtype=np.float32)
        noise = noise + np.repeat(shared, 5, axis=1)
    return np.clip(difficulty + 0.3 * noise, 0, 1)


def test_the_cheapest_setting_within_the_margin_of_the_best_is_recommended():
    scores = settings(0.0, 0.1, 0.095, noise=0.05)
    costs = {"s0": 1.0, "s1": 9.0, "s2": 3.0}
    assert cheapest_not_worse(scores, costs, rule=Rule(margin=0.02)) == "s2"
    assert cheapest_not_worse(scores, costs, rule=Rule(margin=0.3)) == "s0"
    assert cheapest_not_worse(scores, costs | {"s1": 2.0}, rule=Rule(margin=0.02)) == "s1"


def test_without_a_margin_only_what_is_significantly_worse_is_ruled_out():
    scores = settings(0.0, 0.1, 0.1, noise=0.1)
    assert cheapest_not_worse(scores, {"s0": 1.0, "s1": 3.0, "s2": 2.0}) == "s2"


def test_a_recommendation_wants_every_cost():
    with pytest.raises(ValueError, match="cost of every setting"):
        cheapest_not_worse(settings(0.0, 0.1), {"s0": 1.0})


def test_differences_are_setting_minus_baseline():
    table = paired_differences([[1.0, 2.0], [0.0, 0.0]], [0.5, 0.5])
    assert table.tolist() == [[0.5, -0.5], [1.5, -0.5]]
