"""How many requests a caller may send and how large and slow their bodies may be."""

import asyncio
from collections.abc import Sequence

import pytest
from starlette.types import Message

from rag.server.failures import RefusedError
from rag.server.limits import BodyLimit, RateLimit


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_caller_may_send_so_many_at_once_and_then_one_by_one() -> None:
    clock = Clock()
    limit = RateLimit(60, clock=clock)
    for _ in range(60):
        limit.take("one")
    with pytest.raises(RefusedError) as caught:
        limit.take("one")
    assert (caught.value.status, caught.value.retry_after) == (429, 1)
    limit.take("two")
    clock.now += 1
    limit.take("one")
    with pytest.raises(RefusedError):
        limit.take("one")


def test_the_wait_that_is_named_is_long_enough() -> None:
    clock = Clock()
    limit = RateLimit(2, clock=clock)
    limit.take("one")
    limit.take("one")
    with pytest.raises(RefusedError) as caught:
        limit.take("one")
    assert caught.value.retry_after == 30
    clock.now += caught.value.retry_after
    limit.take("one")


def test_a_refused_request_costs_nothing() -> None:
    clock = Clock()
    limit = RateLimit(1, clock=clock)
    limit.take("one")
    for _ in range(100):
        clock.now += 0.1
        with pytest.raises(RefusedError):
            limit.take("one")
    clock.now += 51
    limit.take("one")


def test_callers_without_number_are_not_all_remembered() -> None:
    limit = RateLimit(5, clock=Clock())
    for number in range(30_000):
        limit.take(f"10.0.{number // 256}.{number % 256}")
    assert len(limit._buckets) == 10_000


def piece(body: bytes, *, more: bool) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def read(messages: Sequence[Message], *, most: int = 10, seconds: float = 5) -> list[Message]:
    left = list(messages)

    async def receive() -> Message:
        if not left:
            await asyncio.Event().wait()
        return left.pop(0)

    limit = BodyLimit(receive, most=most, seconds=seconds)
    return [await limit() for _ in messages]


async def test_a_body_of_just_the_size_is_read_and_then_the_end() -> None:
    messages = [
        piece(b"12345", more=True),
        piece(b"67890", more=False),
        {"type": "http.disconnect"},
    ]
    assert await read(messages) == messages


async def test_a_body_that_grows_too_large_is_refused_while_it_comes() -> None:
    with pytest.raises(RefusedError) as caught:
        await read([piece(b"12345", more=True)] * 3)
    assert caught.value.status == 413


async def test_a_body_that_does_not_come_is_refused() -> None:
    limit = BodyLimit(asyncio.Event().wait, most=10, seconds=0.01)  # type: ignore[arg-type]
    with pytest.raises(RefusedError) as caught:
        await limit()
    assert caught.value.status == 408


async def test_bytes_that_drip_do_not_gain_time() -> None:
    async def drip() -> Message:
        await asyncio.sleep(0.01)
        return piece(b"", more=True)

    limit = BodyLimit(drip, most=10, seconds=0.1)
    with pytest.raises(RefusedError) as caught:
        for _ in range(1000):
            await limit()
    assert caught.value.status == 408


async def test_waiting_for_the_caller_to_leave_has_no_limit() -> None:
    gone = asyncio.Event()
    messages = [piece(b"", more=False)]

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    limit = BodyLimit(receive, most=10, seconds=0.01)
    await limit()
    asyncio.get_running_loop().call_later(0.05, gone.set)
    assert await limit() == {"type": "http.disconnect"}
