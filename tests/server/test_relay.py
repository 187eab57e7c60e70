"""Passing on an answer that may be slow, fail, or lose its reader."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from starlette.types import Message

from rag.server.relay import EventStream, Relay


async def items(*given: str, failure: Exception | None = None) -> AsyncIterator[str]:
    for item in given:
        yield item
    if failure is not None:
        raise failure


async def test_items_come_in_order() -> None:
    relay = Relay(items("a", "b", "c"))
    await relay.begin()
    assert [item async for item in relay.items()] == ["a", "b", "c"]


async def test_an_iterator_of_nothing_ends() -> None:
    relay = Relay(items())
    await relay.begin()
    assert [item async for item in relay.items()] == []


async def test_what_fails_at_once_is_raised_before_anything_is_sent() -> None:
    relay = Relay(items(failure=ValueError("at once")))
    with pytest.raises(ValueError, match="at once"):
        await relay.begin()


async def test_as_many_items_are_waited_for_as_are_wanted() -> None:
    relay = Relay(items("a", failure=ValueError("second")))
    with pytest.raises(ValueError, match="second"):
        await relay.begin(2)
    few = Relay(items("a"))
    await few.begin(5)
    assert [item async for item in few.items()] == ["a"]


async def test_what_fails_later_is_raised_behind_the_items() -> None:
    relay = Relay(items("a", failure=TimeoutError("later")))
    await relay.begin()
    seen = []
    with pytest.raises(TimeoutError, match="later"):
        async for item in relay.items():
            seen.append(item)  # noqa: PERF401 - the list is looked at after the failure
    assert seen == ["a"]


async def test_silence_is_told_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.server.relay._PATIENCE", 0.01)
    monkeypatch.setattr("rag.server.relay._SILENCE", 0.01)
    gate = asyncio.Event()

    async def slow() -> AsyncIterator[str]:
        await gate.wait()
        yield "late"

    relay = Relay(slow())
    await relay.begin()
    seen = []
    async for item in relay.items():
        seen.append(item)
        if seen == [None, None]:
            gate.set()
    assert seen[:2] == [None, None]
    assert seen[-1] == "late"


async def test_a_reader_that_has_gone_ends_the_source() -> None:
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[str]:
        try:
            while True:
                yield "more"
                await asyncio.sleep(0.001)
        finally:
            ended.set()

    relay = Relay(endless())
    await relay.begin()

    async def lines() -> AsyncIterator[str]:
        async for item in relay.items():
            yield item or ""

    async def receive() -> Message:
        await asyncio.sleep(0.01)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        del message

    scope = {"type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "method": "POST"}
    await EventStream(lines(), relay)(scope, receive, send)
    assert ended.is_set()
