"""Reads a judge's votes and counts them; pure, knows no model and no prompt."""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import fmean
from typing import Any, Final

LEAST_VOTES: Final = 2

_REASONING: Final = re.compile(r"^\s*<think>.*?(?:</think>|\Z)", re.DOTALL)


def read_vote(measure: str, text: str) -> float | None:
    """Return one vote, 0 to 1, higher is better; None: the judge's reply is no verdict.

    Of several objects in the reply the last one that is a verdict counts: a judge that corrects
    itself does so at the end.

    Raises:
        KeyError: The measure is none of the judge's.
    """
    read = _READERS[measure]
    votes = [read(found) for found in _objects(_REASONING.sub("", text))]
    return next((vote for vote in reversed(votes) if vote is not None), None)


def count_votes(measure: str, votes: Sequence[float | None]) -> float | None:
    """Return what the votes come to; None: fewer than two can be read, or they are split evenly.

    Faithfulness is the mean of the votes' shares. Correctness is decided by majority.
    """
    cast = [vote for vote in votes if vote is not None]
    if len(cast) < LEAST_VOTES:
        return None
    mean = fmean(cast)
    if measure == "faithfulness":
        return mean
    return None if mean == 0.5 else float(mean > 0.5)


def _faithfulness(found: Mapping[str, Any]) -> float | None:
    """Return the share of the claims that are supported; a reply without claims has none."""
    claims = found.get("claims")
    if not isinstance(claims, list) or not claims:
        return None
    held = [one.get("supported") if isinstance(one, dict) else None for one in claims]
    if not all(isinstance(one, bool) for one in held):
        return None
    return sum(map(bool, held)) / len(held)


def _correctness(found: Mapping[str, Any]) -> float | None:
    agrees = found.get("agrees")
    return float(agrees) if isinstance(agrees, bool) else None


_READERS: Final[Mapping[str, Callable[[Mapping[str, Any]], float | None]]] = {
    "faithfulness": _faithfulness,
    "correctness": _correctness,
}


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a text; models wrap them in fences and talk."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            value, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            if isinstance(value, dict):
                yield value
        start = text.find("{", end)
