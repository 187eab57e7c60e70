"""Passes on what an answer yields, and says so when it takes its time; knows no answers."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Generic, TypeVar

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

T = TypeVar("T")

# Seconds until a stream is begun without knowing whether it will fail, and until a silent one is
# told to be alive: proxies commonly give up after 30 or 60.
_PATIENCE = 5.0
_SILENCE = 10.0
KEEP_ALIVE = ": keep-alive\n\n"


class Relay(Generic[T]):
    """Reads an iterator in a task of its own: a reader may stop waiting, and wait again.

    The task ends with the iterator, or when `close` is called.
    """

    def __init__(self, items: AsyncIterator[T]) -> None:
        self._queue: asyncio.Queue[T | BaseException | None] = asyncio.Queue()
        self._task = asyncio.create_task(self._read(items))
        self._held: deque[T | BaseException | None] = deque()

    async def begin(self, items: int = 1) -> None:
        """Wait for the first few items, but not for long.

        What fails at once can so be answered with a status of its own.

        Raises:
            Exception: Whatever the iterator raised before so many items.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                while len(self._held) < items and not self._has_ended:
                    self._held.append(await self._queue.get())
        last = self._held[-1] if self._held else None
        if isinstance(last, BaseException):
            await self.close()
            raise last

    async def items(self) -> AsyncIterator[T | None]:
        """Yield the items, and None for every few seconds without one.

        Raises:
            Exception: Whatever the iterator raised.
        """
        while True:
            if self._held:
                item = self._held.popleft()
            else:
                try:
                    async with asyncio.timeout(_SILENCE):
                        item = await self._queue.get()
                except TimeoutError:
                    yield None
                    continue
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item

    @property
    def _has_ended(self) -> bool:
        last = self._held[-1] if self._held else ...
        return last is None or isinstance(last, BaseException)

    async def close(self) -> None:
        """Stop reading."""
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _read(self, items: AsyncIterator[T]) -> None:
        try:
            async for item in items:
                self._queue.put_nowait(item)
        except Exception as error:  # raised again where the items are read
            self._queue.put_nowait(error)
        else:
            self._queue.put_nowait(None)


class EventStream(StreamingResponse):
    """A response of Server-Sent Events that closes its relay also where its client has gone."""

    def __init__(self, lines: AsyncIterator[str], relay: Relay[Any]) -> None:
        super().__init__(lines, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
        self._relay = relay

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._relay.close()
