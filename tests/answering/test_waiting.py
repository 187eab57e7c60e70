"""Streams that keep their reader waiting."""

from collections.abc import Iterator
from threading import Event

import pytest

from rag.answering.waiting import bounded


def test_items_come_through_in_order() -> None:
    assert list(bounded(lambda: iter([1, 2, 3]), first_seconds=9, next_seconds=9)) == [1, 2, 3]


def test_an_error_is_raised_where_the_stream_is_read() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    items = bounded(broken, first_seconds=9, next_seconds=9)
    assert next(items) == 1
    with pytest.raises(ZeroDivisionError):
        next(items)


@pytest.mark.parametrize(("first", "following"), [(0.05, 9.0), (9.0, 0.05)])
def test_a_stream_that_stops_is_given_up(first: float, following: float) -> None:
    release = Event()

    def stuck() -> Iterator[int]:
        if first > following:
            yield 1
        release.wait(9)

    try:
        with pytest.raises(TimeoutError):
            list(bounded(stuck, first_seconds=first, next_seconds=following))
    finally:
        release.set()


def test_a_reader_that_leaves_ends_the_stream() -> None:
    closed, left = Event(), Event()

    def endless() -> Iterator[int]:
        try:
            yield 0
            left.wait(9)
            while True:
                yield 1
        finally:
            closed.set()

    items = bounded(endless, first_seconds=9, next_seconds=9)
    next(items)
    items.close()  # type: ignore[attr-defined]
    left.set()
    assert closed.wait(9)
