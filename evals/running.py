"""From a spec file to its result: opens the set, runs the cells, times them, scores them."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from evals.asking.models import find_access
from evals.datasets.found import load_dataset
from evals.engines.kinds import require_engines
from evals.environment import environment
from evals.results import BenchResult
from evals.runner import Bench, OpenModel
from evals.runs import BenchProgress, Runs, silent
from evals.scoring import make_result
from evals.spec_reading import read_spec
from evals.timing import time_cells
from rag import assembly


@contextmanager
def open_bench(
    spec: Path,
    cache: Path,
    progress: BenchProgress = silent,
    *,
    open_model: OpenModel | None = None,
    config: Path | None = None,
) -> Iterator[Bench]:
    """Give the benchmark of a spec file and close it afterwards.

    Args:
        spec: The spec file.
        cache: Folder for everything that is kept between runs.
        progress: Told how far it is.
        open_model: How an embedding model is opened.
        config: The rag.toml that a chat model's key may stand in; None: the nearest one.

    Raises:
        BenchError: The spec or its set cannot be used.
    """
    read = read_spec(spec)
    dataset = load_dataset(read.dataset)
    opening = open_model or assembly.open_embeddings
    access = partial(find_access, config=config)
    bench = Bench(read, dataset, cache, open_model=opening, find_access=access, progress=progress)
    try:
        yield bench
    finally:
        bench.close()


def run_bench(bench: Bench) -> BenchResult:
    """Run every cell and return what they found.

    Raises:
        BenchError: The baseline cannot be run.
        MissingExtraError: The library of an engine is not installed.
    """
    require_engines(bench.spec.served)
    runs = bench.run()
    timings = time_cells(bench, runs)
    about = {**environment(), "models": _models(bench, runs)}
    return make_result(bench, runs, timings=timings, environment=about)


def _models(bench: Bench, runs: Runs) -> list[str]:
    """Return the embedding models that were asked, each with the start of its fingerprint."""
    settings = [run.cell.settings for run in runs.runs if run.cell.settings is not None]
    return sorted({bench.model(one).fingerprint.describe() for one in settings})
