"""Makes an index equal to its sources; knows no settings and no search."""

from rag.sync.forget import forget_sources
from rag.sync.groups import remove, sync_group
from rag.sync.naming import SourceNames
from rag.sync.pipeline import Pipeline
from rag.sync.push import PushedDocument, push_documents
from rag.sync.rebuild import rebuild
from rag.sync.report import Failure, Progress, SyncReport
from rag.sync.sync import add_sources, remove_sources, sync_sources

__all__ = [
    "Failure",
    "Pipeline",
    "Progress",
    "PushedDocument",
    "SourceNames",
    "SyncReport",
    "add_sources",
    "forget_sources",
    "push_documents",
    "rebuild",
    "remove",
    "remove_sources",
    "sync_group",
    "sync_sources",
]
