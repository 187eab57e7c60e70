"""Times cells as they are served: Chroma, the real model, one question after the other.

Knows no scores but what the approximate index loses.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing

import numpy as np

from evals.ann import K, ann_recall, query_vectors, rebuild_agreement
from evals.retrieving import Asked
from evals.runner import Bench
from evals.runs import CellRun, Runs
from rag.assembly import make_retriever, store_options
from rag.embeddings import PassageEmbeddings
from rag.retrieval.retriever import RagRetriever
from rag.settings import Settings
from rag.store.store import Store

_QUESTIONS = 20
"""Asked of the served index where nothing is timed."""


def time_cells(bench: Bench, runs: Runs) -> dict[str, dict[str, float]]:
    """Return each cell's `timings`."""
    timings: dict[str, dict[str, float]] = {run.cell.name: _built(bench, run) for run in runs.runs}
    ours = [run for run in runs.runs if run.index is not None]
    timed = bench.spec.latency.questions
    asked = _spread(bench.asked, timed or _QUESTIONS)
    with ExitStack() as open_:
        stores = _open_stores(ours, open_) if bench.spec.served or timed else {}
        if bench.spec.served:
            _add(timings, _approximate(bench, ours, stores, asked))
        if timed and ours:
            _add(timings, _latencies(bench, ours, stores, asked))
    for own in timings.values():
        own.update(_peak_memory())
    return timings


def _built(bench: Bench, run: CellRun) -> dict[str, float]:
    """Return the size of an index and how fast it would be built with nothing remembered."""
    index, split, settings = run.index, run.split, run.cell.settings
    if index is None or split is None or settings is None:
        return {}
    found = {"disk_bytes": float(index.disk_bytes)}
    speed = bench.model(settings).tokens_per_second()
    if speed:
        texts = len(split.text_keys)
        remembered = sum(split.text_keys.values()) * max(0.0, 1 - index.embedded / max(1, texts))
        found["ingest_passages_per_second"] = index.passages / (index.seconds + remembered / speed)
    return found


def _spread(asked: Sequence[Asked], wanted: int) -> list[Asked]:
    """Return so many questions from all over the set, always the same ones."""
    step = max(1, len(asked) // wanted)
    return list(asked[::step][:wanted])


StoreKey = tuple[str, int]


def _open_stores(runs: Sequence[CellRun], open_: ExitStack) -> dict[StoreKey, Store]:
    """Open each index once for every breadth of its approximate search, as the product does."""
    stores: dict[StoreKey, Store] = {}
    for run in runs:
        assert run.index is not None
        assert run.cell.settings is not None
        key = _store_key(run)
        if key not in stores:
            store = Store(run.index.folder, store_options(run.cell.settings.store))
            stores[key] = open_.enter_context(closing(store))
    return stores


def _store_key(run: CellRun) -> StoreKey:
    assert run.index is not None
    assert run.cell.settings is not None
    return run.index.key, run.cell.settings.store.ef_search


def _approximate(
    bench: Bench,
    runs: Sequence[CellRun],
    stores: Mapping[StoreKey, Store],
    asked: Sequence[Asked],
) -> dict[str, dict[str, float]]:
    """Return what the approximate search loses, once for each index and breadth."""
    found: dict[StoreKey, dict[str, float]] = {}
    for run in runs:
        key = _store_key(run)
        if key in found:
            continue
        assert run.index is not None
        assert run.cell.settings is not None
        bench.progress("served", len(found), len(stores), "")
        vectors = query_vectors(bench.model(run.cell.settings), [one.query for one in asked])
        served = stores[key]
        found[key] = {f"ann_recall@{K}": ann_recall(bench.store(run.index), served, vectors)}
        if bench.spec.rebuilds:
            found[key][f"rebuild_agreement@{K}"] = rebuild_agreement(
                served, vectors, rebuilds=bench.spec.rebuilds
            )
    return {run.cell.name: found[_store_key(run)] for run in runs}


def _latencies(
    bench: Bench,
    runs: Sequence[CellRun],
    stores: Mapping[StoreKey, Store],
    asked: Sequence[Asked],
) -> dict[str, dict[str, float]]:
    """Time every cell in turn on each question, so that a busy moment hits all of them alike."""
    wanted = bench.spec.latency
    retrievers = {run.cell.name: _served(run, stores[_store_key(run)], bench) for run in runs}
    for one in asked[: wanted.warmup]:
        for retriever in retrievers.values():
            retriever.invoke(one.query)
    times: dict[str, list[float]] = {name: [] for name in retrievers}
    total = wanted.repeats * len(asked)
    for done in range(total):
        bench.progress("latency", done, total, "")
        for name, retriever in retrievers.items():
            started = time.perf_counter()
            retriever.invoke(asked[done % len(asked)].query)
            times[name].append((time.perf_counter() - started) * 1000)
    bench.progress("latency", total, total, "")
    return {
        name: {
            "latency_ms_p50": float(np.percentile(own, 50)),
            "latency_ms_p95": float(np.percentile(own, 95)),
        }
        for name, own in times.items()
    }


def _served(run: CellRun, store: Store, bench: Bench) -> RagRetriever:
    settings = run.cell.settings
    assert isinstance(settings, Settings)
    # The model itself: a remembered vector would take no time.
    model: PassageEmbeddings = bench.model(settings).inner
    return make_retriever(settings, store, model, k=None, mode=None, wanted=None, min_score=None)


def _add(timings: dict[str, dict[str, float]], more: Mapping[str, Mapping[str, float]]) -> None:
    for name, own in more.items():
        timings[name].update(own)


def _peak_memory() -> dict[str, float]:
    """Return the most memory this process has held so far; nothing where no system tells."""
    if sys.platform == "win32":
        return {}
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak_memory_bytes": float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)}
