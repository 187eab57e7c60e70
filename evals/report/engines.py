"""Reads off a result what each served engine loses, takes and costs; writes no form of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from evals.report.view import standings
from evals.results import BenchResult


@dataclass(frozen=True, slots=True)
class EngineRow:
    """One engine over one index; `cells` are those it would serve, best first."""

    engine: str
    cells: tuple[str, ...]
    facts: Mapping[str, float]

    @property
    def served(self) -> str:
        """The cells in few words."""
        more = len(self.cells) - 1
        return self.cells[0] + (f" and {more} more" if more else "")


def engine_rows(result: BenchResult) -> list[EngineRow]:
    """Return the engines in the order of the spec, each over every index that it was built for.

    Cells that share an index and a breadth of search share all that was measured.
    """
    grouped: dict[str, dict[tuple[tuple[str, float], ...], list[str]]] = {}
    for one in standings(result):
        for engine, facts in engines_of(one.cell.timings).items():
            same = grouped.setdefault(engine, {})
            same.setdefault(tuple(facts.items()), []).append(one.cell.name)
    return [
        EngineRow(engine, tuple(cells), dict(facts))
        for engine, same in grouped.items()
        for facts, cells in same.items()
    ]


def engines_of(timings: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """Return engine to what was measured of it, from names such as "chroma.ann_recall@10"."""
    found: dict[str, dict[str, float]] = {}
    for key, value in timings.items():
        engine, dot, fact = key.rpartition(".")
        if dot:
            found.setdefault(engine, {})[fact] = value
    return found


def without_engines(timings: Mapping[str, float]) -> dict[str, float]:
    """Return what was measured of the cell itself."""
    return {key: value for key, value in timings.items() if "." not in key}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is measured of an engine: its heading, and how it is written."""

    name: str
    heading: str
    form: str = ".3f"
    unit: float = 1.0


FACTS = (
    Fact("ann_recall@10", "of the exact 10"),
    Fact("rebuild_agreement@10", "stay when rebuilt"),
    Fact("search_ms_p50", "p50 ms", ".2f"),
    Fact("search_ms_p95", "p95 ms", ".2f"),
    Fact("index_bytes", "MB", ".1f", 1e6),
    Fact("build_passages_per_second", "built / s", ",.0f"),
)


def engine_summary(result: BenchResult) -> tuple[list[str], list[list[str]]]:
    """Return headings and a line for each engine, its range over all indexes; [] without engines.

    A fact that no engine has is left out; one that an engine lacks is "–".
    """
    by_engine: dict[str, list[Mapping[str, float]]] = {}
    for row in engine_rows(result):
        by_engine.setdefault(row.engine, []).append(row.facts)
    told = {name for rows in by_engine.values() for facts in rows for name in facts}
    shown = [fact for fact in FACTS if fact.name in told]
    lines = [
        [
            engine,
            *(_range([own[one.name] for own in rows if one.name in own], one) for one in shown),
        ]
        for engine, rows in by_engine.items()
    ]
    return ["engine", *(one.heading for one in shown)], lines


def _range(values: list[float], fact: Fact) -> str:
    if not values:
        return "–"
    low, high = (format(one / fact.unit, fact.form) for one in (min(values), max(values)))
    return low if low == high else f"{low}–{high}"
