"""Makes many calls of a chat model, a few at once; one that fails costs only its own question."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, TypeVar

from evals.asking.failing import ENDPOINT_FAILS, ENDS_ALL
from rag.errors import ChatModelError

T = TypeVar("T")

GIVE_UP_AFTER = 8
"""Failures of the endpoint in a row; each was tried again `max_retries` times."""


@dataclass(slots=True)
class Outcome(Generic[T]):
    """What calls gave, by name, and why the others gave nothing."""

    values: dict[str, T] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


def make_calls(
    calls: Mapping[str, Callable[[], T]], *, at_once: int, tell: Callable[[int], None]
) -> Outcome[T]:
    """Make every call, at most so many at once; `tell` gets the number that are done.

    After `GIVE_UP_AFTER` failures of the endpoint in a row no other call is begun.

    Raises:
        ChatModelError: Every call would fail: no key, a refused key, no such model.
    """
    outcome: Outcome[T] = Outcome()
    patience = _Patience()
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="bench-call") as pool:
        futures = {pool.submit(patience.make, call): name for name, call in calls.items()}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                _take(outcome, futures[future], future)
                tell(done)
        finally:
            for future in futures:
                future.cancel()
    return _in_order(outcome, calls)


class _Patience:
    """Lets calls through until the endpoint has failed too often in a row."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._in_a_row = 0

    def make(self, call: Callable[[], T]) -> T:
        with self._lock:
            if self._in_a_row >= GIVE_UP_AFTER:
                raise ChatModelError(f"not asked: {GIVE_UP_AFTER} calls in a row had failed")
        try:
            value = call()
        except ENDPOINT_FAILS:
            with self._lock:
                self._in_a_row += 1
            raise
        except ENDS_ALL:
            self._note(GIVE_UP_AFTER)
            raise
        self._note(0)
        return value

    def _note(self, in_a_row: int) -> None:
        with self._lock:
            self._in_a_row = in_a_row


def _take(outcome: Outcome[T], name: str, future: Future[T]) -> None:
    """Note how a call ended."""
    try:
        outcome.values[name] = future.result()
    except ENDS_ALL:
        raise
    except ChatModelError as error:
        outcome.failed[name] = str(error)


def _in_order(outcome: Outcome[T], names: Iterable[str]) -> Outcome[T]:
    """Return the outcome in the order of the calls, whichever ended first."""
    known = list(names)
    return Outcome(
        {name: outcome.values[name] for name in known if name in outcome.values},
        {name: outcome.failed[name] for name in known if name in outcome.failed},
    )
