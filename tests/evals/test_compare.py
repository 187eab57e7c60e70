"""Two results side by side: paired on shared questions, refused on other ground."""

from dataclasses import replace

import numpy as np
import pytest

from evals.compare import compare_results
from evals.definitions import definitions_of
from evals.statistics.comparison import Rule, holm
from evals.statistics.sign_flip import sign_flip_test
from rag.errors import BenchError
from tests.evals.report_results import PRIMARY, bench_result, with_scores

RULE = Rule(resamples=2_000)


@pytest.fixture(scope="module")
def result():
    return replace(bench_result(), definitions=definitions_of((PRIMARY, "R@5")))


def shifted(result, cell: str, by: float):
    scores = result.cell(cell).per_question[PRIMARY]
    return with_scores(result, cell, {key: score + by for key, score in scores.items()})


def test_a_result_compared_with_itself_has_no_difference(result):
    compared = compare_results(result, result, rule=Rule(margin=0.02, resamples=500))
    assert len(compared.pairs) == len(result.cells)
    assert {pair.compared.verdict for pair in compared.pairs} == {"equivalent"}
    assert compared.questions == len(result.questions)
    assert compared.left_out == 0


def test_the_difference_is_second_minus_first(result):
    name = result.cells[2].name
    compared = compare_results(result, shifted(result, name, 0.1), rule=RULE)
    found = {pair.first: pair.compared for pair in compared.pairs}
    assert found[name].difference.mean == pytest.approx(0.1)
    assert found[name].verdict == "better"
    assert {one.verdict for key, one in found.items() if key != name} == {"undecided"}


def test_named_cells_are_compared_across_the_results(result):
    dense, hybrid = "size=64,mode=dense,overlap=0", "size=64,mode=hybrid,overlap=0"
    compared = compare_results(result, result, pairs=[(dense, hybrid)], rule=RULE)
    (pair,) = compared.pairs
    first, second = (
        np.array(list(result.cell(name).per_question[PRIMARY].values())) for name in (dense, hybrid)
    )
    assert pair.first_mean == pytest.approx(first.mean())
    assert pair.compared.p_value == sign_flip_test(second - first, resamples=2_000)[0].p_value
    assert compared.only_first == ()


def test_p_is_corrected_over_all_compared_cells(result):
    later = bench_result(seed=1)
    later = replace(later, definitions=result.definitions)
    compared = compare_results(result, later, rule=RULE)
    raw = [pair.compared.p_value for pair in compared.pairs]
    assert [pair.compared.adjusted_p_value for pair in compared.pairs] == holm(raw)


def test_questions_without_a_score_in_some_cell_are_left_out_and_counted(result):
    name = result.cells[0].name
    scores = {**result.cell(name).per_question[PRIMARY], "q003": None}
    compared = compare_results(result, with_scores(result, name, scores), rule=RULE)
    assert compared.questions == len(result.questions) - 1
    assert compared.left_out == 1


def test_only_the_questions_of_both_are_compared(result):
    fewer = replace(result, questions=result.questions[:20])
    cells = tuple(
        replace(
            cell,
            per_question={
                key: {one.id: scores[one.id] for one in fewer.questions}
                for key, scores in cell.per_question.items()
            },
        )
        for cell in result.cells
    )
    compared = compare_results(result, replace(fewer, cells=cells), rule=RULE)
    assert (compared.questions, compared.left_out) == (20, 40)


def test_cells_of_one_result_alone_are_named(result):
    compared = compare_results(result, replace(result, cells=result.cells[1:]), rule=RULE)
    assert compared.only_first == (result.cells[0].name,)
    assert compared.only_second == ()


def test_whole_documents_are_resampled_where_the_result_took_them_as_independent(result):
    name = result.cells[0].name
    later = bench_result(seed=3)
    later = replace(later, definitions=result.definitions)
    alone = compare_results(result, later, pairs=[(name, name)], rule=RULE)
    grouped = replace(result, clustering="documents")
    together = compare_results(grouped, later, pairs=[(name, name)], rule=RULE)
    assert alone.pairs[0].compared.p_value != together.pairs[0].compared.p_value
    assert together.pairs[0].compared.exact  # eight documents have 256 sign combinations


def test_other_data_is_refused(result):
    other = replace(result, dataset=replace(result.dataset, digest="cd" * 32))
    with pytest.raises(BenchError, match="same data"):
        compare_results(result, other, rule=RULE)


def test_a_measure_that_one_lacks_is_refused(result):
    with pytest.raises(BenchError, match=r"wanted RR@10 in both"):
        compare_results(result, result, measure="RR@10", rule=RULE)


def test_another_or_unknown_definition_of_the_measure_is_refused(result):
    for definitions in ({PRIMARY: "0000"}, {}):
        with pytest.raises(BenchError, match="same definition"):
            compare_results(result, replace(result, definitions=definitions), rule=RULE)
    with pytest.raises(BenchError, match="same definition"):
        unknown = replace(result, definitions={})
        compare_results(unknown, unknown, rule=RULE)


def test_a_question_may_be_searched_otherwise_but_not_asked_otherwise(result):
    first, *others = result.questions
    searched = (replace(first, query="rewritten"), *others)
    compare_results(result, replace(result, questions=searched), rule=RULE)
    asked = (replace(first, text="another"), *others)
    with pytest.raises(BenchError, match="q000 asked or judged in two ways"):
        compare_results(result, replace(result, questions=asked), rule=RULE)


def test_results_without_a_cell_or_a_question_in_common_are_refused(result):
    renamed = tuple(replace(cell, name=f"new {cell.name}") for cell in result.cells)
    with pytest.raises(BenchError, match="--cells"):
        compare_results(result, replace(result, cells=renamed), rule=RULE)
    empty = dict.fromkeys(result.cells[0].per_question[PRIMARY])
    with pytest.raises(BenchError, match="found none"):
        compare_results(result, with_scores(result, result.cells[0].name, empty), rule=RULE)
    with pytest.raises(BenchError, match="no cell is called 'x'"):
        compare_results(result, result, pairs=[("x", "x")], rule=RULE)


def test_json_has_every_pair(result):
    fields = compare_results(result, result, rule=RULE).to_dict()
    assert fields["measure"] == PRIMARY
    assert len(fields["pairs"]) == len(result.cells)
    assert {"first_mean", "difference", "p_holm", "verdict"} <= set(fields["pairs"][0])


MEASURES = [
    *("nDCG@10", "RR@10", "AP", "R@5", "P@5", "Success@1", "answer-in-context"),
    *("span-recall@5", "span-precision@5", "span-IoU@5", "slot-recall@5", "slot-recall@20t"),
    *("slot-coverage", "omega", "omega-touching"),
]


def test_every_measure_has_a_definition_of_its_own():
    found = definitions_of(MEASURES)
    alike = [name for name in MEASURES if [*found.values()].count(found[name]) > 1]
    assert alike == []
    assert found == definitions_of(MEASURES)
    assert definitions_of(["nDCG@5"])["nDCG@5"] != found["nDCG@10"]


def test_a_change_of_what_a_measure_does_changes_its_definition(monkeypatch):
    before = definitions_of(["nDCG@10", "RR@10", "span-recall@5"])
    monkeypatch.setattr("evals.measures.ranking._discount", lambda position: position + 1.0)
    after = definitions_of(["nDCG@10", "RR@10", "span-recall@5"])
    assert after["nDCG@10"] != before["nDCG@10"]
    assert after["RR@10"] == before["RR@10"]
