"""The gate: it fails on a significant drop beyond the margin, and closed on other ground."""

from dataclasses import replace

import numpy as np
import pytest

from evals.definitions import definitions_of
from evals.gate import check_results, open_gate
from evals.results import write_result
from evals.spec import Gate
from evals.statistics.comparison import Rule
from rag.errors import BenchError
from tests.evals.report_results import PRIMARY, bench_result, with_scores

RULE = Rule(margin=0.02, resamples=2_000)


@pytest.fixture(scope="module")
def baseline():
    return replace(bench_result(), definitions=definitions_of((PRIMARY, "R@5")))


def moved(result, cell: str, by: float, *, noise: float = 0.0):
    generator = np.random.default_rng(5)
    scores = result.cell(cell).per_question[PRIMARY]
    changed = {key: float(score + by + noise * generator.normal()) for key, score in scores.items()}
    return with_scores(result, cell, changed)


def test_the_same_result_passes(baseline):
    report = check_results(baseline, baseline, rule=RULE)
    assert report.is_open
    assert report.describe().startswith("passed: none of 19 cells dropped")


def test_a_significant_drop_beyond_the_margin_fails_and_is_named_on_one_line(baseline):
    name = baseline.cells[4].name
    report = check_results(baseline, moved(baseline, name, -0.1, noise=0.1), rule=RULE)
    assert not report.is_open
    assert [pair.first for pair in report.drops] == [name]
    assert report.describe().startswith(f"failed: {name} fell from")
    assert "\n" not in report.describe()
    assert report.to_dict()["dropped"] == [name]


def test_a_drop_within_the_margin_passes_however_sure_it_is(baseline):
    assert check_results(
        baseline, moved(baseline, baseline.cells[4].name, -0.015), rule=RULE
    ).is_open


def test_a_sure_drop_whose_mean_is_within_the_margin_passes(baseline):
    """Its interval reaches beyond the margin: worse as a verdict, but not enough to stop work."""
    name = baseline.cells[4].name
    scores = baseline.cell(name).per_question[PRIMARY]
    changed = {
        key: score + (0.01 if row % 2 else -0.04) for row, (key, score) in enumerate(scores.items())
    }
    report = check_results(baseline, with_scores(baseline, name, changed), rule=RULE)
    found = {pair.first: pair.compared.verdict for pair in report.comparison.pairs}
    assert found[name] == "worse"
    assert report.is_open


def test_a_drop_that_may_be_chance_passes(baseline):
    noisy = moved(baseline, baseline.cells[4].name, -0.03, noise=0.5)
    assert check_results(baseline, noisy, rule=RULE).is_open


def test_a_rise_passes(baseline):
    assert check_results(baseline, moved(baseline, baseline.cells[4].name, 0.2), rule=RULE).is_open


def test_only_the_named_cells_are_held(baseline):
    current = moved(baseline, baseline.cells[4].name, -0.3)
    assert check_results(baseline, current, cells=[baseline.cells[0].name], rule=RULE).is_open


def test_a_missing_cell_fails_closed_and_a_new_one_is_no_matter(baseline):
    fewer = replace(baseline, cells=baseline.cells[1:])
    with pytest.raises(BenchError, match="no cell is called"):
        check_results(baseline, fewer, rule=RULE)
    assert check_results(fewer, baseline, rule=RULE).is_open


def test_other_questions_fail_closed(baseline):
    with pytest.raises(BenchError, match="wanted the baseline's 60 questions"):
        check_results(baseline, replace(baseline, questions=baseline.questions[1:]), rule=RULE)


def test_a_question_that_lost_its_score_fails_closed(baseline):
    """Left out of the comparison, the hardest questions could vanish without a trace."""
    name = baseline.cells[0].name
    scores = {**baseline.cell(name).per_question[PRIMARY], "q007": None}
    with pytest.raises(BenchError, match=f"of {name} for the baseline's 60 questions"):
        check_results(baseline, with_scores(baseline, name, scores), rule=RULE)


def test_other_data_and_definitions_fail_closed(baseline):
    other = replace(baseline, dataset=replace(baseline.dataset, digest="cd" * 32))
    with pytest.raises(BenchError, match="same data"):
        check_results(baseline, other, rule=RULE)
    with pytest.raises(BenchError, match="same definition"):
        check_results(baseline, replace(baseline, definitions={PRIMARY: "0"}), rule=RULE)
    with pytest.raises(BenchError, match="same definition"):
        check_results(replace(baseline, definitions={}), baseline, rule=RULE)


def test_a_spec_holds_every_measure_it_names_each_at_its_share_of_alpha(baseline, tmp_path):
    write_result(baseline, tmp_path / "held.json")
    held = str(tmp_path / "held.json")
    dropped = moved(baseline, baseline.cells[4].name, -0.1, noise=0.1)
    one, both = Gate(held), Gate(held, measures=("R@5", PRIMARY))
    (report,) = open_gate(one, dropped)
    assert not report.is_open
    assert report.comparison.rule.alpha == 0.05
    assert [found.is_open for found in open_gate(both, dropped)] == [True, False]
    assert {found.comparison.rule.alpha for found in open_gate(both, dropped)} == {0.025}
    assert all(found.is_open for found in open_gate(both, baseline))


def test_margin_alpha_and_cells_of_a_gate_go_before_the_baselines(baseline, tmp_path):
    write_result(baseline, tmp_path / "held.json")
    held = str(tmp_path / "held.json")
    name = baseline.cells[4].name
    dropped = moved(baseline, name, -0.1, noise=0.1)
    (wide,) = open_gate(Gate(held, margin=0.3), dropped)
    assert wide.is_open
    (other,) = open_gate(Gate(held, cells=(baseline.cells[0].name,)), dropped)
    assert other.is_open
    (strict,) = open_gate(Gate(held, alpha=0.01, cells=(name,)), dropped)
    assert (strict.comparison.rule.alpha, strict.is_open) == (0.01, False)


def test_a_gate_without_a_baseline_fails_closed(baseline, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    for name in ("absent.json", "other.json"):
        with pytest.raises(BenchError, match=r"the gate has no baseline: .*put the results\.json"):
            open_gate(Gate(str(tmp_path / name)), baseline)
