"""Answers questions from retrieved passages, with citations; knows no index and no settings."""

from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, TypeAlias

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig

from rag.answering.answer import (
    Answer,
    AnswerEvent,
    AnswerFinished,
    PassagesFound,
    SearchStarted,
    TextChunk,
)
from rag.answering.condense import join_history
from rag.answering.extractive import Embed, quote_answer
from rag.answering.question import ChainInput, Question, read_question

ChainQuestion: TypeAlias = str | Mapping[str, Any] | ChainInput


class RagChain(Runnable[ChainQuestion, Answer]):
    """A Runnable from a question (with its history) to an `Answer`.

    `invoke`, `ainvoke` and `batch` return answers; `stream` and `astream` yield the events
    `SearchStarted`, `PassagesFound`, `TextChunk` …, `AnswerFinished`. Inside a larger LangChain
    sequence the chain yields its `Answer` as one piece.

    Args:
        retriever: Returns passages whose metadata hold `source` and `start_index`.
        chat_model: Writes the answers; None quotes sentences of the passages instead.
        language: Of the answer, e.g. "en" or "zh"; "auto" is the question's.
        embed: Vectors of unit length by which sentences are compared where there is no chat model.
    """

    def __init__(
        self,
        retriever: BaseRetriever,
        chat_model: BaseChatModel | None = None,
        *,
        language: str = "auto",
        embed: Embed | None = None,
    ) -> None:
        self.retriever = retriever
        self.chat_model = chat_model
        self.language = language
        self.embed = embed

    def invoke(
        self,
        input: ChainQuestion,
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> Answer:
        """Return the answer to a question."""
        return self._call_with_config(self._answer, input, config)

    async def ainvoke(
        self,
        input: ChainQuestion,
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> Answer:
        """Return the answer to a question."""
        return await self._acall_with_config(self._aanswer, input, config)

    # The events of a stream are more than an answer in pieces, which `Runnable.stream` promises.
    def stream(  # type: ignore[override]
        self,
        input: ChainQuestion,
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> Iterator[AnswerEvent]:
        """Yield the events of answering, the last one with the answer."""
        yield from self._transform_stream_with_config(  # type: ignore[misc]
            iter([input]), self._stream, config
        )

    async def astream(  # type: ignore[override]
        self,
        input: ChainQuestion,
        config: RunnableConfig | None = None,
        **_: Any,
    ) -> AsyncIterator[AnswerEvent]:
        """Yield the events of answering, the last one with the answer."""
        async for event in self._atransform_stream_with_config(  # type: ignore[misc]
            _one(input), self._astream, config
        ):
            yield event

    def _answer(self, input_: ChainQuestion, config: RunnableConfig) -> Answer:
        for event in self._events(read_question(input_), config):
            if isinstance(event, AnswerFinished):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    def _stream(
        self, inputs: Iterator[ChainQuestion], config: RunnableConfig
    ) -> Iterator[AnswerEvent]:
        yield from self._events(read_question(next(inputs)), config)

    def _events(self, question: Question, config: RunnableConfig) -> Iterator[AnswerEvent]:
        query = join_history(question)
        yield SearchStarted(query)
        passages = tuple(self.retriever.invoke(query, config))
        yield PassagesFound(passages)
        yield from self._quoted(question, query, passages)

    async def _aanswer(self, input_: ChainQuestion, config: RunnableConfig) -> Answer:
        async for event in self._aevents(read_question(input_), config):
            if isinstance(event, AnswerFinished):
                return event.answer
        raise AssertionError("a stream ends with its answer")

    async def _astream(
        self, inputs: AsyncIterator[ChainQuestion], config: RunnableConfig
    ) -> AsyncIterator[AnswerEvent]:
        async for event in self._aevents(read_question(await anext(inputs)), config):
            yield event

    async def _aevents(
        self, question: Question, config: RunnableConfig
    ) -> AsyncIterator[AnswerEvent]:
        query = join_history(question)
        yield SearchStarted(query)
        passages = tuple(await self.retriever.ainvoke(query, config))
        yield PassagesFound(passages)
        for event in self._quoted(question, query, passages):
            yield event

    def _quoted(
        self, question: Question, query: str, passages: tuple[Document, ...]
    ) -> Iterator[AnswerEvent]:
        answer = quote_answer(
            question.text, query, passages, language=self.language, embed=self.embed
        )
        yield TextChunk(answer.text)
        yield AnswerFinished(answer)


async def _one(value: ChainQuestion) -> AsyncIterator[ChainQuestion]:
    yield value
