"""Makes many calls of a chat model, a few at once; one that fails costs only its own question."""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
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
    in_a_row = 0
    with ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="bench-call") as pool:
        futures = {pool.submit(call): name for name, call in calls.items()}
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                in_a_row = _take(outcome, futures[future], future, in_a_row)
                tell(done)
                if in_a_row >= GIVE_UP_AFTER:
                    _cancel(futures)
        finally:
            _cancel(futures)
    return _in_order(outcome, calls)


def _take(outcome: Outcome[T], name: str, future: Future[T], in_a_row: int) -> int:
    """Note how a call ended and return how many calls in a row the endpoint has failed."""
    try:
        outcome.values[name] = future.result()
    except CancelledError:
        outcome.failed[name] = f"not asked: {GIVE_UP_AFTER} calls in a row had failed"
        return in_a_row
    except ENDS_ALL:
        raise
    except ChatModelError as error:
        outcome.failed[name] = str(error)
        return in_a_row + 1 if isinstance(error, ENDPOINT_FAILS) else 0
    return 0


def _cancel(futures: Iterable[Future[T]]) -> None:
    for future in futures:
        future.cancel()


def _in_order(outcome: Outcome[T], names: Iterable[str]) -> Outcome[T]:
    """Return the outcome in the order of the calls, whichever ended first."""
    known = list(names)
    return Outcome(
        {name: outcome.values[name] for name in known if name in outcome.values},
        {name: outcome.failed[name] for name in known if name in outcome.failed},
    )
