"""Runs cells that are not ours through the same questions; knows no rival by itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from evals.cells import FUSION, RIVALS, Cell, load_rival
from evals.fusions import fusion_search, read_fusion
from evals.keys import code_key, documents_key, stage_key
from evals.retrieving import Retrieved, retrieve_rival
from evals.spec import RivalCell
from rag.embeddings import PassageEmbeddings

if TYPE_CHECKING:
    from evals.cells import Searcher
    from evals.runner import Bench
    from rag.store.store import Store

# Its code is the user's: nothing tells whether it has changed.
_NEVER_KEPT = "callable"


def run_rival(bench: "Bench", cell: Cell) -> Retrieved:
    """Ask a rival every question; rankings of known kinds are kept like those of our cells."""
    assert cell.rival is not None
    rival, settings = cell.rival, bench.baseline_settings
    model = bench.model(settings)

    def make() -> Retrieved:
        return retrieve_rival(
            bench.asked,
            open_rival(bench, rival, model, lambda: bench.store(bench.index(settings))),
            k=settings.retrieval.k,
            depth=bench.depth,
            count_tokens=lambda place: bench.count_tokens(place, settings),
        )

    return make() if rival.kind == _NEVER_KEPT else bench.kept(_key(bench, rival), make)


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
        baseline: Opens the baseline's index, which a fusion of our own legs searches.
    """
    if rival.kind == FUSION:
        return fusion_search(baseline(), model, read_fusion(rival.options))
    return load_rival(rival.kind)(bench.dataset.documents, rival.options, model)


def _key(bench: "Bench", rival: RivalCell) -> str:
    settings = bench.baseline_settings
    return stage_key(
        documents_key(bench.dataset.documents),
        rival.kind,
        dict(rival.options),
        bench.model(settings).fingerprint.digest,
        bench.split(settings).key if rival.kind == FUSION else "",
        bench.questions_key,
        [bench.depth.measured, bench.depth.by_document, settings.retrieval.k],
        code_key((RIVALS[rival.kind].partition(":")[0], "evals.retrieving")),
    )
