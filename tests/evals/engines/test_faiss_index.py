import subprocess
import sys

import numpy as np
import pytest

from evals.engines.faiss_index import FaissEngine
from evals.engines.kinds import HnswOptions, NoOptions
from rag.errors import MissingExtraError

faiss = pytest.importorskip("faiss", reason="needs the extra faiss")


def unit_vectors(count: int, dimension: int = 48) -> np.ndarray:
    vectors = np.random.default_rng(1).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


VECTORS = unit_vectors(3000)
IDS = [f"p{number:04}" for number in range(len(VECTORS))]
ASKED = unit_vectors(3020)[-20:]


def nearest(vector: np.ndarray, k: int) -> list[str]:
    return [IDS[row] for row in np.argsort(-(VECTORS @ vector), kind="stable")[:k]]


def engine(options: HnswOptions | NoOptions, *, ef_search: int = 400) -> FaissEngine:
    return FaissEngine(IDS, VECTORS, options, ef_search=ef_search)


def recall(one: FaissEngine) -> float:
    shares = [len({*one.search(v, 10)} & {*nearest(v, 10)}) / 10 for v in ASKED]
    return float(np.mean(shares))


def test_a_flat_index_is_exact() -> None:
    flat = engine(NoOptions())
    for vector in ASKED:
        assert list(flat.search(vector, 10)) == nearest(vector, 10)


def test_a_graph_finds_more_the_wider_it_searches_and_the_denser_it_is() -> None:
    narrow, wide = (recall(engine(HnswOptions(), ef_search=ef)) for ef in (10, 400))
    assert narrow < 0.9 < wide
    sparse = recall(engine(HnswOptions(M=4, ef_construction=10, ef_search=10)))
    assert sparse < narrow
    assert recall(engine(HnswOptions(ef_search=400), ef_search=10)) == wide


def test_an_index_built_again_gives_its_own_ids_and_other_neighbours_here_and_there() -> None:
    graph = engine(HnswOptions(M=8, ef_construction=20, ef_search=10))
    found = [{*graph.search(vector, 10)} for vector in ASKED]
    with graph.rebuilt(0) as again:
        after = [{*again.search(vector, 10)} for vector in ASKED]
    assert after != found
    assert np.mean([len(a & b) / 10 for a, b in zip(found, after, strict=True)]) > 0.3
    flat = engine(NoOptions())
    with flat.rebuilt(0) as again:
        assert [again.search(v, 10) for v in ASKED] == [flat.search(v, 10) for v in ASKED]


def test_size_and_build_are_told() -> None:
    flat, graph = engine(NoOptions()), engine(HnswOptions())
    assert VECTORS.nbytes <= flat.index_bytes < VECTORS.nbytes * 1.01 < graph.index_bytes
    assert 0 < flat.build_seconds < graph.build_seconds


def test_fewer_passages_than_asked_for_and_none() -> None:
    for options in (NoOptions(), HnswOptions()):
        few = FaissEngine(IDS[:3], VECTORS[:3], options, ef_search=400)
        assert sorted(few.search(ASKED[0], 10)) == IDS[:3]
        none = FaissEngine([], VECTORS[:0], options, ef_search=400)
        assert none.search(ASKED[0], 10) == []


def test_threads_of_others_are_left_as_they_were() -> None:
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(2)
    try:
        engine(HnswOptions()).search(ASKED[0], 10)
        assert faiss.omp_get_max_threads() == 2
    finally:
        faiss.omp_set_num_threads(before)


@pytest.mark.parametrize("first", ["torch", "faiss"])
def test_faiss_and_torch_work_in_one_process_whichever_came_first(first: str) -> None:
    """Both bring an OpenMP; in a process of its own, since a clash would hang or kill it."""
    second = "faiss" if first == "torch" else "torch"
    code = f"""
import {first}
import {second}
import numpy as np
from evals.engines.faiss_index import FaissEngine
from evals.engines.kinds import HnswOptions
torch.set_num_threads(2)
vectors = np.eye(64, dtype=np.float32)
graph = FaissEngine([str(n) for n in range(64)], vectors, HnswOptions(), ef_search=64)
for number in range(64):
    assert graph.search(vectors[number], 1) == [str(number)]
    assert torch.allclose(torch.eye(300) @ torch.ones(300, 300), torch.ones(300, 300))
assert torch.get_num_threads() == 2, torch.get_num_threads()
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "faiss", None)
    with pytest.raises(MissingExtraError, match=r'pip install "rag\[faiss\]"'):
        engine(NoOptions())
