"""Times cells as they are served: Chroma, the real model, one question after the other.

Knows no scores but what an approximate index loses.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import numpy as np

from evals.ann import engine_facts
from evals.retrieving import Asked
from evals.runner import Bench
from evals.runs import BenchProgress, CellRun, Runs
from evals.serving import OpenedEngines, ServedKey, ServedStores, open_engines, served_key
from evals.spec import Latency
from evals.timers import Ask, Facts, Timed, cell_timers, engine_timers, rival_timers

_QUESTIONS = 20
"""Asked of the engines where nothing is timed."""

Timings = Mapping[str, Facts]


def time_cells(bench: Bench, runs: Runs) -> Timings:
    """Return each cell's `timings`."""
    timings = {run.cell.name: _built(bench, run) for run in runs.runs}
    timed = bench.spec.latency.questions
    asked = _spread([one for one in bench.asked if one.query.strip()], timed or _QUESTIONS)
    with ExitStack() as open_:
        stores = ServedStores(open_)
        engines = open_engines(bench, runs, stores, asked)
        _note_facts(bench, runs, engines, timings)
        if timed and asked:
            rivals, sizes = rival_timers(bench, runs, stores, asked, open_)
            for name, own in sizes.items():
                timings[name].update(own)
            timers = {
                **cell_timers(bench, runs, stores, asked),
                **rivals,
                **engine_timers(engines),
            }
            times = _in_turn(timers, len(asked), bench.spec.latency, bench.progress)
            _note_latencies(times, runs, timings)
    for own in timings.values():
        own.update(_peak_memory())
    return timings


def _built(bench: Bench, run: CellRun) -> Facts:
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


def _note_facts(
    bench: Bench, runs: Runs, engines: Mapping[ServedKey, OpenedEngines], timings: Timings
) -> None:
    """Note what each engine loses and takes with every cell that it would serve."""
    found: dict[ServedKey | None, Facts] = {}
    for done, (key, one) in enumerate(engines.items()):
        bench.progress("served", done, len(engines), "")
        exact = bench.store(one.built)
        found[key] = {
            f"{name}.{fact}": value
            for name, engine in one.engines.items()
            for fact, value in engine_facts(
                engine,
                exact,
                one.vectors,
                passages=one.built.passages,
                rebuilds=bench.spec.rebuilds,
            ).items()
        }
    for run in runs.runs:
        timings[run.cell.name].update(found.get(served_key(run), {}))


def _in_turn(
    timers: Mapping[Timed, Ask], questions: int, wanted: Latency, progress: BenchProgress
) -> dict[Timed, list[float]]:
    """Ask all of them each question in turn, so that a busy moment hits all alike; in ms."""
    for number in range(min(wanted.warmup, questions)):
        for ask in timers.values():
            ask(number)
    times: dict[Timed, list[float]] = {name: [] for name in timers}
    total = wanted.repeats * questions
    for done in range(total):
        progress("latency", done, total, "")
        for name, ask in timers.items():
            started = time.perf_counter()
            ask(done % questions)
            times[name].append((time.perf_counter() - started) * 1000)
    progress("latency", total, total, "")
    return times


def _note_latencies(times: Mapping[Timed, Sequence[float]], runs: Runs, timings: Timings) -> None:
    """Note how long a whole search of a cell takes, and of an engine that for a vector alone."""
    for timed, own in times.items():
        p50, p95 = (float(np.percentile(own, share)) for share in (50, 95))
        if timed.key is None:
            timings[timed.name].update(latency_ms_p50=p50, latency_ms_p95=p95)
            continue
        for run in runs.runs:
            if served_key(run) == timed.key:
                timings[run.cell.name].update(
                    {f"{timed.name}.search_ms_p50": p50, f"{timed.name}.search_ms_p95": p95}
                )


def _peak_memory() -> Facts:
    """Return the most memory this process has held so far; nothing where no system tells."""
    if sys.platform == "win32":
        return {}
    import resource

    unit = 1 if sys.platform == "darwin" else 1024
    return {"peak_memory_bytes": float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)}
