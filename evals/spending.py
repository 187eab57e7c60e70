"""Says which cells would go beyond the budget; runs none."""

import time
from typing import TYPE_CHECKING

from evals.call_count import calls_of
from evals.cells import Cell
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.runner import Bench


def over_budget(bench: "Bench", cell: Cell) -> str | None:
    """Return why a cell is not to be run, None if the budget has room for it."""
    minutes = bench.spec.budget.minutes
    if minutes is not None and time.monotonic() - bench.started > minutes * 60:
        return f"the budget of {minutes:g} minutes is spent"
    if cell.settings is None:
        return None
    return _too_many_texts(bench, cell.settings) or _too_many_calls(bench, cell.settings)


def _too_many_texts(bench: "Bench", settings: Settings) -> str | None:
    most = bench.spec.budget.embed_texts
    if most is None:
        return None
    model, split = bench.model(settings), bench.split(settings)
    missing = len(split.text_keys) - len(model.known(split.text_keys))
    spent = bench.embedded
    if spent + missing <= most:
        return None
    return f"{missing} texts would be embedded beside {spent}, the budget is {most}"


def _too_many_calls(bench: "Bench", settings: Settings) -> str | None:
    most = bench.spec.budget.model_calls
    if most is None:
        return None
    wanted, spent = calls_of(bench, settings).total, bench.chats.asked
    if spent + wanted <= most:
        return None
    return f"up to {wanted} calls of chat models beside {spent} made, the budget is {most}"
