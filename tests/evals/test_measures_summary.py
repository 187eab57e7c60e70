"""Summaries leave out what was not scored, and say so; knows no measure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.measures.summary import summarise, summarise_by


@given(st.lists(st.floats(0, 1), min_size=1))
def test_mean_and_spread_are_numpy_s(scores):
    summary = summarise(scores)
    assert summary.mean == pytest.approx(np.mean(scores))
    assert summary.sd == pytest.approx(np.std(scores), abs=1e-9)


def test_unscored_questions_lower_coverage_and_not_the_mean():
    summary = summarise([1.0, None, 0.5, None])
    assert (summary.mean, summary.scored, summary.questions) == (0.75, 2, 4)
    assert summary.coverage == 0.5


@pytest.mark.parametrize("scores", [[], [None]])
def test_nothing_scored_has_no_mean(scores):
    summary = summarise(scores)
    assert (summary.mean, summary.sd, summary.coverage) == (None, None, 0.0)


def test_a_question_counts_in_each_of_its_groups():
    groups = summarise_by([1.0, 0.0, None], [("en", "table"), ("zh", "table"), ("en",)])
    assert list(groups) == ["en", "table", "zh"]
    assert (groups["en"].mean, groups["table"].mean, groups["zh"].mean) == (1.0, 0.5, 0.0)
    assert groups["en"].coverage == 0.5
