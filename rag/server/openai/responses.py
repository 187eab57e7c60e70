"""`POST /v1/responses`: answers as a response with a file search and a cited message.

Nothing is kept: the caller sends the whole conversation each time.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from rag.answering.answer import (
    Answer,
    AnswerEvent,
    AnswerFinished,
    PassagesFound,
    SearchStarted,
    TextChunk,
)
from rag.server.calls import context_of
from rag.server.failures import RefusedError, report
from rag.server.openai.asking import SURFACE, Asked, read_asked, with_store
from rag.server.openai.chore_replies import do_chore
from rag.server.openai.chores import find_chore
from rag.server.openai.completions import Reply, reply_of
from rag.server.openai.models import find_model
from rag.server.openai.response_bodies import Event, Found, ResponseBody
from rag.server.openai.shapes import (
    ChatMessage,
    ResponseRequest,
    require_text_answer,
    text_of,
)
from rag.server.relay import KEEP_ALIVE, EventStream, Relay
from rag.server.turns import UNTIL_FOUND, answer_turn, stream_turn

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/responses", response_model=None)
async def respond(request: Request, wanted: ResponseRequest) -> dict[str, Any] | Response:
    """Answer the last question of a conversation from the documents of a collection."""
    _refuse_state(wanted)
    messages, form = _messages(wanted), (wanted.text or {}).get("format")
    body = ResponseBody(wanted, [text_of(message.content) for message in messages])
    context = context_of(request)
    chore = find_chore(messages, form if isinstance(form, dict) else None)
    if chore is not None:
        collection = find_model(request, wanted.model).collection
        reply = Reply(await do_chore(context, collection, chore, messages))
        return _at_once(body, reply) if wanted.stream else body.whole(reply, None)
    require_text_answer(choice=_choice(wanted), form=form if isinstance(form, dict) else None)
    asked = with_store(
        request, read_asked(request, wanted.model, messages, wanted.rag), wanted.tools
    )
    collection = asked.collection
    if not wanted.stream:
        answer = await answer_turn(context, collection, asked.turn, surface=SURFACE)
        found = Found(answer.search_query, answer.passages, asked.base, collection.name)
        return body.whole(_reply(answer, asked), found)
    relay = Relay(stream_turn(context, collection, asked.turn, surface=SURFACE))
    await relay.begin(UNTIL_FOUND)
    return EventStream(_lines(relay, body, asked, request.state.request_id), relay)


def _refuse_state(wanted: ResponseRequest) -> None:
    if wanted.previous_response_id or wanted.conversation:
        raise RefusedError(
            400,
            "no conversation is kept here; send all of it as input",
            param="previous_response_id" if wanted.previous_response_id else "conversation",
        )
    if wanted.background:
        raise RefusedError(400, "nothing is answered later; leave it out", param="background")


def _choice(wanted: ResponseRequest) -> str | dict[str, Any] | None:
    """Return the choice of a tool; a file search is what always happens."""
    choice = wanted.tool_choice
    return None if isinstance(choice, dict) and choice.get("type") == "file_search" else choice


def _messages(wanted: ResponseRequest) -> list[ChatMessage]:
    """Return the input as messages, the instructions first."""
    told = [ChatMessage(role="system", content=wanted.instructions)] if wanted.instructions else []
    if isinstance(wanted.input, str):
        return [*told, ChatMessage(role="user", content=wanted.input)]
    items = [one for one in wanted.input if one.type == "message" and one.role]
    return [*told, *(ChatMessage(role=one.role or "", content=one.content) for one in items)]


def _reply(answer: Answer, asked: Asked) -> Reply:
    return reply_of(answer, base=asked.base, collection=asked.collection.name)


async def _lines(
    relay: Relay[AnswerEvent], body: ResponseBody, asked: Asked, request_id: str
) -> AsyncIterator[str]:
    """Yield the lines of a stream; one that fails ends with the error."""
    for event in body.beginning():
        yield _line(event)
    telling = _Telling(body, asked)
    try:
        async for happened in relay.items():
            if happened is None:
                yield KEEP_ALIVE
                continue
            for event in telling.events(happened):
                yield _line(event)
    except Exception as error:  # the last hand before the wire: the status is sent already
        for event in body.failed(report(error, request_id).to_dict(request_id)):
            yield _line(event)


class _Telling:
    """Tells of an answer while it is made; what was searched and found is told again at its end."""

    def __init__(self, body: ResponseBody, asked: Asked) -> None:
        self._body = body
        self._asked = asked
        self._found = Found(asked.question, (), asked.base, asked.collection.name)

    def events(self, happened: AnswerEvent) -> list[Event]:
        """Return the events for what happened."""
        body = self._body
        match happened:
            case SearchStarted(query):
                self._found = replace(self._found, query=query)
                return list(body.searching(query))
            case PassagesFound(passages):
                self._found = replace(self._found, passages=passages)
                return list(body.found(self._found))
            case TextChunk(text):
                return [body.text(text, 1)]
            case AnswerFinished(answer):
                reply = _reply(answer, self._asked)
                rest = reply.content[len(answer.text) :]
                more = [body.text(rest, 1)] if rest else []
                return [*more, *body.ending(reply, self._found)]


def _at_once(body: ResponseBody, reply: Reply) -> Response:
    """Return a stream of a reply that is there already."""
    events = [
        *body.beginning(),
        *body.message_beginning(0),
        body.text(reply.content, 0),
        *body.ending(reply, None),
    ]
    return Response("".join(map(_line, events)), media_type="text/event-stream")


def _line(event: Event) -> str:
    return f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n"
