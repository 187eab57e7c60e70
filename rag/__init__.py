"""Ask questions over documents, with every claim traced to the exact words of a source.

Names are resolved on first use, so that `import rag` loads nothing heavy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rag.agents.middleware import RagMiddleware as RagMiddleware
    from rag.agents.tool import RagTool as RagTool
    from rag.answering.answer import Answer as Answer
    from rag.answering.answer import Citation as Citation
    from rag.answering.chain import RagChain as RagChain
    from rag.app import Rag as Rag
    from rag.embeddings import SentenceTransformerEmbeddings as SentenceTransformerEmbeddings
    from rag.errors import RagError as RagError
    from rag.excerpt import Excerpt as Excerpt
    from rag.remote.rag import RemoteRag as RemoteRag
    from rag.remote.retriever import RemoteRetriever as RemoteRetriever
    from rag.retrieval.retriever import RagRetriever as RagRetriever
    from rag.settings import Settings as Settings
    from rag.settings import load_settings as load_settings
    from rag.status import IndexStatus as IndexStatus
    from rag.sync import SyncReport as SyncReport

_HOMES = {
    "Answer": "rag.answering.answer",
    "Citation": "rag.answering.answer",
    "Excerpt": "rag.excerpt",
    "IndexStatus": "rag.status",
    "Rag": "rag.app",
    "RagChain": "rag.answering.chain",
    "RagError": "rag.errors",
    "RagMiddleware": "rag.agents.middleware",
    "RagRetriever": "rag.retrieval.retriever",
    "RagTool": "rag.agents.tool",
    "RemoteRag": "rag.remote.rag",
    "RemoteRetriever": "rag.remote.retriever",
    "SentenceTransformerEmbeddings": "rag.embeddings",
    "Settings": "rag.settings",
    "SyncReport": "rag.sync",
    "load_settings": "rag.settings",
}

__all__ = [
    "Answer",
    "Citation",
    "Excerpt",
    "IndexStatus",
    "Rag",
    "RagChain",
    "RagError",
    "RagMiddleware",
    "RagRetriever",
    "RagTool",
    "RemoteRag",
    "RemoteRetriever",
    "SentenceTransformerEmbeddings",
    "Settings",
    "SyncReport",
    "load_settings",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
