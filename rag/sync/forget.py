"""Forgets sources by their exact names; knows no folders, no patterns and no documents."""

import time
from collections.abc import Iterable

from rag.store.store import Store
from rag.sync.naming import covers
from rag.sync.report import SyncReport


def forget_sources(store: Store, names: Iterable[str]) -> SyncReport:
    """Take these sources out of the index; names it does not hold are passed over.

    A file that a folder would bring back is remembered as excluded until it is added again.
    """
    started = time.monotonic()
    with store.writing(purpose="forget documents") as writer:
        states, roots = store.catalog.states(), store.catalog.roots()
        gone = sorted(states.keys() & set(names))
        files = {name for name in gone if not states[name].is_pushed}
        writer.drop_roots(sorted(files & roots.keys()))
        remaining = roots.keys() - files
        hidden = {name for name in files if any(covers(root, name) for root in remaining)}
        writer.set_exclusions(store.catalog.exclusions() | hidden)
        if gone:
            writer.commit([], gone)
    return SyncReport(removed=len(gone), seconds=time.monotonic() - started)
