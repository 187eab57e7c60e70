"""The one value every search returns: a passage id and its score; knows no index."""

from typing import NamedTuple


class Hit(NamedTuple):
    """A passage found by one leg of the search; of two hits the higher `score` is the better."""

    id: str
    score: float
