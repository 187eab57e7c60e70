"""How much a caller may ask in a minute, and how large and slow a request may be."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import Message, Receive

from rag.server.failures import RefusedError

_REMEMBERED = 10_000


class RateLimit:
    """A bucket of `per_minute` tokens for each caller, filled evenly."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str) -> None:
        """Take one token.

        Raises:
            RefusedError: 429, none is left; it says when the next one is there.
        """
        now = self._clock()
        left, since = self._buckets.pop(who, (float(self._per_minute), now))
        left = min(self._per_minute, left + (now - since) * self._per_minute / 60)
        enough = left >= 1
        self._buckets[who] = (left - 1 if enough else left, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        if not enough:
            wait = max(1, round((1 - left) * 60 / self._per_minute))
            raise RefusedError(
                429, f"more than {self._per_minute} requests a minute; wait", retry_after=wait
            )


class BodyLimit:
    """Reads a request's body, but not more than `most` bytes nor longer than `seconds`."""

    def __init__(self, receive: Receive, *, most: int, seconds: float) -> None:
        self._receive = receive
        self._most = most
        self._read = 0
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._done = False

    async def __call__(self) -> Message:
        """Return the next message of the connection.

        Raises:
            RefusedError: 413 or 408.
        """
        if self._done:
            return await self._receive()
        try:
            async with asyncio.timeout(max(0.0, self._until - time.monotonic())):
                message = await self._receive()
        except TimeoutError as error:
            raise RefusedError(408, f"the body did not come within {self._seconds:g} s") from error
        self._read += len(message.get("body", b""))
        if self._read > self._most:
            raise too_large(self._most)
        self._done = not message.get("more_body", False)
        return message


def too_large(most: int) -> RefusedError:
    """Return the answer to a body of more than `most` bytes."""
    return RefusedError(413, f"the body is larger than {most} bytes; send less")
