"""Names the stage that lost a question's gold; pure, knows no index.

Stages, in the order of the road: "not split whole" (no single passage holds the gold), "not found
by any leg", "below k" (of every leg), "lost in fusion" (one of two legs had it within its first k),
"lost to diversity" (the only leg had it there).
"""

from collections.abc import Sequence

from evals.gold import Question, Span
from evals.measures.spans import PassageMap, slot_recall
from evals.measuring import grades_of
from evals.results import RankedPassage

Legs = Sequence[Sequence[Span]]
"""What each leg proposed, best first."""


def stage_that_lost(
    question: Question,
    ranking: Sequence[RankedPassage],
    legs: Legs,
    passages: PassageMap,
    *,
    k: int,
) -> str | None:
    """Return the stage that lost the first slot not found whole within `k`; None if none is lost.

    Of a set judged by whole documents: the stage that lost every relevant one.
    """
    found = [Span(one.source, one.start_index, one.end_index) for one in ranking[:k]]
    if question.slots:
        return _lost_slot(question, found, legs, passages, k)
    relevant = {source for source, grade in grades_of(question).items() if grade > 0}
    if not relevant:
        return None
    # k documents, not k passages: those of one document count once.
    best = list(dict.fromkeys(one.source for one in ranking))[:k]
    if relevant & set(best):
        return None
    ranked = [list(dict.fromkeys(span.source for span in leg)) for leg in legs]
    positions = [_first(leg, relevant) for leg in ranked]
    return _stage(positions, k)


def _lost_slot(
    question: Question, found: Sequence[Span], legs: Legs, passages: PassageMap, k: int
) -> str | None:
    for slot in question.slots:
        if slot_recall(found, (slot,)) == 1.0:
            continue
        whole = [gold for gold in slot if passages.holds_whole(gold)]
        if not whole:
            return "not split whole"
        return _stage([_first_holding(leg, whole) for leg in legs], k)
    return None


def _stage(positions: Sequence[int | None], k: int) -> str:
    known = [position for position in positions if position is not None]
    if not known:
        return "not found by any leg"
    if min(known) >= k:
        return "below k"
    return "lost in fusion" if len(positions) > 1 else "lost to diversity"


def _first(leg: Sequence[str], relevant: set[str]) -> int | None:
    return next((row for row, source in enumerate(leg) if source in relevant), None)


def _first_holding(leg: Sequence[Span], gold: Sequence[Span]) -> int | None:
    for row, span in enumerate(leg):
        if any(_holds(span, one) for one in gold):
            return row
    return None


def _holds(span: Span, gold: Span) -> bool:
    return (
        span.source == gold.source
        and span.start_index <= gold.start_index
        and span.end_index >= gold.end_index
    )
