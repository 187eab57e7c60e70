"""Makes ready what is timed: cells, rivals and engines, each to be asked a question by number.

Every search takes its whole way: no vector of a question and no result is remembered.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple

from evals.ann import K, Vectors
from evals.embedding_cache import FreshQueries
from evals.engines.base import Engine
from evals.retrieving import Asked
from evals.rival_cells import open_rival
from evals.rivals.sizes import known_sizes
from evals.runner import Bench
from evals.runs import CellRun, Runs
from evals.serving import OpenedEngines, ServedKey, ServedStores
from rag.assembly import make_retriever
from rag.embeddings import PassageEmbeddings
from rag.store.store import Store

Facts = dict[str, float]
Ask = Callable[[int], object]
"""Asks the question of this number."""


class Timed(NamedTuple):
    """Who is timed: a cell by its name, or an engine over what some cells share."""

    name: str
    key: ServedKey | None = None


def cell_timers(
    bench: Bench, runs: Runs, stores: ServedStores, asked: Sequence[Asked]
) -> dict[Timed, Ask]:
    """Return the searches of our cells, as they are served."""
    return {
        Timed(run.cell.name): _served(bench, run, stores.of(run.index, run.cell.settings), asked)
        for run in runs.runs
        if run.index is not None and run.cell.settings is not None
    }


def _served(bench: Bench, run: CellRun, store: Store, asked: Sequence[Asked]) -> Ask:
    settings = run.cell.settings
    assert settings is not None
    # The model itself: a remembered vector would take no time.
    model: PassageEmbeddings = bench.model(settings).inner
    retriever = make_retriever(
        settings, store, model, k=None, mode=None, wanted=None, min_score=None
    )
    return lambda number: asked[number].find(retriever)


def rival_timers(
    bench: Bench,
    runs: Runs,
    stores: ServedStores,
    asked: Sequence[Asked],
    open_: ExitStack,
) -> tuple[dict[Timed, Ask], dict[str, Facts]]:
    """Return the searches of the rivals, and what each is known to take by its cell's name.

    Each is built again: its rankings may have been remembered, without anything built.
    """
    settings = bench.baseline_settings
    timers: dict[Timed, Ask] = {}
    sizes: dict[str, Facts] = {}
    for run in runs.runs:
        if run.cell.rival is None:
            continue
        model = bench.model(settings)
        fresh = open_.enter_context(closing(FreshQueries(model.inner, model.path)))
        search = open_rival(
            bench, run.cell.rival, fresh, lambda: stores.of(bench.index(settings), settings)
        )
        sizes[run.cell.name] = known_sizes(search)
        timers[Timed(run.cell.name)] = _asking(search, asked, settings.retrieval.k)
    return timers, sizes


def _asking(search: Callable[[str, int], object], asked: Sequence[Asked], k: int) -> Ask:
    return lambda number: search(asked[number].alone, k)


def engine_timers(engines: Mapping[ServedKey, OpenedEngines]) -> dict[Timed, Ask]:
    """Return the searches of the engines, for ten neighbours of a question's vector."""
    return {
        Timed(name, key): _searching(engine, one.vectors)
        for key, one in engines.items()
        for name, engine in one.engines.items()
    }


def _searching(engine: Engine, vectors: Vectors) -> Ask:
    return lambda number: engine.search(vectors[number], K)
