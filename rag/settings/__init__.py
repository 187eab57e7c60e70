"""Settings: defaults < rag.toml < RAG_* environment < arguments; knows no part it configures."""

from rag.settings.groups import AnswerSettings as AnswerSettings
from rag.settings.groups import ChatSettings as ChatSettings
from rag.settings.groups import DocumentSettings as DocumentSettings
from rag.settings.groups import EmbeddingSettings as EmbeddingSettings
from rag.settings.groups import RetrievalSettings as RetrievalSettings
from rag.settings.groups import Settings as Settings
from rag.settings.groups import SplitterSettings as SplitterSettings
from rag.settings.groups import StoreSettings as StoreSettings
from rag.settings.loaders import SourceSettings as SourceSettings
from rag.settings.loading import LoadedSettings as LoadedSettings
from rag.settings.loading import load_settings as load_settings
from rag.settings.rerank import RerankSettings as RerankSettings
from rag.settings.server import ServerSettings as ServerSettings
