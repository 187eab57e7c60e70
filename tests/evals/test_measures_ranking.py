"""Ranking measures are trec_eval's; knows nothing of retrieval."""

import random

import ir_measures
import numpy as np
import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from evals.measures.ranking import (
    Measure,
    average_precision,
    exclude_self,
    judge,
    max_p,
    ndcg,
    precision,
    rank,
    recall,
    reciprocal_rank,
    score_rankings,
    success,
)

CUTS = (1, 3, 5, 10, 100)
DOCUMENTS = [f"d{number}" for number in range(40)]


def random_run(generator):
    """One question: many ties, scores that float32 cannot tell apart, negative grades."""
    hits = []
    for document in generator.sample(DOCUMENTS, generator.randint(0, 40)):
        score = generator.choice([0.0, 0.5, 1.0, 0.5 + 1e-12, -3.0, 16_777_217.0, 16_777_216.0])
        hits.append((document, score))
    judged = generator.sample(DOCUMENTS, generator.randint(1, 20))
    return hits, {document: generator.choice([-1, 0, 0, 1, 1, 2, 3, 7]) for document in judged}


def strictly_decreasing(ranking):
    """Scores that say our order to trec_eval, which keeps only float32 and breaks ties its way."""
    return {document: float(-position) for position, document in enumerate(ranking)}


def test_measures_equal_pytrec_eval_on_thousands_of_tie_heavy_runs():
    generator = random.Random(7)
    runs = [random_run(generator) for _ in range(3000)]
    qrels = {str(number): grades for number, (_, grades) in enumerate(runs)}
    rankings = {str(number): rank(hits) for number, (hits, _) in enumerate(runs)}
    cuts = ",".join(map(str, CUTS))
    names = {f"{name}.{cuts}" for name in ("ndcg_cut", "map_cut", "P", "recall", "success")}
    oracle = pytrec_eval.RelevanceEvaluator(qrels, names | {"recip_rank", "map", "ndcg"})
    expected = oracle.evaluate({key: strictly_decreasing(one) for key, one in rankings.items()})
    compared = 0
    for key, ranking in rankings.items():
        if key not in expected or not any(grade > 0 for grade in qrels[key].values()):
            continue
        judged = judge(ranking, qrels[key])
        ours = {"recip_rank": reciprocal_rank(judged)}
        ours |= {"map": average_precision(judged), "ndcg": ndcg(judged)}
        for k in CUTS:
            ours[f"ndcg_cut_{k}"] = ndcg(judged, k)
            ours[f"map_cut_{k}"] = average_precision(judged, k)
            ours[f"P_{k}"] = precision(judged, k)
            ours[f"recall_{k}"] = recall(judged, k)
            ours[f"success_{k}"] = success(judged, k)
        for name, value in ours.items():
            assert value == pytest.approx(expected[key][name], abs=1e-9), (key, name)
        compared += 1
    assert compared > 2500


def test_means_equal_ir_measures_with_questions_missing_from_the_run():
    generator = random.Random(11)
    runs = {str(number): random_run(generator) for number in range(400)}
    qrels = {key: grades for key, (_, grades) in runs.items()}
    qrels = {key: grades for key, grades in qrels.items() if max(grades.values()) > 0}
    rankings = {key: rank(runs[key][0]) for key in list(qrels)[::2]}
    names = ["nDCG@10", "RR", "RR@5", "AP", "AP@100", "R@10", "P@5", "Success@3"]
    scores = score_rankings(rankings, qrels, [Measure.parse(name) for name in names])
    expected = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in names],
        qrels,
        {key: strictly_decreasing(one) for key, one in rankings.items()},
    )
    for measure, value in expected.items():
        ours = float(np.mean(scores.values[Measure.parse(str(measure))]))
        assert ours == pytest.approx(value, abs=1e-9), measure
    assert set(scores.missing) == set(qrels) - set(rankings)
    assert set(scores.question_ids) == set(qrels)


def test_ndcg_by_hand():
    judged = judge(["x", "b", "a"], {"a": 3, "b": 1, "c": 2, "x": 0})
    # (1 / log2(3) + 3 / log2(4)) / (3 / log2(2) + 2 / log2(3) + 1 / log2(4))
    assert ndcg(judged, 10) == pytest.approx((0.6309297536 + 1.5) / (3 + 1.2618595071 + 0.5))


def test_ranking_breaks_ties_by_id_and_keeps_the_best_of_duplicates():
    hits = [("b", 1.0), ("a", 1.0), ("c", 0.2), ("c", 2.0), ("d", 1.0 + 1e-12)]
    assert rank(hits) == ["c", "d", "a", "b"]


def test_ranking_refuses_a_score_that_is_not_a_number():
    with pytest.raises(ValueError, match="'a', found NaN"):
        rank([("a", float("nan"))])


def test_duplicates_are_dropped_before_the_cut():
    judged = judge(["x", "x", "a", "a"], {"a": 1, "b": 1})
    assert success(judged, 2) == 1.0
    assert recall(judged, 10) == 0.5
    assert average_precision(judged) == 0.25


def test_a_document_scores_as_its_best_passage():
    hits = [("a#1", 0.2), ("b#1", 0.5), ("a#2", 0.9)]
    assert rank(max_p(hits, lambda passage: passage.split("#")[0])) == ["a", "b"]


def test_the_question_itself_is_left_out():
    assert exclude_self("q", ["a", "q", "b"]) == ["a", "b"]


def test_precision_divides_by_k_however_few_documents_came():
    assert precision(judge(["a"], {"a": 1}), 10) == 0.1


def test_questions_without_positives_are_left_out_and_counted_and_missing_ones_count_zero():
    qrels = {"1": {"a": 1}, "2": {"a": 0}, "3": {"a": 1}, "4": {}}
    measure = Measure("nDCG", 10)
    scores = score_rankings({"1": ["a"], "2": ["a"], "9": ["a"]}, qrels, [measure])
    assert scores.question_ids == ("1", "3")
    assert scores.values[measure].tolist() == [1.0, 0.0]
    assert scores.without_positives == ("2", "4")
    assert scores.missing == ("3",)


@pytest.mark.parametrize("text", ["nDCG@10", "RR", "AP@100", "Success@1"])
def test_a_measure_is_read_and_written_alike(text):
    assert str(Measure.parse(text)) == text


@pytest.mark.parametrize("text", ["ndcg@10", "nDCG@0", "Recall@5", "P", "R", "", "nDCG@10@5"])
def test_an_unknown_measure_is_refused_by_name(text):
    with pytest.raises(ValueError, match="wanted"):
        Measure.parse(text)


grades = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(-1, 4), min_size=1)


@given(st.lists(st.sampled_from(DOCUMENTS)), grades, st.sampled_from(CUTS))
def test_every_score_is_between_zero_and_one_and_never_falls_with_a_perfect_order(
    ranking, grade, k
):
    perfect = judge(sorted(grade, key=lambda document: -grade[document]), grade)
    for name in ("nDCG", "RR", "AP", "R", "P", "Success"):
        measure = Measure(name, k)
        score = measure.score(judge(ranking, grade))
        assert 0.0 <= score <= 1.0 + 1e-12
        assert score <= measure.score(perfect) + 1e-12
