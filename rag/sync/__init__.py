"""Makes an index equal to its sources; knows no settings and no search."""

from rag.sync.naming import SourceNames
from rag.sync.pipeline import Pipeline
from rag.sync.rebuild import rebuild
from rag.sync.report import Failure, Progress, SyncReport
from rag.sync.sync import add_sources, remove_sources, sync_sources

__all__ = [
    "Failure",
    "Pipeline",
    "Progress",
    "SourceNames",
    "SyncReport",
    "add_sources",
    "rebuild",
    "remove_sources",
    "sync_sources",
]
