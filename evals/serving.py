"""Opens what answers where cells are served: the product's indexes, and other engines over them.

Knows neither what they are asked nor how long they take.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack, closing
from typing import NamedTuple

from evals.ann import Vectors, query_vectors
from evals.engines.base import Engine
from evals.engines.chroma import ChromaEngine
from evals.engines.kinds import CHROMA, engine_options
from evals.retrieving import Asked
from evals.runner import Bench
from evals.runs import CellRun, Runs
from evals.spec import ServedEngine
from evals.stages import BuiltIndex
from rag.assembly import store_options
from rag.settings import Settings
from rag.store.store import Store


class ServedKey(NamedTuple):
    """What cells share that are served alike: the index, and the breadth of approximate search."""

    index_key: str
    ef_search: int


class ServedStores:
    """The indexes of the product, each opened once for every breadth, as the product does."""

    def __init__(self, open_: ExitStack) -> None:
        self._open = open_
        self._stores: dict[ServedKey, Store] = {}

    def of(self, index: BuiltIndex, settings: Settings) -> Store:
        """Return the store that the product would search."""
        key = ServedKey(index.key, settings.store.ef_search)
        if key not in self._stores:
            store = Store(index.folder, store_options(settings.store))
            self._stores[key] = self._open.enter_context(closing(store))
        return self._stores[key]


class OpenedEngines(NamedTuple):
    """The engines over what some cells share, and the questions' vectors under their model."""

    built: BuiltIndex
    engines: Mapping[str, Engine]
    vectors: Vectors


def served_key(run: CellRun) -> ServedKey | None:
    """Return what a cell of ours shares with others; None for a rival."""
    if run.index is None or run.cell.settings is None:
        return None
    return ServedKey(run.index.key, run.cell.settings.store.ef_search)


def open_engines(
    bench: Bench, runs: Runs, stores: ServedStores, asked: Sequence[Asked]
) -> dict[ServedKey, OpenedEngines]:
    """Build every engine of the spec once for all cells that share an index and a breadth.

    Raises:
        MissingExtraError: The library of one is not installed.
    """
    found: dict[ServedKey, OpenedEngines] = {}
    for run in runs.runs if bench.spec.served else ():
        key, index, settings = served_key(run), run.index, run.cell.settings
        if key is None or index is None or settings is None or key in found:
            continue
        engines = {
            one.name: _open_engine(one, bench, index, settings, stores) for one in bench.spec.served
        }
        vectors = query_vectors(bench.model(settings), [one.query for one in asked])
        found[key] = OpenedEngines(index, engines, vectors)
    return found


def _open_engine(
    wanted: ServedEngine,
    bench: Bench,
    index: BuiltIndex,
    settings: Settings,
    stores: ServedStores,
) -> Engine:
    if wanted.kind == CHROMA:
        return ChromaEngine(stores.of(index, settings))
    from evals.engines.faiss_index import FaissEngine

    fingerprint = bench.model(settings).fingerprint.digest
    ids, vectors = bench.store(index).catalog.vectors(fingerprint)
    options = engine_options(wanted.kind, wanted.options)
    return FaissEngine(ids, vectors, options, ef_search=settings.store.ef_search)
