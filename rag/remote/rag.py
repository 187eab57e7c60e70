"""`Rag`'s questions put to a running `rag serve`; knows no index, no model and no settings."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Generator,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import aclosing, closing
from typing import Any, TypeAlias, cast

from langchain_core.documents import Document

from rag.answering.answer import Answer, AnswerEvent, AnswerFinished
from rag.answering.question import Turn, read_question
from rag.errors import RemoteError, RetrievalError
from rag.remote.connection import Connection
from rag.remote.events import ServerEvent
from rag.remote.reading import read_answer, read_event, without_unset, write_question
from rag.remote.retriever import DEFAULT_SECONDS, Mode, RemoteRetriever

History: TypeAlias = Sequence[Turn]

_ASK = "/api/ask"


class RemoteRag:
    """A collection of a running `rag serve`: search it, ask it.

    Args:
        base_url: The server's address, e.g. "http://127.0.0.1:8321".
        api_key: One of its keys, None where it asks for none.
        collection: Which of its collections; None: the first that the key opens.
        timeout_seconds: Longest wait for a piece of an answer.

    Raises:
        SettingsError: `base_url` is no address.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        collection: str | None = None,
        timeout_seconds: float = DEFAULT_SECONDS,
    ) -> None:
        self._connection = Connection(base_url, api_key, timeout_seconds)
        self._collection = collection

    def retriever(
        self,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> RemoteRetriever:
        """Return the LangChain retriever over the collection."""
        connection = self._connection
        return RemoteRetriever(
            connection.base_url,
            api_key=connection.api_key,
            collection=self._collection,
            k=k,
            mode=mode,
            filter=filter,
            min_score=min_score,
            timeout_seconds=connection.timeout_seconds,
        )

    def search(
        self,
        query: str,
        *,
        k: int | None = None,
        mode: Mode | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002 - LangChain's word
        min_score: float | None = None,
    ) -> list[Document]:
        """Return the passages that answer best, best first; arguments as of `Rag.search`.

        Raises:
            RetrievalError: The query is blank.
            RemoteError: The server cannot be reached or refuses.
        """
        if not query.strip():
            raise RetrievalError("the query is empty; ask for something")
        retriever = self.retriever(k=k, mode=mode, filter=filter, min_score=min_score)
        return retriever.invoke(query)

    def ask(self, question: str, *, history: History = ()) -> Answer:
        """Return an answer whose citations are bound to the words of the sources.

        Args:
            question: What to answer.
            history: Earlier turns, ("human" | "ai", text) or LangChain messages, oldest first.

        Raises:
            RetrievalError: The question is blank.
            RemoteError: The server cannot be reached or refuses.
        """
        body = self._body(question, history)
        with self._connection.errors():
            return read_answer(self._connection.post(_ASK, body))

    async def aask(self, question: str, *, history: History = ()) -> Answer:
        """Return what `ask` returns, without blocking the event loop."""
        body = self._body(question, history)
        with self._connection.errors():
            return read_answer(await self._connection.apost(_ASK, body))

    def stream(self, question: str, *, history: History = ()) -> Iterator[AnswerEvent]:
        """Yield the events of answering as they arrive; the last one holds the answer.

        Raises:
            RetrievalError: The question is blank.
            RemoteError: The server cannot be reached, refuses, or breaks off.
        """
        body = self._body(question, history) | {"stream": True}
        events = cast("Generator[ServerEvent]", self._connection.events(_ASK, body))
        with closing(events), self._connection.errors():
            for one in events:
                if event := self._read(one):
                    yield event
                if isinstance(event, AnswerFinished):
                    return
        raise self._broke_off()

    async def astream(self, question: str, *, history: History = ()) -> AsyncIterator[AnswerEvent]:
        """Yield what `stream` yields, without blocking the event loop."""
        body = self._body(question, history) | {"stream": True}
        events = cast("AsyncGenerator[ServerEvent]", self._connection.aevents(_ASK, body))
        async with aclosing(events):
            with self._connection.errors():
                async for one in events:
                    if event := self._read(one):
                        yield event
                    if isinstance(event, AnswerFinished):
                        return
        raise self._broke_off()

    def _body(self, question: str, history: History) -> dict[str, Any]:
        asked = read_question({"question": question, "history": list(history)})
        return write_question(asked) | without_unset({"collection": self._collection})

    def _read(self, event: ServerEvent) -> AnswerEvent | None:
        if event.name == "failed":
            raise self._connection.failure(event.data, event.data.get("status"))
        return read_event(event.name, event.data)

    def _broke_off(self) -> RemoteError:
        return self._connection.mistake("broke off in the middle of its answer; ask again")
