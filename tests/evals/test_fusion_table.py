from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from evals.datasets.beir import BeirDocument, BeirSet, load_beir
from evals.datasets.found import data_folder
from evals.fusion_table import Vectors, embed, measure, reciprocal_rank_fusion
from rag.embedding.fingerprint import Fingerprint
from rag.embeddings import SentenceTransformerEmbeddings
from rag.store.hits import Hit

DATA = data_folder()
TINY = BeirSet(
    "tiny",
    (
        BeirDocument("a", "Pump", "guaranteed for two years"),
        BeirDocument("b", "", "filters are cleaned monthly"),
        BeirDocument("c", "", "the office opens at nine"),
    ),
    {"q1": "pump guarantee", "q2": "clean filter", "unjudged": "office"},
    {"q1": {"a": 1}, "q2": {"b": 1}},
)


class Counting:
    """Embeds a text as its length, and counts how often it is asked."""

    fingerprint = Fingerprint("fake", "0", None, 2, "mean", True, "", "", 256, "test")

    def __init__(self) -> None:
        self.asked = 0

    def embed_passages(self, texts, *, progress=None):
        self.asked += len(texts)
        return np.array([[len(text), 1] for text in texts], dtype=np.float32)

    def embed_query(self, text):
        self.asked += 1
        return [float(len(text)), 1.0]


def test_reciprocal_rank_fusion_by_hand():
    dense = [Hit("a", 0.9), Hit("b", 0.8)]
    lexical = [Hit("c", 9.0), Hit("b", 8.0), Hit("a", 1.0)]
    # a: 1/61 + 1/63 = .03227; b: 1/62 + 1/62 = .03226; c: 1/61.
    assert reciprocal_rank_fusion(dense, lexical) == ["a", "b", "c"]


def test_a_set_with_a_blind_model_is_saved_by_its_words():
    blind = np.array([[0.6, 0.8], [0.7, 0.71], [1, 0]], dtype=np.float32)
    queries = np.array([[1, 0], [1, 0], [1, 0]], dtype=np.float32)
    row = measure(TINY, Vectors(blind, queries), lambda _: 0.0)
    assert row.dense < row.lexical == row.hybrid == 1
    assert row.difference == 0


def test_vectors_are_kept_until_model_or_texts_change(tmp_path: Path):
    model = Counting()
    first = embed(TINY, model, tmp_path)
    asked = model.asked
    again = embed(TINY, model, tmp_path)
    assert model.asked == asked
    assert np.array_equal(first.documents, again.documents)
    assert np.array_equal(first.queries, again.queries)
    embed(BeirSet("tiny", TINY.documents[:2], TINY.queries, TINY.qrels), model, tmp_path)
    assert model.asked > asked


def first_queries(beir: BeirSet, count: int) -> BeirSet:
    queries = dict(list(beir.queries.items())[:count])
    return replace(beir, queries=queries, qrels={id_: beir.qrels[id_] for id_ in queries})


@pytest.mark.quality
@pytest.mark.parametrize("name", ["limit_small", "xquad_zh"])  # the others: the command, minutes
def test_the_hybrid_is_never_far_below_the_better_leg(name: str, tmp_path: Path):
    if not (DATA / name).is_dir():
        pytest.skip(f"no {name} under RAG_DATA ({DATA})")
    beir = first_queries(load_beir(DATA / name), 200)
    model = SentenceTransformerEmbeddings(device="cpu")
    row = measure(beir, embed(beir, model, tmp_path), model.unknown_share)
    assert row.difference >= -0.005
