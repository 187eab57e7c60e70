"""The composition root: settings in, a working index, retriever and chain out.

The only reader of `Settings` below the command line and the servers.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

from rag import assembly
from rag.assembly import Mode
from rag.errors import FingerprintMismatchError, RetrievalError
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from langchain_core.document_loaders import BaseLoader
    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.agents.middleware import RagMiddleware
    from rag.agents.tool import RagTool
    from rag.answering.answer import Answer, AnswerEvent
    from rag.answering.chain import RagChain
    from rag.embeddings import PassageEmbeddings
    from rag.excerpt import Excerpt
    from rag.health import Check
    from rag.retrieval.explanation import Explanation
    from rag.retrieval.memory import TextVectors
    from rag.retrieval.retriever import RagRetriever
    from rag.similarity import Twins
    from rag.status import IndexStatus
    from rag.store.records import SourceRecord
    from rag.store.store import Store
    from rag.sync import Pipeline, Progress, SourceNames, SyncReport

    History: TypeAlias = Sequence[BaseMessage | tuple[str, str]]
    Documents: TypeAlias = list[Document]


class Rag:
    """An index of documents: add to it, search it, ask it.

    Args:
        index_dir: Where the index lives; default from the settings (".rag").
        config: A `rag.toml`; default the nearest one upward from the working directory.
        settings: Settings to use as they are; then no file and no environment is read.
        embeddings: Another embedding model than the settings name.
        chat_model: Any LangChain chat model; default the one of the settings, or none.
        reranker: Any LangChain document compressor; default the one of the settings, or none.

    Raises:
        SettingsError: A setting is unknown or out of range.
    """

    def __init__(
        self,
        index_dir: str | Path | None = None,
        *,
        config: str | Path | None = None,
        settings: Settings | None = None,
        embeddings: "PassageEmbeddings | None" = None,
        chat_model: "BaseChatModel | None" = None,
        reranker: "BaseDocumentCompressor | None" = None,
    ) -> None:
        given = settings or load_settings(config=None if config is None else Path(config)).settings
        self.settings = (
            given if index_dir is None else given.model_copy(update={"index_dir": Path(index_dir)})
        )
        self._given_embeddings = embeddings
        self._given_chat_model = chat_model
        self._given_reranker = reranker
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

    # Making the index equal to its sources

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

    # Looking at the index

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

    # Asking

    def search(
        self,
        query: str,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "Documents":
        """Return the passages that answer best, best first; see `RagRetriever` for their metadata.

        Args:
            query: A question or keywords.
            k: Passages wanted.
            mode: By meaning ("dense"), by words ("lexical") or both ("hybrid").
            filter: Conditions on source, folder, kind, page, section, date or own metadata.
            min_score: Leave out what scores lower, on the reranker's scale if there is one.

        Raises:
            RetrievalError: The query is blank or the filter cannot be used.
            IndexNotFoundError: Nothing was indexed.
            FingerprintMismatchError: The index was built with another model.
        """
        if not query.strip():
            raise RetrievalError("the query is empty; ask for something")
        retriever = self.retriever(k=k, mode=mode, filter=filter, min_score=min_score)
        return retriever.invoke(query)

    def explain(
        self,
        query: str,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "Explanation":
        """Return what `search` returns, with why each passage stands there and what was left out.

        Arguments and errors as of `search`.
        """
        if not query.strip():
            raise RetrievalError("the query is empty; ask for something")
        retriever = self.retriever(k=k, mode=mode, filter=filter, min_score=min_score)
        return retriever.explain(query)

    def similarity(self, text: str, other: str) -> float:
        """Return the cosine of two texts' vectors: -1 to 1, higher is more alike in meaning.

        Raises:
            RetrievalError: A text is empty.
        """
        from rag.similarity import similarity

        return similarity(self.embeddings, text, other)

    def ask(self, question: str, *, history: "History" = ()) -> "Answer":
        """Return an answer whose citations are bound to the words of the sources.

        Args:
            question: What to answer.
            history: Earlier turns, ("human" | "ai", text) or LangChain messages, oldest first.

        Raises:
            ChatModelError: The chat model did not answer; the message names the setting to change.
        """
        return self.chain().invoke({"question": _asked(question), "history": list(history)})

    def stream(self, question: str, *, history: "History" = ()) -> "Iterator[AnswerEvent]":
        """Yield the events of answering: the search query, the passages, text, the answer."""
        return self.chain().stream({"question": _asked(question), "history": list(history)})

    async def aask(self, question: str, *, history: "History" = ()) -> "Answer":
        """Return what `ask` returns, without blocking the event loop."""
        chain = await asyncio.to_thread(self.chain)
        return await chain.ainvoke({"question": _asked(question), "history": list(history)})

    async def astream(
        self, question: str, *, history: "History" = ()
    ) -> "AsyncIterator[AnswerEvent]":
        """Yield what `stream` yields, without blocking the event loop."""
        chain = await asyncio.to_thread(self.chain)
        turn = {"question": _asked(question), "history": list(history)}
        async for event in chain.astream(turn):
            yield event

    # The parts, for those who build their own

    def retriever(
        self,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "RagRetriever":
        """Return the LangChain retriever of the settings, with what is given here instead."""
        return assembly.make_retriever(
            self.settings,
            self._open(),
            self.embeddings,
            k=k,
            mode=mode,
            wanted=filter,
            min_score=min_score,
            reranker=self._given_reranker,
            remembered=self._remembered,
        )

    def chain(
        self,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "RagChain":
        """Return the Runnable from a question to an `Answer`; arguments as of `retriever`."""
        retriever = self.retriever(k=k, mode=mode, filter=filter, min_score=min_score)
        return assembly.make_chain(self.settings, retriever, self.embeddings, self.chat_model)

    def as_tool(
        self,
        name: str | None = None,
        description: str | None = None,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "RagTool":
        """Return a LangChain tool with which an agent searches; other arguments as of `retriever`.

        The model calls it by `name` ("search_documents") and is told its `description` (that it
        searches the user's documents).
        """
        retriever = self.retriever(k=k, mode=mode, filter=filter, min_score=min_score)
        return assembly.make_tool(self.settings, retriever, name=name, description=description)

    def as_middleware(
        self,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> "RagMiddleware":
        """Return what answers each turn of a LangChain agent; arguments as of `retriever`."""
        chain = self.chain(k=k, mode=mode, filter=filter, min_score=min_score)
        return assembly.make_middleware(self.settings, chain)

    @cached_property
    def embeddings(self) -> "PassageEmbeddings":
        """The embedding model; its weights are loaded when the first text is embedded."""
        return self._given_embeddings or assembly.open_embeddings(self.settings.embedding)

    @cached_property
    def chat_model(self) -> "BaseChatModel | None":
        """The chat model of the settings, None if none is configured.

        Raises:
            ChatModelNotConfiguredError: A model is named, but neither a key nor an endpoint.
        """
        return self._given_chat_model or assembly.open_chat_model(self.settings.chat)

    @cached_property
    def _remembered(self) -> "TextVectors":
        from rag.retrieval.memory import TextVectors

        return TextVectors()

    @cached_property
    def _names(self) -> "SourceNames":
        from rag.sync import SourceNames

        return SourceNames.of_index(self._index_dir)

    @cached_property
    def _pipeline(self) -> "Pipeline":
        return assembly.make_pipeline(self.settings, self.embeddings)

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


def _asked(question: str) -> str:
    if not question.strip():
        raise RetrievalError("the question is empty; ask something")
    return question
