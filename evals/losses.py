"""Names the stage that lost a question's gold; pure, knows no index.

Stages, in the order of the road: "not split whole" (no single passage holds the gold), "truncated"
(every passage that holds it holds it in a part that the model never reads), "not found by any leg",
"below k" (of every leg), "lost in fusion" (one of two legs had it within its first k), "lost to
diversity" (near-duplicates or MMR), "demoted by the reranker", "below the least score", "left out
of a passage" (found, and not in the sentence that is given of its passage), "not cited" (found
within k, but the reply does not cite it).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evals.gold import Question, Span
from evals.measures.citations import citation_recall
from evals.measures.replies import Reply
from evals.measures.spans import PassageMap, slot_recall
from evals.measuring import grades_of
from evals.results import RankedPassage

NOT_SPLIT, TRUNCATED = "not split whole", "truncated"
NOT_FOUND, BELOW_K, FUSION = "not found by any leg", "below k", "lost in fusion"
DIVERSITY, RERANKER = "lost to diversity", "demoted by the reranker"
LEAST_SCORE, LEFT_OUT = "below the least score", "left out of a passage"
NOT_CITED = "not cited"

Ranking = Sequence[Span]
Reads = Callable[[Span, Span], bool]
"""Whether a model reads a passage as far as the end of a gold span in it."""


@dataclass(frozen=True, slots=True)
class Road:
    """What became of a question on its way, stage by stage.

    Attributes:
        legs: What each leg proposed, best first.
        fused: What came of both.
        steps: Each later step that is on, with the ranking it left.
        embedded: What the embedding model reads; None where it has no part in the search.
        reranked: What the reranker reads.
    """

    legs: Sequence[Ranking]
    fused: Ranking
    steps: Sequence[tuple[str, Ranking]] = ()
    embedded: Reads | None = None
    reranked: Reads | None = None


def stage_that_lost(
    question: Question,
    ranking: Sequence[RankedPassage],
    road: Callable[[], Road],
    passages: PassageMap,
    *,
    k: int,
) -> str | None:
    """Return the stage that lost the first slot not found whole within `k`; None if none is lost.

    Of a set judged by whole documents: the stage that lost every relevant one.

    Args:
        question: With its gold.
        ranking: What was found in the end.
        road: Tells what became of it on the way; asked only where gold was lost.
        passages: All passages of the splitting.
        k: Places within which gold counts as found.
    """
    found = [Span(one.source, one.start_index, one.end_index) for one in ranking[:k]]
    if question.slots:
        lost = next((slot for slot in question.slots if slot_recall(found, (slot,)) < 1.0), None)
        return None if lost is None else _lost_slot(lost, road, passages, k)
    relevant = {source for source, grade in grades_of(question).items() if grade > 0}
    # k documents, not k passages: those of one document count once.
    best = list(dict.fromkeys(one.source for one in ranking))[:k]
    if not relevant or relevant & set(best):
        return None
    return _stage(road(), lambda one: _first_document(one, relevant), k)


def not_cited(
    questions: Sequence[Question], lost: Mapping[str, str], replies: Mapping[str, Reply]
) -> dict[str, str]:
    """Return the questions whose gold was found, and is not all cited by the reply.

    Of a set judged by whole documents: no relevant one is cited.
    """
    return {
        one.id: NOT_CITED
        for one in questions
        if one.id in replies and one.id not in lost and not _cites(one, replies[one.id].cited)
    }


def _cites(question: Question, cited: Sequence[Span]) -> bool:
    if question.slots:
        return citation_recall(cited, question.slots) == 1.0
    relevant = {source for source, grade in grades_of(question).items() if grade > 0}
    return not relevant or any(span.source in relevant for span in cited)


def _lost_slot(slot: Sequence[Span], road: Callable[[], Road], passages: PassageMap, k: int) -> str:
    whole = [gold for gold in slot if passages.holds_whole(gold)]
    if not whole:
        return NOT_SPLIT
    travelled = road()
    stage = _stage(travelled, lambda one: _first_holding(one, whole), k)
    reads = travelled.reranked if stage == RERANKER else travelled.embedded
    if stage in (NOT_FOUND, BELOW_K, RERANKER) and reads is not None:
        holders = [(one, gold) for gold in whole for one in _holders(passages, gold)]
        if not any(reads(one, gold) for one, gold in holders):
            return TRUNCATED
    return stage


def _stage(road: Road, place_in: Callable[[Ranking], int | None], k: int) -> str:
    """Return the first stage that has the gold no longer within `k`."""
    known = [place for place in map(place_in, road.legs) if place is not None]
    if not known:
        return NOT_FOUND
    for stage, ranking in ((FUSION, road.fused), *road.steps):
        place = place_in(ranking)
        if place is None or place >= k:
            return BELOW_K if stage == FUSION and min(known) >= k else stage
    return BELOW_K


def _first_document(ranking: Ranking, relevant: set[str]) -> int | None:
    sources = dict.fromkeys(span.source for span in ranking)
    return next((row for row, source in enumerate(sources) if source in relevant), None)


def _first_holding(ranking: Ranking, gold: Sequence[Span]) -> int | None:
    for row, span in enumerate(ranking):
        if any(_holds(span, one) for one in gold):
            return row
    return None


def _holders(passages: PassageMap, gold: Span) -> list[Span]:
    return [one for one in passages.meeting(gold, "overlapping") if _holds(one, gold)]


def _holds(span: Span, gold: Span) -> bool:
    return (
        span.source == gold.source
        and span.start_index <= gold.start_index
        and span.end_index >= gold.end_index
    )
