"""Engines are scored beside exact search in a run, once for all cells that share what they need."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from evals.results import BenchResult
from evals.running import run_bench
from evals.spec import Latency, RivalCell, ServedEngine
from evals.timing import time_cells
from rag.errors import MissingExtraError
from tests.evals.benches import make_bench
from tests.evals.scattered import ScatteredEmbeddings, scattered_set

CHROMA = ServedEngine("chroma", "chroma")
FLAT = ServedEngine("faiss-flat", "faiss-flat")
HNSW = ServedEngine("faiss-hnsw", "faiss-hnsw")
SPARSE = ServedEngine("sparse", "faiss-hnsw", {"M": 4, "ef_construction": 10, "ef_search": 10})


def run(cache: Path, **about) -> tuple[BenchResult, ScatteredEmbeddings]:
    model = about.pop("model", None) or ScatteredEmbeddings()
    bench = make_bench(cache, model=model, **about)
    try:
        return run_bench(bench), model
    finally:
        bench.close()


def test_cells_that_differ_in_breadth_alone_share_the_index_and_lose_differently(
    tmp_path: Path,
) -> None:
    pytest.importorskip("faiss", reason="needs the extra faiss")
    result, model = run(
        tmp_path,
        dataset=scattered_set(),
        grid={"store.ef_search": (10, 400)},
        base={"retrieval.mode": "dense"},
        served=(CHROMA, FLAT, HNSW, SPARSE),
    )
    assert len(model.texts) == 2000
    assert len(list((tmp_path / "indexes").glob("*.json"))) == 1
    narrow, wide = (result.cell(f"ef_search={ef}") for ef in (10, 400))
    assert narrow.rankings == wide.rankings
    for engine in ("chroma", "faiss-hnsw"):
        lost = narrow.timings[f"{engine}.ann_recall@10"]
        assert lost < 0.95 < wide.timings[f"{engine}.ann_recall@10"]
    # Exact rankings cannot tell them apart; the narrow one must not win by luck.
    assert result.recommendation.cell == "ef_search=400"
    for cell in (narrow, wide):
        assert cell.timings["faiss-flat.ann_recall@10"] == 1.0
        assert cell.timings["sparse.ann_recall@10"] < cell.timings["faiss-hnsw.ann_recall@10"]


def test_engines_rivals_and_cells_are_timed_in_one_round(tmp_path: Path) -> None:
    pytest.importorskip("faiss", reason="needs the extra faiss")
    pytest.importorskip("bm25s", reason="the rival bm25s needs the extra bench")
    rivals = (
        RivalCell("bm25s", "bm25s", {}),
        RivalCell("rrf", "fusion", {}),
        RivalCell("langchain", "langchain", {}),
        RivalCell("mine", "callable", {"factory": "tests.evals.engines.test_served:first_ones"}),
    )
    about = {
        "dataset": scattered_set(40),
        "grid": {"retrieval.mode": ("hybrid", "dense")},
        "rivals": rivals,
        "served": (CHROMA, FLAT, HNSW),
        "rebuilds": 1,
        "latency": Latency(questions=4, repeats=2, warmup=1),
    }
    run(tmp_path, **about)
    result, model = run(tmp_path, **about)  # rankings are remembered; times are not
    assert model.texts == []
    cells, asked = len(result.cells), 4
    # Our cells, the fusion and LangChain embed every question; bm25s and `mine` need no vector.
    assert len(model.queries) == (2 + 2) * (asked * 2 + 1)
    assert cells == 6
    for cell in result.cells:
        assert 0 < cell.timings["latency_ms_p50"] <= cell.timings["latency_ms_p95"]
    for cell in result.cells[:2]:
        for engine in ("chroma", "faiss-flat", "faiss-hnsw"):
            facts = {
                k.partition(".")[2]: v for k, v in cell.timings.items() if k.startswith(engine)
            }
            assert 0 < facts["search_ms_p50"] <= facts["search_ms_p95"]
            assert facts["ann_recall@10"] >= 0.9
            assert 0.5 <= facts["rebuild_agreement@10"] <= 1
            assert facts["index_bytes"] > 40 * 64 * 4
            assert facts["build_passages_per_second"] > 0
    for name in ("bm25s", "langchain"):
        sizes = result.cell(name).timings
        assert sizes["passages"] == 40
        assert sizes["index_bytes"] > 40 * len("entry 1 of the register")
    assert "index_bytes" not in result.cell("mine").timings


def first_ones(documents, embeddings):
    """A rival that answers with the first documents."""
    return lambda query, k: documents[:k]


def test_an_engine_that_is_not_installed_names_its_extra_before_anything_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    model = ScatteredEmbeddings()
    with pytest.raises(MissingExtraError, match=r"rag\[faiss\]"):
        run(tmp_path, dataset=scattered_set(20), served=(FLAT,), model=model)
    assert model.texts == []  # said before the run


def test_a_question_that_no_chat_model_rewrote_is_not_timed(tmp_path: Path) -> None:
    about = {"dataset": scattered_set(20, questions=4), "served": (CHROMA,)}
    bench = make_bench(tmp_path, latency=Latency(questions=4, repeats=1), **about)
    try:
        runs = bench.run()
        asked = bench.asked
        for left in (asked[1:], ()):
            # Such a question has no query; see `AskedQuestion`.
            bench.asked = (replace(asked[0], query=""), *left)
            (timings,) = time_cells(bench, runs).values()
            assert ("latency_ms_p50" in timings) == bool(left)
            assert timings["chroma.ann_recall@10"] == 1.0
    finally:
        bench.close()
