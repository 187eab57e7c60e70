"""A retriever over given passages and a scripted chat model, for tests."""

from collections.abc import Callable, Iterator
from typing import Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForLLMRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from pydantic import Field


def passage(text: str, *, source: str = "handbook.md", start: int = 0, **more: Any) -> Document:
    """A passage as the retriever returns it."""
    metadata = {
        "source": source,
        "title": "Handbook",
        "page": None,
        "section": "",
        "start_index": start,
        "end_index": start + len(text),
        "score": 0.5,
        "rank": 1,
        "kind": "markdown",
        "ordinal": 0,
    } | more
    return Document(id=f"{source}:{start}", page_content=text, metadata=metadata)


class FixedRetriever(BaseRetriever):
    """Returns the same passages for every query and keeps the queries."""

    passages: list[Document]
    queries: list[str] = Field(default_factory=list)
    awaited: int = 0

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        self.queries.append(query)
        return list(self.passages)

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun
    ) -> list[Document]:
        self.queries.append(query)
        self.awaited += 1
        return list(self.passages)


Reply = str | list[str] | Exception | Callable[[list[BaseMessage]], str]


class ScriptedChatModel(BaseChatModel):
    """Gives the scripted replies in turn; a list is streamed piece by piece."""

    replies: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    finish_reason: str = "stop"

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _next(self, messages: list[BaseMessage]) -> list[str]:
        reply = self.replies[min(len(self.seen), len(self.replies) - 1)]
        self.seen.append(messages)
        if isinstance(reply, Exception):
            raise reply
        if callable(reply):
            reply = reply(messages)
        return [reply] if isinstance(reply, str) else list(reply)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        message = AIMessage(
            "".join(self._next(messages)),
            response_metadata={"finish_reason": self.finish_reason},
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        for piece in self._next(messages):
            yield ChatGenerationChunk(message=AIMessageChunk(piece))
        end = AIMessageChunk("", response_metadata={"finish_reason": self.finish_reason})
        yield ChatGenerationChunk(message=end)
