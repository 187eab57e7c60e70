"""Runs cells that are not ours through the same questions; knows no rival by itself."""

from typing import TYPE_CHECKING

from evals.cells import Cell, load_rival
from evals.retrieving import Retrieved, retrieve_rival
from evals.stages import code_key, documents_key, stage_key

if TYPE_CHECKING:
    from evals.runner import Bench

# Its code is the user's: nothing tells whether it has changed.
_NEVER_KEPT = "callable"


def run_rival(bench: "Bench", cell: Cell) -> Retrieved:
    """Ask a rival every question; rankings of known kinds are kept like those of our cells."""
    assert cell.rival is not None
    rival, settings = cell.rival, bench.baseline_settings

    def make() -> Retrieved:
        build = load_rival(rival.kind)
        search = build(bench.dataset.documents, rival.options, bench.model(settings))
        return retrieve_rival(
            bench.asked,
            search,
            k=settings.retrieval.k,
            depth=bench.depth,
            count_tokens=lambda place: bench.count_tokens(place, settings),
        )

    if rival.kind == _NEVER_KEPT:
        return make()
    key = stage_key(
        documents_key(bench.dataset.documents),
        rival.kind,
        dict(rival.options),
        bench.model(settings).fingerprint.digest,
        bench.questions_key,
        [bench.depth.measured, bench.depth.by_document, settings.retrieval.k],
        code_key(("evals.rivals",)),
    )
    return bench.kept(key, make)
