"""What a caller is told when something goes wrong; the cause itself goes to the log only.

A message that the caller can act on is passed on; one about the server's own state (its paths, its
model, its documents) is replaced by the id under which the log has it.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from rag.errors import (
    ChatContentFilterError,
    ChatContextLengthError,
    ChatModelError,
    ChatRateLimitError,
    CitationNotFoundError,
    DocumentError,
    DocumentLimitError,
    EmbeddingError,
    RagError,
    RerankerError,
    RetrievalError,
    StoreError,
    UnsupportedFormatError,
)
from rag.server.logs import LOGGER

# Of a class and its subclasses; the first that fits counts.
_STATUS: tuple[tuple[type[RagError], int], ...] = (
    (RetrievalError, 400),
    (CitationNotFoundError, 404),
    (UnsupportedFormatError, 415),
    (DocumentLimitError, 413),
    (DocumentError, 422),
    (ChatRateLimitError, 429),
    (ChatContentFilterError, 422),
    (ChatContextLengthError, 413),
    (ChatModelError, 502),
    (StoreError, 503),
    (EmbeddingError, 503),
    (RerankerError, 503),
)
_TYPES = {
    400: "invalid_request_error",
    401: "invalid_request_error",
    403: "permission_error",
    404: "invalid_request_error",
    405: "invalid_request_error",
    408: "timeout_error",
    413: "invalid_request_error",
    415: "invalid_request_error",
    422: "invalid_request_error",
    429: "rate_limit_error",
}
# As OpenAI names them; its clients and those who copy it tell failures apart by these.
_CODES = {
    401: "invalid_api_key",
    413: "request_too_large",
    429: "rate_limit_exceeded",
    500: "server_error",
    502: "upstream_error",
    503: "unavailable",
    504: "timeout",
}
_HIDDEN = {
    500: "something went wrong here; the server's log has it under this id",
    502: "the chat model did not answer; the server's log has the cause under this id",
    503: "the collection cannot be used just now; the server's log has the cause under this id",
    504: "no answer within the time limit; ask again or ask for less",
}


# What a chat model's refusal means to the caller: its own words name an endpoint and settings.
_CHAT = {
    413: "the question with its history is too long for the chat model; shorten it",
    422: "the chat model withheld the answer; ask differently",
    429: "the chat model has too much to do; wait and ask again",
}


class RefusedError(Exception):
    """A request that is answered with a status and one line that its caller may read."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        retry_after: int | None = None,
        code: str | None = None,
        param: str | None = None,
        allow: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.retry_after = retry_after
        self.code = code
        self.param = param
        self.allow = allow


@dataclass(frozen=True, slots=True)
class Failure:
    """What is said to the caller.

    Attributes:
        code: What went wrong in one word, None for the usual one of the status.
        param: The field of the request that is wrong, None if it is none.
        allow: The methods to use instead, None if the method is not what is wrong.
    """

    status: int
    message: str
    retry_after: int | None = None
    code: str | None = None
    param: str | None = None
    allow: str | None = None

    def to_dict(self, request_id: str) -> dict[str, object]:
        """Return the body, in the shape OpenAI's clients read and with `detail` for the others."""
        kind = _TYPES.get(self.status, "server_error")
        return {
            "error": {
                "message": f"{self.message} (id {request_id})",
                "type": kind,
                "param": self.param,
                "code": self.code or _CODES.get(self.status),
                "id": request_id,
            },
            "detail": self.message,
        }

    def headers(self) -> dict[str, str]:
        """Return the headers the status asks for."""
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if self.allow is not None:
            headers["Allow"] = self.allow
        return headers


class Told(BaseModel):
    """What went wrong, in OpenAI's words."""

    message: str
    type: str
    param: str | None
    code: str | None
    id: str


class Refusal(BaseModel):
    """The body of an answer that is none; see `Failure.to_dict`."""

    error: Told
    detail: str


def refusals() -> dict[int | str, dict[str, Any]]:
    """Return the answers that any route may give, for descriptions."""
    said = {status: HTTPStatus(status).phrase for status in sorted({*_TYPES, *_HIDDEN})}
    return {status: {"model": Refusal, "description": words} for status, words in said.items()}


def report(error: BaseException, request_id: str) -> Failure:
    """Return what the caller is told; a cause that is not the caller's goes to the log."""
    failure = describe(error)
    if failure.status >= 500:
        LOGGER.error("failed", extra={"id": request_id}, exc_info=error)
    return failure


def describe(error: BaseException) -> Failure:
    """Return what the caller is told of an exception."""
    if isinstance(error, RefusedError):
        return Failure(
            error.status, error.message, error.retry_after, error.code, error.param, error.allow
        )
    if isinstance(error, TimeoutError):
        return Failure(504, _HIDDEN[504])
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
    if status >= 500:
        return Failure(status, _HIDDEN[status], 5 if status == 503 else None)
    said = _CHAT[status] if isinstance(error, ChatModelError) else str(error)
    return Failure(status, said, 30 if status == 429 else None)
