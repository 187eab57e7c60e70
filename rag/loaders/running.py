"""Runs LangChain loaders into an index; knows no settings and no loader by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from langchain_core.document_loaders import BaseLoader

from rag.embeddings import PassageEmbeddings
from rag.errors import DocumentError
from rag.loaders.giving import documents_of
from rag.loaders.opening import open_loader
from rag.store.store import Store
from rag.sync.groups import sync_group
from rag.sync.naming import SourceNames
from rag.sync.pipeline import Pipeline
from rag.sync.report import Failure, Progress, SyncReport


@dataclass(frozen=True, slots=True)
class LoaderRun:
    """What every loader is run with."""

    store: Store
    embeddings: PassageEmbeddings
    pipeline: Pipeline
    progress: Progress

    def run(
        self, loader: BaseLoader, *, name: str | None, metadata: Mapping[str, Any]
    ) -> SyncReport:
        """Make the index equal to what a loader gives; see `documents_of` and `sync_group`.

        Raises:
            DocumentError: The loader failed.
        """
        states = self.store.catalog.states().values()
        documents = documents_of(
            loader,
            group=name,
            metadata=metadata,
            files={state.source for state in states if not state.is_pushed},
            rename=SourceNames.of_index(self.store.index_dir).name,
        )
        return sync_group(
            self.store,
            documents,
            name=name,
            embeddings=self.embeddings,
            pipeline=self.pipeline,
            progress=self.progress,
        )

    def run_named(
        self, place: str, args: Mapping[str, Any], *, name: str, metadata: Mapping[str, Any]
    ) -> SyncReport:
        """Open the loader at `place` and run it; if it fails, that is all the report tells.

        Raises:
            MissingExtraError: A package it needs is not installed.
            SettingsError: There is no such loader, or it takes other arguments.
        """
        try:
            return self.run(open_loader(place, args), name=name, metadata=metadata)
        except DocumentError as error:
            reason = f"{name}: {error}; what the index holds of it is kept"
            return SyncReport(failed=(Failure(name, reason),))
