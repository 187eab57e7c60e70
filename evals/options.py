"""Reads a table of options as a frozen dataclass; knows nobody who has any."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from rag.errors import BenchError

Options = TypeVar("Options")


def read_options(kind: type[Options], given: Mapping[str, Any], owner: str) -> Options:
    """Return options as a value of `kind`; what is not given has its default.

    Args:
        kind: A dataclass that refuses what it cannot have with a `ValueError`.
        given: Option to value.
        owner: Whose they are, for errors: "rival bm25s".

    Raises:
        BenchError: An option is unknown or cannot have this value.
    """
    known = [one.name for one in fields(kind)]  # type: ignore[arg-type]
    for key in given:
        if key not in known:
            there = ", ".join(known) or "none"
            raise BenchError(f"{owner}: no option is called {key!r}; there are: {there}")
    try:
        return kind(**given)
    except (TypeError, ValueError) as error:
        raise BenchError(f"{owner}: {error}; correct its options") from error
