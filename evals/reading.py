"""Tells how far models read a passage; knows no ranking and no stage."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

from evals.gold import Span
from evals.losses import Reads
from evals.results import RankedPassage
from evals.splits import Split

CountTokens = Callable[[RankedPassage], int]
TextOf = Callable[[Span], str]


@runtime_checkable
class LimitedReader(Protocol):
    """A reranker that tells how many characters of a passage it reads beside a question."""

    def characters_read(self, query: str, text: str) -> int:
        """Return how many characters of `text` are read."""
        ...


def embedded_reads(split: Split, max_tokens: int, count_tokens: CountTokens) -> Reads:
    """Return what an embedding model that reads `max_tokens` reads of a splitting's passages."""
    places = {(one.source, one.start_index, one.end_index): one for one in split.places}

    def reads(passage: Span, gold: Span) -> bool:
        place = places[passage.source, passage.start_index, passage.end_index]
        if place.embedded_tokens <= max_tokens:
            return True
        header = place.embedded_tokens - place.tokens
        until = RankedPassage(passage.source, passage.start_index, gold.end_index, 0.0)
        return header + count_tokens(until) <= max_tokens

    return reads


def reranked_reads(query: str, reranker: object, text: TextOf) -> Reads | None:
    """Return what a reranker reads beside a question, None if it does not tell."""
    if not isinstance(reranker, LimitedReader):
        return None
    reader: LimitedReader = reranker

    def reads(passage: Span, gold: Span) -> bool:
        read = reader.characters_read(query, text(passage))
        return gold.end_index <= passage.start_index + read

    return reads
