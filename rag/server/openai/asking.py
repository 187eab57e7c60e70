"""Turns a request in OpenAI's shape into a turn of a conversation; knows no answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fastapi import Request

from rag.server.calls import check_question, collection_of, context_of
from rag.server.failures import RefusedError
from rag.server.openai.conversation import Conversation, read_conversation
from rag.server.openai.filters import to_filter
from rag.server.openai.models import Model, find_model
from rag.server.openai.shapes import ChatMessage, Options, Tool
from rag.server.served import Collection
from rag.server.turns import Turn

SURFACE = "openai"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of which collection.

    Attributes:
        base: Address of this server for links, without a slash at its end.
    """

    collection: Collection
    turn: Turn
    base: str

    @property
    def question(self) -> str:
        """The question that is answered."""
        return self.turn.question


def read_asked(
    request: Request, model: str, messages: Sequence[ChatMessage], options: Options
) -> Asked:
    """Return what a request asks.

    Raises:
        RefusedError: 400, 404 or 413.
    """
    found = find_model(request, model)
    conversation = read_conversation(messages)
    check_question(request, conversation.question)
    return Asked(found.collection, _turn(found, conversation, options), base_of(request))


def with_store(request: Request, asked: Asked, tools: Sequence[Tool]) -> Asked:
    """Return what is asked of the store that a file search names, if one is among the tools.

    Raises:
        RefusedError: 400 or 404.
    """
    searches = [tool for tool in tools if tool.type == "file_search"]
    if not searches:
        return asked
    names = {name for search in searches for name in search.vector_store_ids}
    if len(searches) > 1 or len(names) != 1:
        raise RefusedError(400, "name one vector store in one file_search", param="tools")
    (search,), (name,) = searches, names
    turn = asked.turn
    return replace(
        asked,
        collection=collection_of(request, name),
        turn=replace(
            turn,
            k=turn.k or search.max_num_results,
            filter=turn.filter or to_filter(search.filters),
        ),
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
