"""`POST /v1/chat/completions`: answers with citations, whole or in chunks; knows no index."""

import json
from collections.abc import AsyncIterator
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
from rag.server.failures import report
from rag.server.openai.asking import SURFACE, Asked, read_asked, strict_for
from rag.server.openai.chore_replies import do_chore
from rag.server.openai.chores import find_chore
from rag.server.openai.completions import Completion, Reply, reply_of
from rag.server.openai.models import find_model
from rag.server.openai.shapes import ChatRequest, require_text_answer, text_of
from rag.server.relay import KEEP_ALIVE, EventStream, Relay
from rag.server.turns import UNTIL_FOUND, answer_turn, stream_turn

router = APIRouter(prefix="/v1", tags=["openai"])

DONE = "data: [DONE]\n\n"


@router.post("/chat/completions", response_model=None)
async def complete(request: Request, wanted: ChatRequest) -> dict[str, Any] | Response:
    """Answer the last question of a conversation from the documents of a collection."""
    context, completion = context_of(request), _completion(request, wanted)
    chore = find_chore(wanted.messages, wanted.response_format)
    if chore is not None:
        collection = find_model(request, wanted.model).collection
        reply = Reply(await do_chore(context, collection, chore, wanted.messages))
        return _at_once(completion, reply) if wanted.stream else completion.whole(reply)
    require_text_answer(choice=wanted.tool_choice, form=wanted.response_format, n=wanted.n)
    asked = read_asked(request, wanted.model, wanted.messages, wanted.rag)
    collection = asked.collection
    if not wanted.stream:
        answer = await answer_turn(context, collection, asked.turn, surface=SURFACE)
        return completion.whole(_reply(answer, asked))
    relay = Relay(stream_turn(context, collection, asked.turn, surface=SURFACE))
    await relay.begin(UNTIL_FOUND)
    return EventStream(_lines(relay, completion, asked, request.state.request_id), relay)


def _completion(request: Request, wanted: ChatRequest) -> Completion:
    return Completion(
        wanted.model,
        [text_of(message.content) for message in wanted.messages],
        strict_for(request, wanted.rag),
        tells_usage=wanted.stream_options is not None and wanted.stream_options.include_usage,
    )


def _at_once(completion: Completion, reply: Reply) -> Response:
    """Return a stream of a reply that is there already."""
    chunks = [completion.beginning(), completion.text(reply.content), *completion.ending(reply)]
    return Response("".join([*map(_line, chunks), DONE]), media_type="text/event-stream")


def _reply(answer: Answer, asked: Asked) -> Reply:
    return reply_of(answer, base=asked.base, collection=asked.collection.name)


async def _lines(
    relay: Relay[AnswerEvent], completion: Completion, asked: Asked, request_id: str
) -> AsyncIterator[str]:
    """Yield the lines of a stream; one that fails ends with the error, and without [DONE]."""
    yield _line(completion.beginning())
    try:
        async for event in relay.items():
            if event is None:
                yield KEEP_ALIVE
                continue
            for chunk in _chunks(event, completion, asked):
                yield _line(chunk)
    except Exception as error:  # the last hand before the wire: the status is sent already
        yield _line({"error": report(error, request_id).to_dict(request_id)["error"]})
        return
    yield DONE


def _chunks(event: AnswerEvent, completion: Completion, asked: Asked) -> list[dict[str, Any]]:
    match event:
        case SearchStarted(query, with_history):
            return list(completion.searching(query, with_history=with_history))
        case PassagesFound(passages):
            return list(completion.found(len(passages), asked.question))
        case TextChunk(text):
            return [completion.text(text)]
        case AnswerFinished(answer):
            reply = _reply(answer, asked)
            rest = reply.content[len(answer.text) :]
            return [*([completion.text(rest)] if rest else []), *completion.ending(reply)]


def _line(data: object) -> str:
    return f"data: {json.dumps(data, ensure_ascii=False)}\n\n"
