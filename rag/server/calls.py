"""What every route needs of a request: its caller, the collections, and a question within bounds.

It knows no answers.
"""

from dataclasses import dataclass

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from pydantic import BaseModel, ConfigDict

from rag.app import Rag
from rag.server.access import Caller
from rag.server.failures import RefusedError
from rag.server.metrics import Metrics
from rag.server.served import Collection, Collections
from rag.settings import Settings

BEARER = Depends(HTTPBearer(auto_error=False, description="A key made by `rag keys create`."))
"""Says in the descriptions how a key is sent; the guard is what looks at it."""


class Wire(BaseModel):
    """A request's body; what it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Context:
    """What the server is made of, the same for every request."""

    settings: Settings
    collections: Collections
    metrics: Metrics


def context_of(request: Request) -> Context:
    """Return what the server is made of."""
    context = request.app.state.context
    assert isinstance(context, Context)
    return context


def caller_of(request: Request) -> Caller:
    """Return who asks, as the guard found out."""
    caller = request.state.caller
    assert isinstance(caller, Caller)
    return caller


def base_url(request: Request) -> str:
    """Return how others reach the server, without a slash at its end."""
    return (context_of(request).settings.server.public_url or str(request.base_url)).rstrip("/")


def collection_of(request: Request, name: str | None) -> Collection:
    """Return the collection a request names, or the caller's first.

    Raises:
        RefusedError: 404.
    """
    return context_of(request).collections.get(name, caller_of(request))


def index_of(request: Request, name: str | None) -> Rag:
    """Return the index of a collection; raises what `collection_of` raises."""
    return collection_of(request, name).rag


def check_question(request: Request, question: str) -> str:
    """Return a question that is neither blank nor too long.

    Raises:
        RefusedError: 400 or 413.
    """
    return check_words(question, context_of(request).settings)


def check_words(question: str, settings: Settings) -> str:
    """Return a question that is neither blank nor too long; raises as `check_question` does."""
    if not question.strip():
        raise RefusedError(400, "the question is empty; ask something")
    most = settings.server.max_question_chars
    if len(question) > most:
        raise RefusedError(
            413, f"the question has {len(question)} characters; ask in at most {most}"
        )
    return question
