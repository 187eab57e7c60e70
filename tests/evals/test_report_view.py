"""What reports read off a result: ranks, fronts, axes, groups, and the cases behind a score."""

from dataclasses import replace

import pytest

from evals.report.cases import case_data
from evals.report.view import (
    axis_pairs,
    best_by_pair,
    cost_of,
    grid_axes,
    group_scores,
    loss_counts,
    pareto_front,
    sentence,
    standings,
)
from evals.results import AskedQuestion, RankedPassage
from tests.evals.report_results import PRIMARY, bench_result, document_texts


@pytest.fixture(scope="module")
def result():
    return bench_result()


def test_the_leaderboard_is_by_the_primary_measure_with_its_verdicts(result):
    rows = standings(result)
    means = [row.estimate.mean for row in rows]
    assert means == sorted(means, reverse=True)
    assert [row.rank for row in rows] == list(range(1, 20))
    assert [row.cell.name for row in rows if row.is_recommended] == [result.recommendation.cell]
    assert next(row.verdict for row in rows if row.is_baseline) == "baseline"
    assert "better" in {row.verdict for row in rows}


def test_a_cell_without_a_score_comes_last(result):
    cells = (replace(result.cells[3], estimates={}), *result.cells[:3])
    rows = standings(replace(result, cells=cells))
    assert rows[-1].cell.name == result.cells[3].name
    assert rows[-1].estimate is None


def test_the_front_holds_what_is_neither_dearer_nor_worse_than_another():
    costs = {"a": 1, "b": 2, "c": 2, "d": 3, "e": 3, "f": 9}
    scores = {"a": 0.5, "b": 0.4, "c": 0.7, "d": 0.7, "e": 0.8, "f": 0.8}
    assert pareto_front(costs, scores) == ["a", "c", "e"]


def test_of_level_cells_the_front_holds_the_first_by_name():
    assert pareto_front({"b": 1, "a": 1}, {"b": 0.5, "a": 0.5}) == ["a"]


def test_costs_are_found_in_either_place_and_may_be_missing(result):
    assert cost_of(result.cells[0], "context_tokens_mean") == 320
    assert cost_of(result.cells[0], "latency_ms_p50") > 0
    assert cost_of(result.cells[0], "disk_bytes") is None
    assert cost_of(replace(result.cells[0], cost={"x": float("nan")}), "x") is None


def test_axes_are_the_settings_that_vary_with_numbers_by_size(result):
    axes = {axis.key: axis.values for axis in grid_axes(result)}
    assert axes["splitter.max_tokens"] == ("64", "128", "256")
    assert axes["retrieval.mode"] == ("dense", "hybrid", "lexical")
    assert "k1" not in axes  # a rival's option


def test_unset_comes_first_on_an_axis_then_numbers_then_words(result):
    cells = tuple(
        replace(cell, overrides={"retrieval.mmr_lambda": value})
        for cell, value in zip(result.cells, [None, 0.7, False, None, 0.3], strict=False)
    )
    (axis,) = grid_axes(replace(result, cells=cells))
    assert axis.values == ("none", "0.3", "0.7", "false")


def test_a_cell_that_leaves_a_setting_at_its_default_is_in_the_defaults_field(result):
    named = replace(result.cells[-2], overrides={"retrieval.mode": "hybrid"})
    cells = (*result.cells[:2], named)
    told = replace(result, cells=cells, defaults={"splitter.max_tokens": None})
    pairs = best_by_pair(told, "splitter.max_tokens", "retrieval.mode")
    assert pairs["none", "hybrid"] == named.estimates[PRIMARY].mean
    axes = {axis.key: axis.values for axis in grid_axes(told)}
    assert axes["splitter.max_tokens"] == ("none", "64")


def test_a_result_that_tells_no_default_leaves_such_a_cell_out(result):
    """What the default was then, a later version cannot know."""
    named = replace(result.cells[-2], overrides={"retrieval.mode": "hybrid"})
    pairs = best_by_pair(replace(result, cells=(named,)), "splitter.max_tokens", "retrieval.mode")
    assert pairs == {}


def test_pairs_of_settings_whose_fields_are_filled_best_come_first(result):
    odd = replace(result.cells[0], overrides={"retrieval.mode": "sparse"})
    told = replace(
        result,
        cells=(odd, *result.cells),
        defaults={"splitter.max_tokens": None, "splitter.overlap_tokens": 0},
    )
    *fuller, last = axis_pairs(told)
    assert all("splitter.overlap_tokens" in {axis.key for axis in pair} for pair in fuller)
    assert {axis.key for axis in last} == {"retrieval.mode", "splitter.max_tokens"}


def test_a_heat_map_field_is_the_best_cell_of_its_pair(result):
    best = best_by_pair(result, "splitter.max_tokens", "retrieval.mode")
    wanted = max(
        cell.estimates[PRIMARY].mean
        for cell in result.cells
        if cell.name.startswith("size=64,mode=dense")
    )
    assert best["64", "dense"] == wanted
    assert len(axis_pairs(result)) == 3


def test_one_axis_makes_no_heat_map():
    assert axis_pairs(bench_result(questions=8, sizes=(64,), modes=("dense",))) == []
    assert len(axis_pairs(bench_result(questions=8, sizes=(64, 128), modes=("dense",)))) == 1


def test_groups_are_languages_and_tags_of_three_questions_at_least(result):
    groups = group_scores(result, result.cells[0])
    assert set(groups) == {"en", "zh", "#single", "#table"}
    assert groups["en"].scored == 30
    assert group_scores(bench_result(questions=2), result.cells[0]) == {}


def test_losses_are_counted_by_stage(result):
    counts = loss_counts(result.cells[0])
    assert sum(counts.values()) == len(result.cells[0].losses)


def test_a_clause_becomes_a_sentence():
    assert sentence("it is cheaper") == "It is cheaper."
    assert sentence("它更便宜。") == "它更便宜。"


def test_cases_hold_what_every_cell_scored_lost_and_found(result):
    data = case_data(result, document_texts())
    assert len(data["scores"]) == len(data["cells"]) == len(result.cells)
    assert all(len(row) == len(result.questions) for row in data["scores"])
    assert data["scores"][0][0] == pytest.approx(result.cells[0].per_question[PRIMARY]["q000"])
    first = result.cells[0].rankings["q000"][0]
    place, _ = data["passages"][data["tops"][0][0][0][0]]
    assert place == f"{first.source}:{first.start_index}-{first.end_index}"
    assert data["cut"] == 0


def test_gold_is_marked_in_its_context_and_in_the_passages_that_hold_a_part(result):
    texts = document_texts()
    source, start, end = result.questions[0].slots[0][0]
    halved = RankedPassage(source, start + 10, end + 300, 0.9)
    cell = replace(result.cells[0], rankings={"q000": [halved]})
    data = case_data(replace(result, cells=(cell,)), texts)
    _, parts = data["questions"][0]["gold"][0]
    assert "".join(text for text, gold in parts if gold) == texts[source][start:end]
    number, holds_gold = data["tops"][0][0][0]
    assert holds_gold == 1
    marked = [text for text, gold in data["passages"][number][1] if gold]
    assert marked == [texts[source][start + 10 : end]]


def test_alternatives_that_overlap_are_marked_as_one(result):
    slots = ((("docs/0.md", 10, 30), ("docs/0.md", 20, 45)), (("docs/0.md", 60, 70),))
    question = replace(result.questions[0], slots=slots)
    cell = replace(result.cells[0], rankings={"q000": [RankedPassage("docs/0.md", 0, 100, 0.9)]})
    data = case_data(replace(result, cells=(cell,), questions=(question,)), document_texts())
    text = document_texts()["docs/0.md"]
    marked = [words for words, gold in data["passages"][0][1] if gold]
    assert marked == [text[10:45], text[60:70]]
    assert "".join(words for words, _ in data["passages"][0][1]).rstrip("…") == text[:100]


def test_a_passage_is_marked_only_for_the_question_whose_gold_it_holds(result):
    source, start, end = result.questions[0].slots[0][0]
    place = RankedPassage(source, start, end + 5, 0.9)
    cell = replace(result.cells[0], rankings={"q000": [place], "q001": [place]})
    data = case_data(replace(result, cells=(cell,)), document_texts())
    (first, holds), (second, holds_not) = data["tops"][0][0][0], data["tops"][0][1][0]
    assert (holds, holds_not) == (1, 0)
    assert first != second


def test_sets_judged_by_documents_show_the_relevant_ones(result):
    question = AskedQuestion("q000", "?", "?", graded={"docs/3.md": 2, "docs/0.md": 0})
    places = [RankedPassage("docs/0.md", 0, 9, 0.9), RankedPassage("docs/3.md", 0, 9, 0.8)]
    cell = replace(result.cells[0], rankings={"q000": places})
    data = case_data(replace(result, cells=(cell,), questions=(question,)), document_texts())
    assert [label for label, _ in data["questions"][0]["gold"]] == ["docs/3.md"]
    assert [gold for _, gold in data["tops"][0][0]] == [0, 1]


def test_without_the_documents_places_are_shown_without_words(result):
    data = case_data(result, {})
    assert all(parts == [] for _, parts in data["passages"])
    assert data["questions"][0]["gold"][0][1] == []


def test_a_page_too_large_leaves_out_words_and_says_so(result, monkeypatch):
    monkeypatch.setattr("evals.report.cases._MOST_CHARACTERS", 2_000)
    data = case_data(result, document_texts())
    assert data["cut"] == 1
    words = sum(len(text) for _, parts in data["passages"] for text, _ in parts)
    assert words < 4_000
