"""Runs cells that are not ours through the same questions; knows no rival by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.cells import AUTHORS, FUSION, RIVALS, Cell, load_rival
from evals.fusions import fusion_search, read_fusion
from evals.keys import RETRIEVE_CODE, code_key, documents_key, stage_key
from evals.options import read_options
from evals.queries import by_authors
from evals.retrieving import Asked, Retrieved, own_search, retrieve_rival
from evals.runs import CellRun
from evals.spec import RivalCell
from rag.embeddings import PassageEmbeddings

if TYPE_CHECKING:
    from evals.cells import Searcher
    from evals.runner import Bench
    from rag.store.store import Store

# Its code is the user's: nothing tells whether it has changed.
_NEVER_KEPT = "callable"


@dataclass(frozen=True, slots=True)
class _NoOptions:
    """What a rival without options is told."""


def run_rival(bench: "Bench", cell: Cell) -> CellRun:
    """Ask a rival every question; rankings of known kinds are kept like those of our cells."""
    assert cell.rival is not None
    rival, settings = cell.rival, bench.baseline_settings
    model, asked = bench.model(settings), _asked(bench, rival)

    def make() -> Retrieved:
        return retrieve_rival(
            asked,
            open_rival(bench, rival, model, lambda: bench.store(bench.index(settings))),
            k=settings.retrieval.k,
            depth=bench.depth,
            count_tokens=lambda place: bench.count_tokens(place, settings),
        )

    kept = rival.kind != _NEVER_KEPT
    retrieved = bench.kept(_key(bench, rival, asked), make) if kept else make()
    known = {one.question.id for one in asked}
    failed = bench.queries(settings).failed
    return CellRun(
        cell,
        retrieved,
        None,
        None,
        tuple(asked),
        failed={key: why for key, why in failed.items() if key not in known},
    )


def _asked(bench: "Bench", rival: RivalCell) -> Sequence[Asked]:
    return by_authors(bench.questions, bench.asked) if rival.kind == AUTHORS else bench.asked


def open_rival(
    bench: "Bench",
    rival: RivalCell,
    model: PassageEmbeddings,
    baseline: "Callable[[], Store]",
) -> "Searcher":
    """Build a rival and return its search.

    Args:
        bench: Whose documents it searches.
        rival: Kind and options.
        model: The embedding model it is given.
        baseline: Opens the baseline's index, which rivals of our own legs search.
    """
    if rival.kind == AUTHORS:
        read_options(_NoOptions, rival.options, f"rival {AUTHORS}")
        return own_search(bench.baseline_settings, baseline(), model)
    if rival.kind == FUSION:
        return fusion_search(baseline(), model, read_fusion(rival.options))
    return load_rival(rival.kind)(bench.dataset.documents, rival.options, model)


def _key(bench: "Bench", rival: RivalCell, asked: Sequence[Asked]) -> str:
    settings = bench.baseline_settings
    return stage_key(
        documents_key(bench.dataset.documents),
        rival.kind,
        dict(rival.options),
        bench.model(settings).fingerprint.digest,
        _own_key(bench, rival),
        bench.questions_key(asked),
        [bench.depth.measured, bench.depth.by_document, settings.retrieval.k],
        code_key((RIVALS[rival.kind].partition(":")[0], "evals.retrieving")),
    )


def _own_key(bench: "Bench", rival: RivalCell) -> str:
    """Return a hash over what a rival takes from the baseline beside the model, "" if nothing."""
    settings = bench.baseline_settings
    if rival.kind == FUSION:
        return bench.split(settings).key
    if rival.kind == AUTHORS:
        return stage_key(
            bench.split(settings).key,
            settings.retrieval.model_dump(),
            bench.rerankers.identity(settings.rerank),
            code_key(RETRIEVE_CODE),
        )
    return ""
