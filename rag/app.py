"""An index one can ask: search, answers, and the parts of both, as its settings name them."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from rag import assembly
from rag.assembly import Mode
from rag.errors import RetrievalError
from rag.index.filled import FillableIndex
from rag.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from rag.agents.middleware import RagMiddleware
    from rag.agents.tool import RagTool
    from rag.answering.answer import Answer, AnswerEvent
    from rag.answering.chain import RagChain
    from rag.embeddings import PassageEmbeddings
    from rag.retrieval.explanation import Explanation
    from rag.retrieval.memory import TextVectors
    from rag.retrieval.retriever import RagRetriever

    History: TypeAlias = Sequence[BaseMessage | tuple[str, str]]
    Documents: TypeAlias = list[Document]


class Rag(FillableIndex):
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
        super().__init__(index_dir, config=config, settings=settings, embeddings=embeddings)
        self._given_chat_model = chat_model
        self._given_reranker = reranker

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


def _asked(question: str) -> str:
    if not question.strip():
        raise RetrievalError("the question is empty; ask something")
    return question
