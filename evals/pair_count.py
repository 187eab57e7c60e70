"""Counts the pairs of question and passage that rerankers still have to score; scores none."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.keys import stage_key
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.cells import Cell
    from evals.runner import Bench

# A CrossEncoder of six layers on one CPU thread, until a run has shown it.
ASSUMED_PAIRS_PER_SECOND = 25.0
# What is done after the reranker changes no pair.
_AFTERWARDS = {"k", "neighbours", "min_score", "mmr_lambda", "history"}


@dataclass(frozen=True, slots=True)
class PairCount:
    """The most pairs that are left to score, and the seconds that takes."""

    pairs: int
    seconds: float


def count_pairs(bench: "Bench") -> PairCount:
    """Return what is left to score; cells that differ in depth or behind the reranker share.

    It is the most there may be: cells of different modes rerank many of the same passages, and some
    pairs may be known from other runs.

    Raises:
        RerankerError: A reranker cannot be had.
    """
    most: dict[str, PairCount] = {}
    for cell in bench.cells.cells:
        if cell.settings is not None and cell.settings.rerank.model is not None:
            key, own = _shared_key(bench, cell.settings), _of_cell(bench, cell, cell.settings)
            most[key] = max(most.get(key, own), own, key=lambda one: one.pairs)
    return PairCount(
        sum(one.pairs for one in most.values()), sum(one.seconds for one in most.values())
    )


def _of_cell(bench: "Bench", cell: "Cell", settings: Settings) -> PairCount:
    if _is_kept(bench, cell, settings):
        return PairCount(0, 0.0)
    depth = max(settings.rerank.depth, settings.retrieval.k)
    pairs = min(depth, len(bench.split(settings).places)) * len(bench.questions)
    speed = bench.rerankers.pairs_per_second(settings.rerank) or ASSUMED_PAIRS_PER_SECOND
    return PairCount(pairs, pairs / speed)


def _is_kept(bench: "Bench", cell: "Cell", settings: Settings) -> bool:
    """Tell whether the cell's rankings are there; not known before its questions are rewritten."""
    if settings.chat.model is not None:
        return False
    return bench.has_rankings(bench.ranking_key(cell, settings))


def _shared_key(bench: "Bench", settings: Settings) -> str:
    reranker = dict(bench.rerankers.identity(settings.rerank) or {})
    reranker.pop("depth", None)
    return stage_key(
        bench.indexing.key(bench.split(settings)),
        settings.retrieval.model_dump(exclude=_AFTERWARDS),
        reranker,
    )
