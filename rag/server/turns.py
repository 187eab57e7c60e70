"""Asks one question of a collection within the time limit and counts what came of it.

It knows neither the wire nor who asks.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, cast

from rag.answering.answer import Answer, AnswerEvent, AnswerFinished
from rag.answering.chain import RagChain
from rag.assembly import Mode
from rag.server.calls import Context
from rag.server.served import Collection


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its history (("human" | "ai", text), oldest first) and how to search."""

    question: str
    history: Sequence[tuple[str, str]] = ()
    mode: Mode | None = None
    k: int | None = None
    filter: Mapping[str, Any] | None = None
    min_score: float | None = None


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
    return collection.rag.chain(
        k=turn.k, mode=turn.mode, filter=turn.filter, min_score=turn.min_score
    )


def _input(turn: Turn) -> dict[str, Any]:
    return {"question": turn.question, "history": list(turn.history)}


def _count(context: Context, collection: Collection, answer: Answer, surface: str) -> None:
    context.metrics.asked(collection=collection.name, surface=surface, answered=answer.answered)
