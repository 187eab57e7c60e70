from collections.abc import Mapping

import numpy as np
import pytest

from evals.analysis import (
    chances_of_best,
    choose_clusters,
    compare,
    detectable,
    hold_out,
    recommend,
)
from evals.results import AskedQuestion, Scores
from evals.score_tables import Table, estimate, make_table
from evals.spec import Statistics

QUICK = Statistics(resamples=2000)
COUNT = 60


def scores(*, gain: float = 0.0, seed: int = 0) -> dict[str, float | None]:
    random = np.random.default_rng(seed)
    base = np.random.default_rng(99).uniform(0.2, 0.6, COUNT)
    noise = random.normal(gain, 0.05, COUNT)
    return {f"q{row}": float(value) for row, value in enumerate(np.clip(base + noise, 0, 1))}


def table(**cells: Mapping[str, float | None]) -> Table:
    found = make_table(cells, "base", None)
    assert found is not None
    return found


def test_verdicts_follow_the_differences() -> None:
    found = table(base=scores(), up=scores(gain=0.2, seed=1), down=scores(gain=-0.2, seed=2))
    verdicts = {one.cell: one.verdict for one in compare(found, "m", "base", QUICK)}
    assert verdicts == {"up": "better", "down": "worse"}
    same = table(base=scores(), same=scores(seed=3))
    wide = Statistics(resamples=2000, margin=0.1)
    assert compare(same, "m", "base", wide)[0].verdict == "equivalent"


def test_intervals_hold_their_means_and_chances_sum_to_one() -> None:
    cells = {"base": scores(), "up": scores(gain=0.2, seed=1)}
    found = table(**cells)
    for one in estimate(cells, None, QUICK).values():
        assert one.low < one.mean < one.high
        assert one.scored == COUNT
    chances = chances_of_best(found, QUICK)
    assert chances["up"] > 0.99
    assert sum(chances.values()) == pytest.approx(1.0)


def test_a_cell_without_the_scores_of_the_baseline_is_left_out_not_counted_as_zero() -> None:
    base: Scores = {"a": 0.5, "b": None, "c": 1.0}
    found = make_table({"base": base, "rival": {"a": None, "b": None, "c": None}}, "base", None)
    assert found is not None
    assert found.names == ("base",)
    assert found.question_ids == ("a", "c")
    assert make_table({"base": {"a": None}}, "base", None) is None


def test_the_cheapest_cell_that_is_not_worse_is_recommended_with_a_held_out_score() -> None:
    found = table(base=scores(gain=0.2, seed=1), cheap=scores(gain=0.2, seed=2), bad=scores())
    statistics = Statistics(resamples=2000, margin=0.05)
    costs = {"base": 900.0, "cheap": 300.0, "bad": 100.0}
    overrides = {name: {"retrieval.k": len(name)} for name in costs}
    advice = recommend(found, costs, overrides, statistics)
    assert advice is not None
    assert advice.cell == "cheap"
    assert advice.overrides == {"retrieval.k": 5}
    assert "300" in advice.why
    assert advice.held_out is not None
    assert advice.held_out_score == advice.held_out.mean
    assert sum(advice.held_out.picks.values()) == 5


def test_a_winner_by_luck_scores_less_on_questions_that_did_not_choose_it() -> None:
    random = np.random.default_rng(5)
    cells = {
        f"c{n}": {f"q{row}": float(v) for row, v in enumerate(random.uniform(0, 1, 20))}
        for n in range(40)
    }
    found = make_table(cells, "c0", None)
    assert found is not None
    held = hold_out(found.scores, found, QUICK)
    assert held is not None
    assert held.mean < held.picking_score - 0.05
    assert held.low <= held.mean <= held.high


def test_rivals_are_never_recommended() -> None:
    found = table(base=scores(), rival=scores(gain=0.4, seed=1))
    advice = recommend(found, {"base": 1.0}, {"base": {}}, QUICK)
    assert advice is not None
    assert advice.cell == "base"
    assert "only" in advice.why
    assert advice.held_out is None  # nothing was chosen


def test_more_questions_show_smaller_differences() -> None:
    few = {f"q{row}": value for row, value in enumerate(list(scores(seed=1).values())[:15])}
    base = {key: value for key, value in scores().items() if key in few}
    small = detectable(table(base=base, other=few), "base", QUICK)
    large = detectable(table(base=scores(), other=scores(seed=1)), "base", QUICK)
    assert small is not None
    assert large is not None
    assert large < small


def test_documents_are_the_unit_only_where_there_are_enough_of_them() -> None:
    many = [AskedQuestion(f"q{n}", "", "", cluster=f"d{n % 25}") for n in range(50)]
    few = [AskedQuestion(f"q{n}", "", "", cluster=f"d{n % 5}") for n in range(50)]
    grouped = choose_clusters(many, "auto")
    assert grouped is not None
    assert len(set(grouped.values())) == 25
    assert choose_clusters(few, "auto") is None
    assert choose_clusters(few, "documents") is not None
    assert choose_clusters(many, "none") is None


def test_cells_are_compared_on_shared_questions_and_estimated_on_their_own() -> None:
    whole, partly = scores(), dict(scores(gain=0.2, seed=1))
    failed = ["q0", "q7", "q8"]
    partly |= dict.fromkeys(failed)
    hardly: Scores = {key: 1.0 if key == "q3" else None for key in whole}
    cells: dict[str, Scores] = {"base": whole, "partly": partly, "hardly": hardly}
    found = make_table(cells, "base", None)
    assert found is not None
    assert found.names == ("base", "partly")
    assert found.question_ids == tuple(key for key in whole if key not in failed)
    estimates = estimate(cells, None, QUICK)
    assert {name: one.scored for name, one in estimates.items()} == {
        "base": COUNT, "partly": COUNT - 3, "hardly": 1
    }  # fmt: skip
    assert estimates["base"] == estimate({"base": whole}, None, QUICK)["base"]


def test_one_question_gives_a_mean_and_claims_nothing() -> None:
    cells: dict[str, Scores] = {"base": {"q": 1.0}, "other": {"q": 0.0}}
    found = table(**cells)
    assert estimate(cells, None, QUICK)["base"].mean == 1.0
    assert compare(found, "m", "base", QUICK) == []
    assert recommend(found, {"base": 1.0, "other": 2.0}, {"base": {}, "other": {}}, QUICK) is None


def test_cells_that_never_differ_say_nothing_of_what_could_be_shown() -> None:
    assert detectable(table(base=scores(), same=scores()), "base", QUICK) is None
