"""Makes an index equal to its sources; asks it nothing."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag import assembly
from rag.index.opened import OpenIndex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from langchain_core.document_loaders import BaseLoader
    from langchain_core.documents import Document

    from rag.sync import Pipeline, Progress, SourceNames, SyncReport


class FillableIndex(OpenIndex):
    """What `Rag` does to hold the documents it is pointed at."""

    def add(
        self,
        *paths: str | Path,
        metadata: Mapping[str, Any] | None = None,
        progress: "Progress | None" = None,
    ) -> "SyncReport":
        """Index files, folders or glob patterns, and remember them for `sync`.

        Args:
            paths: What to index.
            metadata: Kept with every passage found below them; filters can ask for it.
            progress: Told how far it is.

        Raises:
            DocumentError: A path does not exist; nothing was changed.
            FingerprintMismatchError: The index was built with another model.
            IndexLockedError: Another process is writing.
        """
        from rag.documents.walk import expand
        from rag.errors import DocumentError
        from rag.sync import add_sources
        from rag.sync.report import silent

        for path in paths:
            for one in expand(str(path)):
                if not one.exists():
                    raise DocumentError(f"{path} does not exist; check the path")
        store = self._open(create=True)
        return add_sources(
            store,
            [self._names.name(path) for path in paths],
            metadata=metadata or {},
            embeddings=self.embeddings,
            pipeline=self._pipeline,
            progress=progress or silent,
        )

    def add_documents(
        self, documents: "Iterable[Document]", *, progress: "Progress | None" = None
    ) -> "SyncReport":
        """Index LangChain documents; one of the same `source` again replaces what was there.

        Args:
            documents: Each whole, not cut into passages. Metadata: `source` (its name, required),
                `title`, `kind` ("text", or "markdown" to cut at its headings); the rest is kept
                with every passage for filters.
            progress: Told how far it is.

        Raises:
            DocumentError: A document has no name, or its metadata cannot be kept.
            FingerprintMismatchError: The index was built with another model.
            IndexLockedError: Another process is writing.
        """
        from rag.handover import pushed
        from rag.sync import push_documents
        from rag.sync.report import silent

        return push_documents(
            self._open(create=True),
            map(pushed, documents),
            embeddings=self.embeddings,
            pipeline=self._pipeline,
            progress=progress or silent,
        )

    def sync(
        self,
        loader: "BaseLoader | None" = None,
        *,
        name: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        progress: "Progress | None" = None,
    ) -> "SyncReport":
        """Index what is new or changed, drop what is gone: of one loader, or of everything.

        Everything is all that was ever added and the loaders of the settings (`sources`); one of
        these that fails is listed as failed and loses nothing.

        Args:
            loader: A LangChain document loader; then nothing else is visited.
            name: What the loader's documents are kept under. What was there before and is given no
                longer is removed; without a name that is said of each `source` for itself.
            metadata: Kept with every passage of the loader; filters can ask for it.
            progress: Told how far it is.

        Raises:
            DocumentError: The loader failed; what the index holds of it is kept.
            IndexNotFoundError: Nothing was ever added.
            FingerprintMismatchError: The index was built with another model; see `rebuild`.
            IndexLockedError: Another process is writing.
            MissingExtraError: A loader of the settings needs a package that is not installed.
            SettingsError: A loader of the settings cannot be made.
        """
        from rag.errors import DocumentError
        from rag.loaders.opening import loader_class
        from rag.loaders.running import LoaderRun
        from rag.sync import sync_sources
        from rag.sync.report import combined, silent

        told, sources = progress or silent, self.settings.sources
        if loader is not None:
            store = self._open(create=True)
            only = LoaderRun(store, self.embeddings, self._pipeline, told)
            return only.run(loader, name=name, metadata=metadata or {})
        if name is not None or metadata is not None:
            raise DocumentError("a name or metadata were given without the loader they are for")
        for source in sources:  # a wrong one is said before anything is done
            loader_class(source.loader)
        store = self._open(create=bool(sources))
        files = sync_sources(
            store, embeddings=self.embeddings, pipeline=self._pipeline, progress=told
        )
        run = LoaderRun(store, self.embeddings, self._pipeline, told)
        given = [run.run_named(s.loader, s.args, name=s.name, metadata=s.metadata) for s in sources]
        return combined([files, *given])

    def rebuild(self, *, progress: "Progress | None" = None) -> "SyncReport":
        """Embed everything anew with the model of the settings, switch to it, then sync.

        Until the switch every reader is served from the old index.
        """
        from dataclasses import replace

        from rag.sync import rebuild
        from rag.sync.report import silent

        embedded = rebuild(
            self._open(check=False),
            embeddings=self.embeddings,
            pipeline=self._pipeline,
            progress=progress or silent,
        )
        report = self.sync(progress=progress)
        return replace(report, passages_embedded=report.passages_embedded + embedded)

    def remove(self, *paths: str | Path) -> "SyncReport":
        """Forget files, folders, patterns, sources or a loader's group by name; files stay.

        Raises:
            DocumentError: A path is not in the index; nothing was removed.
        """
        from rag.sync import remove

        store = self._open(check=False)
        return remove(store, [str(path) for path in paths], self._names)

    def forget(self, sources: "Iterable[str]") -> "SyncReport":
        """Forget sources by exactly these names, as `list` gives them; others are passed over.

        Unlike `remove` it knows no folders and no patterns, so it is safe to hand on a name that
        somebody else has chosen.

        Raises:
            IndexLockedError: Another process is writing.
        """
        from rag.sync import forget_sources

        return forget_sources(self._open(check=False), sources)

    @cached_property
    def _names(self) -> "SourceNames":
        from rag.sync import SourceNames

        return SourceNames.of_index(self._index_dir)

    @cached_property
    def _pipeline(self) -> "Pipeline":
        return assembly.make_pipeline(self.settings, self.embeddings)
