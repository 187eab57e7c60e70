"""Variants of the hybrid on a tiny set, scored by query."""

import numpy as np

from evals.fusion_table import Vectors
from evals.retrieval_ablations import BASELINE, lines, scores, variants
from tests.evals.test_fusion_table import TINY

BLIND = Vectors(
    np.array([[0.6, 0.8], [0.7, 0.71], [1, 0]], dtype=np.float32),
    np.array([[1, 0], [1, 0], [1, 0]], dtype=np.float32),
)


def test_every_variant_scores_every_judged_query() -> None:
    found = scores(TINY, BLIND, lambda _: 0.0)
    assert found.keys() == variants().keys()
    assert found[BASELINE] == [1, 1]
    assert found["words alone"] == [1, 1]
    assert max(found["meanings alone"]) < 1


def test_a_line_says_how_far_a_variant_is_from_the_baseline() -> None:
    table = lines({BASELINE: [1.0] * 12, "worse": [0.5] * 12})
    assert table[0].split() == [BASELINE, "1.0000"]
    assert table[1].split()[:3] == ["worse", "0.5000", "-0.5000"]
    assert table[1].endswith("worse")
