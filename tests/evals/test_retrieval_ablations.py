"""Variants of the hybrid on a tiny set, scored by query."""

from dataclasses import replace

import numpy as np
import pytest

from evals.ablation_variants import (
    BASELINE,
    Sentences,
    late_variants,
    passage_variants,
    simulated_variants,
    variants,
)
from evals.ablation_words import WordIndex, WordOptions, numbers_twice, plain, plain_weights
from evals.datasets.beir import BeirDocument, BeirSet
from evals.fusion_table import Collection, Vectors, search_legs
from evals.retrieval_ablations import MOST_QUESTIONS, lines, scores, thinned
from tests.evals.test_fusion_table import TINY

BLIND = Vectors(
    np.array([[0.6, 0.8], [0.7, 0.71], [1, 0]], dtype=np.float32),
    np.array([[1, 0], [1, 0], [1, 0]], dtype=np.float32),
)
COMPARED = variants(Collection(TINY.documents, BLIND.documents))


def test_every_variant_scores_every_judged_query() -> None:
    found = scores(TINY, BLIND, lambda _: 0.0, COMPARED)
    assert found.keys() == COMPARED.keys()
    assert {len(own) for own in found.values()} == {2}
    assert found[BASELINE] == [1, 1]
    assert found["words alone"] == [1, 1]
    assert max(found["meanings alone"]) < 1


def test_a_document_ranks_as_its_best_passage() -> None:
    passages = tuple(replace(one, id=f"{one.id}#0") for one in TINY.documents)
    compared = variants(Collection(passages, BLIND.documents)) | passage_variants()
    found = scores(replace(TINY, documents=passages), BLIND, lambda _: 0.0, compared)
    assert found[BASELINE] == [1, 1]
    assert found["neighbours' evidence"] == [1, 1]


def test_a_blind_models_best_sentence_and_a_simulated_model_are_told_apart() -> None:
    sentences = Sentences(np.array([[1, 0], [0, 1]], dtype=np.float32), np.array([0, 1]))
    compared = late_variants() | simulated_variants()
    found = scores(TINY, BLIND, lambda _: 0.0, compared, sentences)
    assert found["best sentence's meaning"] == [1, 1]
    assert found["simulated model, hybrid"] == [1, 1]
    assert sentences.best(BLIND.queries[0], 3).tolist() == [1, 0, -1]


def test_questions_are_thinned_evenly() -> None:
    count = 2 * MOST_QUESTIONS + 1
    many = BeirSet("many", TINY.documents, {f"q{n}": "pump" for n in range(count)}, {})
    vectors = Vectors(BLIND.documents, np.arange(2 * count, dtype=np.float32).reshape(-1, 2))
    few, kept = thinned(many, vectors)
    assert list(few.queries)[:3] == ["q0", "q3", "q6"]
    assert len(few.queries) <= MOST_QUESTIONS
    assert np.array_equal(kept.queries, vectors.queries[::3])


def test_words_in_memory_score_as_the_products_index() -> None:
    index = WordIndex(TINY.documents, WordOptions())
    for _, legs in search_legs(TINY, BLIND):
        found = index.search(legs.text, 10)
        assert [hit.id for hit in found] == [hit.id for hit in legs.lexical]
        for own, product in zip(found, legs.lexical, strict=True):
            assert own.score == pytest.approx(product.score, rel=0.03)


def test_options_change_what_is_found() -> None:
    documents = [
        BeirDocument("a", "", "open clinical trial of 12 pumps"),
        BeirDocument("b", "trial", "clinical notes and an open question"),
    ]

    def best(question: str, options: WordOptions) -> str:
        return WordIndex(documents, options).search(question, 1)[0].id

    assert best("clinical trial", WordOptions(headings=3.0)) == "b"
    assert best("clinical trial", WordOptions(headings=0.0, pairs=1.0)) == "a"
    assert best("pumps", WordOptions(tokens=plain, weights=plain_weights)) == "a"
    assert (
        WordIndex(documents, WordOptions(tokens=plain, weights=plain_weights)).search("pump", 1)
        == []
    )
    assert numbers_twice("12 pumps") == {"12": 2, "pump": 1}


def test_a_line_says_how_far_a_variant_is_from_the_baseline() -> None:
    table = lines({BASELINE: [1.0] * 12, "worse": [0.5] * 12})
    assert table[0].split() == [BASELINE, "1.0000"]
    assert table[1].split()[:3] == ["worse", "0.5000", "-0.5000"]
    assert table[1].endswith("worse")
