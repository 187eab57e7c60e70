"""Turns what chat clients raise into errors that name the setting to change; opens no model."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from langchain_core.language_models import BaseChatModel

from rag.errors import (
    ChatAuthenticationError,
    ChatConnectionError,
    ChatContentFilterError,
    ChatContextLengthError,
    ChatModelError,
    ChatModelNotFoundError,
    ChatRateLimitError,
    ChatServerError,
    ChatStreamError,
    RagError,
)

# Clients have no common root, and their packages need not be installed: what counts is the HTTP
# status they carry and the names of their classes (openai, anthropic, httpx, langchain-core).
_TIMEOUTS: Final = frozenset(
    {
        "APITimeoutError",
        "TimeoutException",
        "ModelTimeoutError",
        "StreamChunkTimeoutError",
        "TimeoutError",
        "ReadTimeout",
        "ConnectTimeout",
    }
)
_CONNECTIONS: Final = frozenset(
    {
        "APIConnectionError",
        "ModelConnectionError",
        "TransportError",
        "ConnectError",
        "ConnectionError",
    }
)
_CONTEXT: Final = re.compile(
    r"context.?(?:length|window|size)|maximum context|too many (?:input )?tokens"
    r"|(?:prompt|input) is too long|exceeds? the (?:available )?context|token limit",
    re.IGNORECASE,
)
_FILTER: Final = re.compile(
    r"content.?(?:filter|management|policy)|responsible.?ai|moderation", re.IGNORECASE
)
_SECRET: Final = re.compile(r"\b(?:sk|pk|key|bearer)[-_ ][\w*.-]{6,}", re.IGNORECASE)
_LONGEST_WORDS: Final = 200


class Progress:
    """Remembers whether an answer has begun to arrive."""

    def __init__(self) -> None:
        self.began = False


@contextmanager
def chat_errors(model: BaseChatModel, progress: Progress | None = None) -> Iterator[None]:
    """Raise a `ChatModelError` for what the client of `model` raises; let all else through."""
    try:
        yield
    except RagError:
        raise
    except Exception as error:
        began = progress is not None and progress.began
        translated = translate(error, describe(model), began=began)
        if translated is None:
            raise
        raise translated from error


def describe(model: BaseChatModel) -> str:
    """Return a model's name and endpoint for messages."""
    name = next(
        (
            str(value)
            for key in ("model_name", "model", "model_id")
            if (value := getattr(model, key, None))
        ),
        type(model).__name__,
    )
    base_url = getattr(model, "openai_api_base", None) or getattr(model, "base_url", None)
    return f"the chat model {name!r}" + (f" at {base_url}" if base_url else "")


def translate(error: BaseException, model: str, *, began: bool) -> ChatModelError | None:
    """Return the error that says what to change, None for one that no client of a model raises.

    Args:
        error: What was raised; its causes are looked at too.
        model: The model and its endpoint, for the message.
        began: Whether a part of the answer had arrived.
    """
    chain = list(_causes(error))
    status = next((s for e in chain if (s := _status(e)) is not None), None)
    names = {kind.__name__ for e in chain for kind in type(e).__mro__}
    words = one_line(str(error))
    if status is not None:
        return _for_status(status, model, words)
    if names & _TIMEOUTS:
        return _for_timeout(model, began)
    if names & _CONNECTIONS:
        return _for_connection(model, words, began)
    if "APIError" in names:
        return _for_words(model, words) or ChatStreamError(
            f"{model} broke off with {words!r}; ask again"
        )
    return None


def one_line(words: str) -> str:
    """Return somebody else's message on one line, short and without keys."""
    flat = _SECRET.sub("***", " ".join(words.split()))
    return flat if len(flat) <= _LONGEST_WORDS else flat[:_LONGEST_WORDS] + "…"


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    for value in (getattr(error, "status_code", None), getattr(response, "status_code", None)):
        if isinstance(value, int):
            return value
    return None


def _for_status(status: int, model: str, words: str) -> ChatModelError:
    if status in (401, 403):
        # The server's words are left out: some repeat the key.
        return ChatAuthenticationError(f"{model} refused the key ({status}); check chat.api_key")
    if status == 404:
        return ChatModelNotFoundError(
            f"{model} was not found (404: {words}); check chat.model, and that chat.base_url ends "
            "where the endpoint's API begins, often in /v1"
        )
    if status == 429:
        return ChatRateLimitError(
            f"{model} refused for rate or quota (429: {words}); wait, raise chat.max_retries, or "
            "use another chat.api_key or chat.model"
        )
    if status in (408, 504):
        return _for_timeout(model, began=False)
    if status >= 500:
        return ChatServerError(
            f"{model} failed ({status}: {words}); try again, or change chat.base_url or chat.model"
        )
    return _for_words(model, words) or ChatModelError(
        f"{model} refused the request ({status}: {words}); check chat.model, chat.temperature "
        '("none" sends none) and chat.max_output_tokens'
    )


def _for_words(model: str, words: str) -> ChatModelError | None:
    if _FILTER.search(words):
        return ChatContentFilterError(
            f"{model} withheld the answer ({words}); ask differently or change chat.model"
        )
    if _CONTEXT.search(words):
        return ChatContextLengthError(
            f"the prompt does not fit {model} ({words}); lower answer.passage_tokens or "
            "chat.max_output_tokens, or set chat.context_tokens to what the model reads"
        )
    return None


def _for_timeout(model: str, began: bool) -> ChatModelError:
    if began:
        return ChatStreamError(
            f"{model} stopped in the middle of its answer; ask again, or raise chat.timeout_seconds"
        )
    return ChatConnectionError(
        f"{model} did not answer in time; raise chat.timeout_seconds or check chat.base_url"
    )


def _for_connection(model: str, words: str, began: bool) -> ChatModelError:
    if began:
        return ChatStreamError(f"{model} broke off in the middle of its answer; ask again")
    return ChatConnectionError(
        f"{model} cannot be reached ({words}); start it or check chat.base_url"
    )
