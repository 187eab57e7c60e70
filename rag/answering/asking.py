"""Asks a chat model, whole or piece by piece, sync or async; knows neither prompt nor answer."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final, TypeAlias

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from rag.answering.chat_models import says_why_it_ends
from rag.answering.failures import Progress, chat_errors, describe
from rag.answering.waiting import bounded
from rag.errors import ChatContentFilterError, ChatStreamError

# openai 3.54 waits at most so many seconds between two tries by itself.
_LONGEST_BACKOFF: Final = 8.0

Messages: TypeAlias = list[BaseMessage]
Ask: TypeAlias = Callable[[BaseChatModel, Messages, RunnableConfig], Iterator[BaseMessage]]
AskAsync: TypeAlias = Callable[
    [BaseChatModel, Messages, RunnableConfig], AsyncIterator[BaseMessage]
]


def ask_whole(
    model: BaseChatModel, messages: Messages, config: RunnableConfig
) -> Iterator[BaseMessage]:
    """Yield a model's reply in one piece."""
    with chat_errors(model):
        message = model.invoke(messages, config)
    _refuse_withheld(model, end_reason(message))
    yield message


async def aask_whole(
    model: BaseChatModel, messages: Messages, config: RunnableConfig
) -> AsyncIterator[BaseMessage]:
    """Yield a model's reply in one piece."""
    with chat_errors(model):
        message = await model.ainvoke(messages, config)
    _refuse_withheld(model, end_reason(message))
    yield message


def ask_streaming(
    model: BaseChatModel, messages: Messages, config: RunnableConfig
) -> Iterator[BaseMessage]:
    """Yield a model's reply as it arrives.

    Raises:
        ChatStreamError: The reply broke off: the connection closed before the model said its end.
    """
    progress, reason = Progress(), None
    with chat_errors(model, progress):
        for piece in _stream(model, messages, config):
            progress.began = progress.began or bool(piece.text)
            reason = end_reason(piece) or reason
            yield piece
    _check_end(model, reason)


async def aask_streaming(
    model: BaseChatModel, messages: Messages, config: RunnableConfig
) -> AsyncIterator[BaseMessage]:
    """Yield a model's reply as it arrives; raises what `ask_streaming` raises."""
    progress, reason = Progress(), None
    with chat_errors(model, progress):
        async for piece in model.astream(messages, config):
            progress.began = progress.began or bool(piece.text)
            reason = end_reason(piece) or reason
            yield piece
    _check_end(model, reason)


def _stream(
    model: BaseChatModel, messages: Messages, config: RunnableConfig
) -> Iterator[BaseMessage]:
    """Stream, bounded as the model's own async stream is: langchain-openai 1.7 bounds no other."""
    seconds = getattr(model, "stream_chunk_timeout", None)
    if not seconds:
        return model.stream(messages, config)
    tries = 1 + (getattr(model, "max_retries", None) or 0)
    return bounded(
        lambda: model.stream(messages, config),
        first_seconds=tries * (seconds + _LONGEST_BACKOFF),
        next_seconds=seconds,
    )


def end_reason(message: BaseMessage) -> str | None:
    """Return why a model stopped, in its own word; None if the message does not say."""
    metadata = message.response_metadata
    for key in ("finish_reason", "stop_reason", "done_reason"):
        if reason := metadata.get(key):
            return str(reason).lower()
    return None


def _check_end(model: BaseChatModel, reason: str | None) -> None:
    _refuse_withheld(model, reason)
    if reason is None and says_why_it_ends(model):
        raise ChatStreamError(f"{describe(model)} broke off in the middle of its answer; ask again")


def _refuse_withheld(model: BaseChatModel, reason: str | None) -> None:
    if reason in ("content_filter", "safety", "refusal", "prohibited_content"):
        raise ChatContentFilterError(
            f"{describe(model)} withheld the answer ({reason}); ask differently or change "
            "chat.model"
        )
