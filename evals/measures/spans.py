"""Scores retrieved spans of characters against gold spans; knows no text, model or index.

The definitions are those of "Evaluating Chunking Strategies for Retrieval" (Chroma, July 2024;
github.com/brandonstarxel/chunking_evaluation), widened to slots with alternatives: of each slot the
alternative that was covered best must be found. With one alternative a slot they are the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from evals.gold import Slots, Span

Boundary = Literal["touching", "overlapping"]
"""Does a passage that ends where the gold begins belong to it? "touching" is Chroma's rule."""

Range = tuple[int, int]


@dataclass(frozen=True, slots=True)
class SpanScores:
    """Character scores of one question; 0 to 1, higher is better.

    Attributes:
        recall: Covered gold characters / gold characters, of each slot's best alternative.
        precision: Covered gold characters / characters retrieved, overlaps counted twice; here the
            characters of every alternative are gold.
        iou: The same covered ones / (characters retrieved + gold characters that recall lacks).
    """

    recall: float
    precision: float
    iou: float


def span_scores(retrieved: Sequence[Span], slots: Slots) -> SpanScores:
    """Score the passages given to the reader, cut at k by the caller.

    Passages of other documents count only in the denominator of precision and IoU.

    Raises:
        ValueError: The question has no gold.
    """
    gold = _best_alternatives(retrieved, slots)
    covered = covered_characters(retrieved, gold)
    wanted = union_length(gold)
    useful = covered_characters(retrieved, (span for slot in slots for span in slot))
    paid = sum(span.length for span in retrieved)
    return SpanScores(
        recall=covered / wanted,
        precision=useful / paid if paid else 0.0,
        iou=useful / (paid + wanted - covered),
    )


def slot_recall(retrieved: Sequence[Span], slots: Slots, *, min_share: float = 1.0) -> float:
    """Return the share of slots of which some alternative is covered at least by `min_share`.

    Args:
        retrieved: Passages given to the reader; several may cover a span together.
        slots: The gold.
        min_share: Share of the alternative's characters, above 0 to 1; 1 wants it whole.

    Raises:
        ValueError: The question has no gold, or `min_share` is out of range.
    """
    if not 0 < min_share <= 1:
        raise ValueError(f"wanted a share above 0 and up to 1, found {min_share}")
    covered = [share >= min_share for share in _slot_shares(retrieved, slots)]
    return sum(covered) / len(covered)


def slot_coverage(retrieved: Sequence[Span], slots: Slots) -> float:
    """Return the mean over slots of the best alternative's covered share of characters.

    Raises:
        ValueError: The question has no gold.
    """
    shares = _slot_shares(retrieved, slots)
    return sum(shares) / len(shares)


class PassageMap:
    """All passages of one splitting, ready to be asked which of them meet a span."""

    def __init__(self, passages: Iterable[Span]) -> None:
        ranges: dict[str, list[Range]] = {}
        for span in passages:
            ranges.setdefault(span.source, []).append((span.start_index, span.end_index))
        self._ranges: Mapping[str, NDArray[np.int64]] = {
            source: np.array(sorted(found), dtype=np.int64) for source, found in ranges.items()
        }

    def meeting(self, gold: Span, boundary: Boundary) -> list[Span]:
        """Return the passages that meet `gold`, by start."""
        ranges = self._ranges.get(gold.source)
        if ranges is None:
            return []
        # One character more on each side makes a neighbour that only touches overlap.
        margin = 1 if boundary == "touching" else 0
        reach = (ranges[:, 0] < gold.end_index + margin) & (
            ranges[:, 1] > gold.start_index - margin
        )
        return [Span(gold.source, int(start), int(end)) for start, end in ranges[reach]]

    def holds_whole(self, gold: Span) -> bool:
        """Say whether a single passage holds the whole span."""
        ranges = self._ranges.get(gold.source)
        if ranges is None:
            return False
        holds = (ranges[:, 0] <= gold.start_index) & (ranges[:, 1] >= gold.end_index)
        return bool(holds.any())


def precision_omega(
    passages: PassageMap, slots: Slots, *, boundary: Boundary = "overlapping"
) -> float:
    """Return the precision of a perfect retriever: what this splitting makes possible at best.

    Covered gold characters / characters of the union of all passages that meet gold and of the gold
    that no passage holds. No retrieval is involved. Of each slot, the alternative with the highest
    score alone is taken. Higher is better.

    Raises:
        ValueError: The question has no gold.
    """
    _refuse_no_gold(slots)
    gold = [max(slot, key=lambda span: _omega(passages, [span], boundary)) for slot in slots]
    return _omega(passages, gold, boundary)


def _omega(passages: PassageMap, gold: Sequence[Span], boundary: Boundary) -> float:
    meeting = [passage for span in gold for passage in passages.meeting(span, boundary)]
    covered = covered_characters(meeting, gold)
    return covered / union_length([*meeting, *gold])


def covered_characters(retrieved: Iterable[Span], gold: Iterable[Span]) -> int:
    """Return how many characters of the union of `gold` some retrieved span holds."""
    wanted, given = _by_source(gold), _by_source(retrieved)
    return sum(_shared(merged, given.get(source, [])) for source, merged in wanted.items())


def union_length(spans: Iterable[Span]) -> int:
    """Return how many characters the spans hold together, each counted once."""
    return sum(end - start for merged in _by_source(spans).values() for start, end in merged)


def _by_source(spans: Iterable[Span]) -> dict[str, list[Range]]:
    """Return disjoint ranges by source, in order."""
    merged: dict[str, list[Range]] = {}
    for span in sorted(spans):
        ranges = merged.setdefault(span.source, [])
        if ranges and span.start_index <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(ranges[-1][1], span.end_index))
        else:
            ranges.append((span.start_index, span.end_index))
    return merged


def _shared(left: Sequence[Range], right: Sequence[Range]) -> int:
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in left
        for other_start, other_end in right
    )


def _best_alternatives(retrieved: Sequence[Span], slots: Slots) -> list[Span]:
    _refuse_no_gold(slots)
    return [max(slot, key=lambda span: _share(retrieved, span)) for slot in slots]


def _slot_shares(retrieved: Sequence[Span], slots: Slots) -> list[float]:
    return [_share(retrieved, span) for span in _best_alternatives(retrieved, slots)]


def _share(retrieved: Sequence[Span], span: Span) -> float:
    return covered_characters(retrieved, [span]) / span.length


def _refuse_no_gold(slots: Slots) -> None:
    if not slots or not all(slots):
        raise ValueError("wanted gold spans in every slot, found none; leave this question out")
