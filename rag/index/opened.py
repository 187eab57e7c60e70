"""An index of documents, opened to be looked at; neither fills it nor asks it."""

import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from rag import assembly
from rag.errors import FingerprintMismatchError
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.documents import Document

    from rag.embeddings import PassageEmbeddings
    from rag.excerpt import Excerpt
    from rag.health import Check
    from rag.similarity import Twins
    from rag.status import IndexStatus
    from rag.store.records import SourceRecord
    from rag.store.store import Store


class OpenIndex:
    """What `Rag` can tell of its documents; its arguments are told there."""

    def __init__(
        self,
        index_dir: str | Path | None = None,
        *,
        config: str | Path | None = None,
        settings: Settings | None = None,
        embeddings: "PassageEmbeddings | None" = None,
    ) -> None:
        given = settings or load_settings(config=None if config is None else Path(config)).settings
        self.settings = (
            given if index_dir is None else given.model_copy(update={"index_dir": Path(index_dir)})
        )
        self._given_embeddings = embeddings
        self._store: Store | None = None
        self._opening = threading.Lock()
        # Absolute, so that the program may change its working directory.
        self._index_dir = self.settings.index_dir.absolute()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the index's files."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def list(
        self,
        *,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
    ) -> "list[SourceRecord]":
        """Return every source by name, also those that could not be read.

        Args:
            filter: Conditions as of `search`; then only sources with a passage that fulfils them.

        Raises:
            RetrievalError: The filter cannot be used.
        """
        from rag.store.filters import compile_filter

        catalog = self._open(check=False).catalog
        if filter is None:
            return catalog.sources()
        wanted = catalog.sources_matching(compile_filter(filter))
        return [record for record in catalog.sources() if record.source in wanted]

    def status(self) -> "IndexStatus":
        """Return what the index holds."""
        from rag.status import index_status

        store = self._open(check=False)
        return index_status(store, fits_settings=self._fits(store))

    def check(self) -> "Sequence[Check]":
        """Return what is well with the index and what is not, in the order to mend it."""
        from rag.health import check_index

        store = self._open(check=False)
        return check_index(store, fits_settings=self._fits(store))

    def twins(self, *, least: float = 0.9, most: int = 50) -> "Sequence[Twins]":
        """Return the pairs of passages most alike in meaning: copies, versions and paraphrases.

        Args:
            least: Cosine of their vectors from which two passages are a pair, up to 1. Texts that
                the model cannot read must share so many of their words too.
            most: The most pairs returned, the most alike first.

        Raises:
            FingerprintMismatchError: The index was built with another model.
        """
        from rag.similarity import find_twins

        return find_twins(self._open(), least=least, most=most, unknown_share=self.unknown_share)

    def unknown_share(self, text: str) -> float:
        """Return the share (0 to 1) of a text that the embedding model has no sign for."""
        ask = getattr(self.embeddings, "unknown_share", None)
        return 0.0 if ask is None else float(ask(text))

    def show(self, reference: str, *, context: int = 400) -> "Excerpt":
        """Return a passage in its context.

        Args:
            reference: A passage id, or "SOURCE:START-END" in characters of the extracted text.
            context: Characters shown before and after it.

        Raises:
            CitationNotFoundError: There is no such passage.
        """
        from rag.excerpt import excerpt

        return excerpt(self._open(check=False).catalog, reference, context=context)

    def document(self, source: str) -> "Document":
        """Return a whole document of the index by its source's name.

        Its metadata hold `source`, `title`, `kind` and what it was added with.

        Raises:
            CitationNotFoundError: There is none of that name.
        """
        from rag.excerpt import whole_document

        return whole_document(self._open(check=False).catalog, source)

    @cached_property
    def embeddings(self) -> "PassageEmbeddings":
        """The embedding model; its weights are loaded when the first text is embedded."""
        return self._given_embeddings or assembly.open_embeddings(self.settings.embedding)

    def _open(self, *, create: bool = False, check: bool = True) -> "Store":
        """Return the store; refuse it if the settings name another model than built it."""
        from rag.store.store import Store

        with self._opening:
            if self._store is None:
                opening = Store.create if create else Store
                self._store = opening(self._index_dir, assembly.store_options(self.settings.store))
            store = self._store
        if check:
            fingerprint = self.embeddings.fingerprint
            store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        return store

    def _fits(self, store: "Store") -> bool:
        fingerprint = self.embeddings.fingerprint
        try:
            store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        except FingerprintMismatchError:
            return False
        return True
