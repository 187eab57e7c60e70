"""Turns a request in OpenAI's shape into a turn of a conversation; knows no answers."""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from rag.server.calls import check_question, context_of
from rag.server.openai.conversation import Conversation, read_conversation
from rag.server.openai.models import Model, find_model
from rag.server.openai.shapes import Message, Options, text_of
from rag.server.turns import Turn

SURFACE = "openai"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of which model, and how the answer is to be sent.

    Attributes:
        base: Address of this server for links, without a slash at its end.
        strict: Whether only what OpenAI sends may be sent.
        texts: What the caller sent, for its usage.
    """

    model: Model
    turn: Turn
    base: str
    strict: bool
    texts: tuple[str, ...]

    @property
    def question(self) -> str:
        """The question that is answered."""
        return self.turn.question


def read_asked(
    request: Request, model: str, messages: Sequence[Message], options: Options
) -> Asked:
    """Return what a request asks.

    Raises:
        RefusedError: 400, 404 or 413.
    """
    found = find_model(request, model)
    conversation = read_conversation(messages)
    check_question(request, conversation.question)
    return Asked(
        found,
        _turn(found, conversation, options),
        base_of(request),
        strict_for(request, options),
        tuple(text_of(message.content) for message in messages),
    )


def base_of(request: Request) -> str:
    """Return the address others reach the server by: `server.public_url`, or as it was called."""
    public = context_of(request).settings.server.public_url
    return (public or str(request.base_url)).rstrip("/")


def strict_for(request: Request, options: Options) -> bool:
    """Return whether only what OpenAI sends may be sent."""
    if options.strict is not None:
        return options.strict
    return context_of(request).settings.server.openai_strict


def _turn(model: Model, conversation: Conversation, options: Options) -> Turn:
    return Turn(
        conversation.question,
        conversation.history,
        mode=options.mode or model.mode,
        k=options.k,
        filter=options.filter,
        min_score=options.min_score,
        instructions=conversation.instructions,
    )
