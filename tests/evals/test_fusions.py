from pathlib import Path

import pytest

from evals.fusions import FusionOptions, fuse_legs, read_fusion
from evals.spec import RivalCell
from rag.errors import BenchError
from rag.store.hits import Hit
from tests.evals.benches import run

DENSE = [Hit("a", 0.9), Hit("b", 0.5), Hit("c", 0.1)]
WORDS = [Hit("b", 8.0), Hit("d", 4.0)]


def fused(**options: object) -> list[str]:
    chosen = read_fusion(options)
    weights = (chosen.dense_weight, 1 - chosen.dense_weight)
    return [hit.id for hit in fuse_legs((DENSE, WORDS), weights, chosen)]


def test_reciprocal_ranks_by_hand() -> None:
    hits = fuse_legs((DENSE, WORDS), (0.5, 0.5), FusionOptions())
    scores = {hit.id: hit.score for hit in hits}
    assert scores["b"] == pytest.approx(0.5 / 62 + 0.5 / 61)
    assert [hit.id for hit in hits] == ["b", "a", "d", "c"]


def test_scaled_scores_by_hand_and_weights() -> None:
    hits = fuse_legs((DENSE, WORDS), (0.5, 0.5), FusionOptions(method="convex"))
    assert {hit.id: hit.score for hit in hits} == pytest.approx(
        {"b": 0.75, "a": 0.5, "c": 0.0, "d": 0.0}
    )
    assert fused(method="convex", dense_weight=1.0)[0] == "a"
    assert fused(method="convex", dense_weight=0.0)[0] == "b"


def test_options_that_cannot_be_used_are_refused() -> None:
    for options in ({"weight": 1}, {"method": "sum"}, {"dense_weight": 2}, {"candidates": 0}):
        with pytest.raises(BenchError):
            read_fusion(options)


def test_a_fusion_is_a_cell_over_the_baselines_index(tmp_path: Path) -> None:
    rivals = tuple(
        RivalCell(name, "fusion", {"dense_weight": weight})
        for name, weight in (("words", 0.0), ("meaning", 1.0))
    )
    grid = {"retrieval.mode": ("dense", "lexical")}
    result = run(tmp_path, grid=grid, rivals=rivals, measures=("slot-recall@3",))
    for rival, mode in (("words", "lexical"), ("meaning", "dense")):
        for question, ranking in result.cell(f"mode={mode}").rankings.items():
            mine = [place[:3] for place in result.cell(rival).rankings[question]]
            theirs = [place[:3] for place in ranking]
            assert mine[:3] == theirs[:3] or len(theirs) < 3
