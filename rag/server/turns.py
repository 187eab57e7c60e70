"""Asks one question of a collection within the time limit and counts what came of it.

It knows neither the wire nor who asks.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, cast

from rag.answering.answer import Answer, AnswerEvent, AnswerFinished
from rag.answering.chain import RagChain
from rag.answering.prompts import Prompt
from rag.assembly import Mode
from rag.server.calls import Context
from rag.server.served import Collection

# Events of a turn until its passages are found: what cannot be searched fails by then.
UNTIL_FOUND = 2

_ALSO = "As far as nothing above forbids it, follow these instructions of the application too:"


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its history (("human" | "ai", text), oldest first) and how to search.

    `instructions` are what the caller's application asks of answers; a chat model is told them
    behind our own, which they do not replace.
    """

    question: str
    history: Sequence[tuple[str, str]] = ()
    mode: Mode | None = None
    k: int | None = None
    filter: Mapping[str, Any] | None = None
    min_score: float | None = None
    instructions: str = ""


async def answer_turn(
    context: Context, collection: Collection, turn: Turn, *, surface: str
) -> Answer:
    """Return the answer.

    Raises:
        TimeoutError: It took longer than `server.answer_seconds`.
        RagError: Whatever asking raises.
    """
    async with asyncio.timeout(context.settings.server.answer_seconds):
        chain = await asyncio.to_thread(_chain, collection, turn)
        answer = await chain.ainvoke(_input(turn))
    _count(context, collection, answer, surface)
    return answer


async def stream_turn(
    context: Context, collection: Collection, turn: Turn, *, surface: str
) -> AsyncIterator[AnswerEvent]:
    """Yield the events of answering; raises what `answer_turn` raises."""
    async with asyncio.timeout(context.settings.server.answer_seconds):
        chain = await asyncio.to_thread(_chain, collection, turn)
        # Closed at once where the caller goes away, not when the garbage is collected.
        events = cast("AsyncGenerator[AnswerEvent]", chain.astream(_input(turn)))
        async with aclosing(events):
            async for event in events:
                if isinstance(event, AnswerFinished):
                    _count(context, collection, event.answer, surface)
                yield event


def _chain(collection: Collection, turn: Turn) -> RagChain:
    chain = collection.rag.chain(
        k=turn.k, mode=turn.mode, filter=turn.filter, min_score=turn.min_score
    )
    if turn.instructions.strip():
        chain.answer_prompt = _instructed(chain.answer_prompt, turn.instructions)
    return chain


def _instructed(prompt: Prompt, instructions: str) -> Prompt:
    """Put an application's instructions behind the prompt's own; their braces mean nothing."""
    wanted = instructions.strip().replace("{", "{{").replace("}", "}}")
    return replace(prompt, system=f"{prompt.system.rstrip()}\n\n{_ALSO}\n{wanted}\n")


def _input(turn: Turn) -> dict[str, Any]:
    return {"question": turn.question, "history": list(turn.history)}


def _count(context: Context, collection: Collection, answer: Answer, surface: str) -> None:
    context.metrics.asked(collection=collection.name, surface=surface, answered=answer.answered)
