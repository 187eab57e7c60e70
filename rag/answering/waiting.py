"""Bounds how long a stream may keep its reader waiting; knows nothing of what is streamed."""

from collections.abc import Callable, Iterator
from contextvars import copy_context
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _End(Generic[Item]):
    """The end of a stream, with what ended it."""

    def __init__(self, error: BaseException | None = None) -> None:
        self.error = error


def bounded(
    items: Callable[[], Iterator[Item]], *, first_seconds: float, next_seconds: float
) -> Iterator[Item]:
    """Yield what `items()` yields, read in a thread of its own.

    A socket's read timeout starts anew with every byte, so an endpoint that sends comments to keep
    the connection open would hold a reader for ever.

    Raises:
        TimeoutError: The first item took longer than `first_seconds`, or another than
            `next_seconds`. The thread ends when the stream next yields or fails.
    """
    queue: Queue[Item | _End[Item]] = Queue()
    left = Event()
    context = copy_context()
    reader = Thread(
        target=context.run, args=(_read, items, queue, left), daemon=True, name="chat-stream"
    )
    reader.start()
    try:
        wait = first_seconds
        while not isinstance(item := _next(queue, wait), _End):
            yield item
            wait = next_seconds
        reader.join()
        if item.error is not None:
            raise item.error
    finally:
        left.set()


def _next(queue: "Queue[Item | _End[Item]]", seconds: float) -> "Item | _End[Item]":
    try:
        return queue.get(timeout=seconds)
    except Empty as error:
        raise TimeoutError(f"nothing came for {seconds:g} seconds") from error


def _read(
    items: Callable[[], Iterator[Item]], queue: "Queue[Item | _End[Item]]", left: Event
) -> None:
    """Read until the end or until nobody listens any more; hand every error to the listener."""
    try:
        for item in items():
            if left.is_set():
                return
            queue.put(item)
    except BaseException as error:  # raised again where the stream is listened to
        queue.put(_End(error))
    else:
        queue.put(_End())
