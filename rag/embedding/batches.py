"""Plans which texts go through a model together; knows no model."""

from collections.abc import Iterator, Sequence

# Texts and, padding included, tokens per forward pass. On a CPU more than 8 texts gain nothing at
# any length; the tokens bound the memory of models that read thousands at once.
BATCH = {"cpu": (8, 8_192), "mps": (32, 16_384), "cuda": (128, 32_768)}


def plan_batches(counts: Sequence[int], max_texts: int, max_tokens: int) -> Iterator[list[int]]:
    """Yield the positions of texts by their token counts, longest first, ties by position.

    Neighbours in length need little padding, and memory peaks in the first batch. A batch holds at
    most `max_texts` texts and `max_tokens` tokens with padding, but always one text.
    """
    order = sorted(range(len(counts)), key=lambda index: (-counts[index], index))
    start = 0
    while start < len(order):
        longest = max(1, counts[order[start]])
        size = max(1, min(max_texts, max_tokens // longest))
        yield order[start : start + size]
        start += size
