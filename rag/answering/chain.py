"""Answers questions from retrieved passages, with citations; knows no index and no settings."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeAlias, cast

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
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
from rag.answering.asking import (
    Ask,
    AskAsync,
    aask_streaming,
    aask_whole,
    ask_streaming,
    ask_whole,
)
from rag.answering.composing import Budget, answer_language, compose_answer
from rag.answering.condenser import Condenser
from rag.answering.extractive import quote_answer
from rag.answering.finishing import finish
from rag.answering.keeping import Unsupported, reply_reader
from rag.answering.language import no_answer_in
from rag.answering.looking import (
    History,
    Sought,
    afind,
    chosen_history,
    find,
    weighs_history,
)
from rag.answering.prompts import Prompt, load_prompt
from rag.answering.question import ChainInput, Question, read_question
from rag.answering.reply import ReplyReader
from rag.answering.sufficiency.decision import Sufficiency
from rag.answering.sufficiency.telling import Judge, remark, with_doubt
from rag.embedding.reading import Read

ChainQuestion: TypeAlias = str | Mapping[str, Any] | ChainInput


class RagChain(Runnable[ChainQuestion, Answer]):
    """A Runnable from a question (with its history) to an `Answer`.

    `invoke`, `ainvoke` and `batch` return answers; `stream` and `astream` yield the events
    `SearchStarted`, `PassagesFound`, `TextChunk` …, `AnswerFinished`. As a step of a LangChain
    sequence the chain yields its `Answer` in one piece.

    Args:
        retriever: Returns passages whose metadata hold `source` and `start_index`.
        chat_model: Writes the answers; None quotes sentences of the passages instead.
        answer_prompt: Asks for the answer; None is the shipped one.
        condense_prompt: Asks for a question that stands alone; None is the shipped one.
        budget: How many tokens passages, prompt and answer may take.
        language: Of the answer, e.g. "en" or "zh"; "auto" is the question's.
        read: Reads texts piece by piece, by which sentences are compared where there is no chat
            model; None compares words alone.
        history: How a follow-up is searched: "rewrite" by the chat model, "weigh" what was said
            before in the search, "join" to the question it leans on, "ignore" what was said
            before; "auto": rewrite with a chat model, else weigh. Weighing takes a retriever that
            can, such as a hybrid `RagRetriever`; others join.
        judge: Says whether passages answer a question; None takes every passage for an answer.
        unsupported: What becomes of a sentence that no passage it cites supports: "mark" its
            citation as unverified, or "remove" the sentence before anybody sees it.

    Raises:
        ChatModelNotConfiguredError: A rewrite is wanted and there is no chat model.
    """

    def __init__(
        self,
        retriever: BaseRetriever,
        chat_model: BaseChatModel | None = None,
        *,
        answer_prompt: Prompt | None = None,
        condense_prompt: Prompt | None = None,
        budget: Budget | None = None,
        language: str = "auto",
        read: Read | None = None,
        history: History = "auto",
        judge: Judge | None = None,
        unsupported: Unsupported = "mark",
    ) -> None:
        self.retriever = retriever
        self.chat_model = chat_model
        self.answer_prompt = answer_prompt or load_prompt("answer")
        self.budget = budget or Budget()
        self.condenser = Condenser(
            chosen_history(history, chat_model, can_weigh=weighs_history(retriever)),
            chat_model,
            condense_prompt or load_prompt("condense"),
            self.budget,
        )
        self.language = language
        self.read = read
        self.judge = judge
        self.unsupported: Unsupported = unsupported

    # `input` and the open keyword arguments are what `Runnable` prescribes; none is used.

    def invoke(
        self,
        input: ChainQuestion,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Answer:
        """Return the answer to a question.

        Raises:
            RetrievalError: The input is no question.
            ChatModelError: The chat model did not answer; the subclass and message say why.
        """
        return self._call_with_config(cast("Any", self._answer), input, config)

    async def ainvoke(
        self,
        input: ChainQuestion,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Answer:
        """Return the answer to a question; raises what `invoke` raises."""
        return await self._acall_with_config(cast("Any", self._aanswer), input, config)

    # A stream is more than an answer in pieces, hence not the `Iterator[Answer]` of `Runnable`.

    def stream(  # type: ignore[override]
        self,
        input: ChainQuestion,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Iterator[AnswerEvent]:
        """Yield the events of answering, the last one with the answer."""
        events = self._transform_stream_with_config(
            iter([input]), cast("Any", self._stream), config
        )
        yield from cast("Iterator[AnswerEvent]", events)

    async def astream(  # type: ignore[override]
        self,
        input: ChainQuestion,  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> AsyncIterator[AnswerEvent]:
        """Yield the events of answering, the last one with the answer."""
        events = self._atransform_stream_with_config(
            _one(input), cast("Any", self._astream), config
        )
        async for event in cast("AsyncIterator[AnswerEvent]", events):
            yield event

    def transform(
        self,
        input: Iterator[ChainQuestion],  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> Iterator[Answer]:
        """Yield the answer to the last question of a stream, as a step of a sequence."""
        *_earlier, question = input
        yield self.invoke(question, config)

    async def atransform(
        self,
        input: AsyncIterator[ChainQuestion],  # noqa: A002
        config: RunnableConfig | None = None,
        **_: Any,  # noqa: ANN401
    ) -> AsyncIterator[Answer]:
        """Yield the answer to the last question of a stream, as a step of a sequence."""
        questions = [question async for question in input]
        yield await self.ainvoke(questions[-1], config)

    def _answer(self, input_: ChainQuestion, config: RunnableConfig) -> Answer:
        *_, last = self._events(read_question(input_), config, ask_whole)
        return cast("AnswerFinished", last).answer

    async def _aanswer(self, input_: ChainQuestion, config: RunnableConfig) -> Answer:
        question = read_question(input_)
        events = [event async for event in self._aevents(question, config, aask_whole)]
        return cast("AnswerFinished", events[-1]).answer

    def _stream(
        self, inputs: Iterator[ChainQuestion], config: RunnableConfig
    ) -> Iterator[AnswerEvent]:
        for input_ in inputs:
            yield from self._events(read_question(input_), config, ask_streaming)

    async def _astream(
        self, inputs: AsyncIterator[ChainQuestion], config: RunnableConfig
    ) -> AsyncIterator[AnswerEvent]:
        async for input_ in inputs:
            async for event in self._aevents(read_question(input_), config, aask_streaming):
                yield event

    def _events(
        self, question: Question, config: RunnableConfig, ask: Ask
    ) -> Iterator[AnswerEvent]:
        sought = self.condenser.seek(question, config)
        yield SearchStarted(sought.query, with_history=bool(sought.history))
        passages = tuple(find(self.retriever, sought, config))
        yield PassagesFound(passages)
        if self.chat_model is None or not passages:
            yield from self._quote(question, sought, passages)
            return
        sufficiency = self._judged(sought, passages)
        messages, shown, reply = self._compose(question, passages, sufficiency)
        for message in ask(self.chat_model, messages, config):
            if text := reply.take(message):
                yield TextChunk(text)
        yield from self._finish(question, sought.query, reply, shown, passages, sufficiency)

    async def _aevents(
        self, question: Question, config: RunnableConfig, ask: AskAsync
    ) -> AsyncIterator[AnswerEvent]:
        sought = await self.condenser.aseek(question, config)
        yield SearchStarted(sought.query, with_history=bool(sought.history))
        passages = tuple(await afind(self.retriever, sought, config))
        yield PassagesFound(passages)
        if self.chat_model is None or not passages:
            for event in await asyncio.to_thread(self._quote, question, sought, passages):
                yield event
            return
        sufficiency = await asyncio.to_thread(self._judged, sought, passages)
        messages, shown, reply = self._compose(question, passages, sufficiency)
        async for message in ask(self.chat_model, messages, config):
            if text := await asyncio.to_thread(reply.take, message):
                yield TextChunk(text)
        for event in await asyncio.to_thread(
            self._finish, question, sought.query, reply, shown, passages, sufficiency
        ):
            yield event

    def _judged(self, sought: Sought, passages: tuple[Document, ...]) -> Sufficiency | None:
        return None if self.judge is None else self.judge(sought.standalone, passages)

    def _compose(
        self,
        question: Question,
        passages: tuple[Document, ...],
        sufficiency: Sufficiency | None,
    ) -> tuple[list[BaseMessage], tuple[Document, ...], ReplyReader]:
        messages, shown = compose_answer(
            self.answer_prompt,
            question,
            passages,
            language=self.language,
            budget=self.budget,
            remark=remark(sufficiency),
        )
        language = answer_language(self.language, question.text)
        reply = reply_reader(
            self.unsupported, shown, no_answer_in(language), question=question.text
        )
        return messages, shown, reply

    def _finish(
        self,
        question: Question,
        query: str,
        reply: ReplyReader,
        shown: tuple[Document, ...],
        found: tuple[Document, ...],
        sufficiency: Sufficiency | None,
    ) -> list[AnswerEvent]:
        rest = reply.close()
        language = answer_language(self.language, question.text)
        answer = finish(question.text, query, reply, shown, found=found, language=language)
        finished = AnswerFinished(with_doubt(answer, sufficiency, language=language))
        return [TextChunk(rest), finished] if rest else [finished]

    def _quote(
        self, question: Question, sought: Sought, passages: tuple[Document, ...]
    ) -> list[AnswerEvent]:
        language = answer_language(self.language, question.text)
        if self.chat_model is not None:
            answer = Answer(question.text, sought.query, no_answer_in(language), answered=False)
        else:
            quoted = quote_answer(
                question.text,
                sought.standalone,
                passages,
                language=language,
                read=self.read,
                sufficiency=self._judged(sought, passages),
            )
            answer = replace(quoted, search_query=sought.query)
        return [TextChunk(answer.text), AnswerFinished(answer)]


async def _one(value: ChainQuestion) -> AsyncIterator[ChainQuestion]:
    yield value
