"""Says by which definition a measure was computed, by what it does; knows no result.

A fixed probe of questions and rankings is scored and the scores are hashed: an edit of the code
that changes no score keeps the digest, and one that changes a score changes it by itself.
"""

import hashlib
from collections.abc import Mapping, Sequence

from evals.gold import Question, Span
from evals.judging.verdicts import count_votes, read_vote
from evals.measures.replies import Reply
from evals.measures.spans import PassageMap
from evals.measuring import MeasureName
from evals.results import RankedPassage

_DIGITS = 9
"""Sums of the same scores differ below this from one machine to another."""

_LENGTH = 40
_TURNS = 6
"""Rankings of each question."""


def definitions_of(measures: Sequence[str], *, judge: str = "") -> Mapping[str, str]:
    """Return measure to a short digest of how it scores the probe.

    Args:
        measures: As they are spelt.
        judge: The model, prompts and votes of the judge: another one judges otherwise.
    """
    return {measure: _definition(MeasureName.parse(measure), judge) for measure in measures}


def _definition(measure: MeasureName, judge: str) -> str:
    scores = [
        measure.score(question, _ranking(turn), _PROBE)
        for question in _asked()
        for turn in range(_TURNS)
    ]
    rounded = [None if score is None else round(score, _DIGITS) for score in scores]
    told = [*rounded, judge] if measure.needs_judge else rounded
    return hashlib.sha256(repr(told).encode()).hexdigest()[:12]


class _Probe:
    """Twelve documents of five touching or overlapping passages; `evals.measuring.Surroundings`."""

    passages = PassageMap(
        Span(f"d{document}", start, start + _LENGTH)
        for document in range(12)
        for start in (0, 40, 70, 110, 150)
    )

    def tokens(self, place: RankedPassage) -> int:
        """Return 3 to 9 tokens."""
        return 3 + (place.start_index + len(place.source)) % 7

    def text(self, place: RankedPassage) -> str:
        """Return words that hold some of the answers."""
        return f"In {place.source}, at {place.start_index}, the range is 1,{place.start_index} m."

    def reply(self, question_id: str) -> Reply:
        """Return a reply that is right in part, and withheld from one question."""
        cited = (Span("d1", 10, 30), Span("d3", 90, 140), Span("d9", 0, 5))
        return Reply("The range is 110 m.", question_id != "s1", cited, 0.5)

    def verdict(self, measure: str, question_id: str) -> float | None:
        """Return what three of these votes come to."""
        first = sum(map(ord, question_id)) % len(_VOTES)
        texts = (_VOTES * 2)[first : first + 3]
        return count_votes(measure, [read_vote(measure, text) for text in texts])


_VOTES = (
    '{"agrees": true, "claims": [{"supported": true}, {"supported": false}]}',
    '{"agrees": false, "claims": [{"supported": true}]}',
    "No verdict.",
    'First {"agrees": false}, no: {"agrees": true, "claims": [{"supported": false}]}',
    '{"agrees": "yes", "claims": []}',
)


_PROBE = _Probe()


def _ranking(turn: int) -> list[RankedPassage]:
    """Return 25 places, with ties, a repeated passage and several of one document."""
    places = []
    for position in range(24):
        document = (turn + position * 7) % 12
        start = (0, 40, 70, 110, 150)[(turn * 2 + position // 3) % 5]
        score = round(1 - (position // 2) / 20, 3)
        places.append(RankedPassage(f"d{document}", start, start + _LENGTH, score))
    return [*places, places[0]]


def _asked() -> list[Question]:
    """Return questions with one slot, two, alternatives, cut gold, grades, and none of these."""
    gold = [
        ((Span("d1", 5, 25),),),
        ((Span("d2", 30, 60),), (Span("d3", 100, 130),)),
        ((Span("d4", 0, 40), Span("d5", 140, 150)),),
        ((Span("d6", 45, 125),), (Span("d7", 150, 200), Span("d8", 40, 41))),
    ]
    spans = [
        Question(f"s{turn}", "", slots=slots, answers=(f"1{turn}0", "the range"))
        for turn, slots in enumerate(gold)
    ]
    graded = [
        Question("g0", "", graded={"d1": 1, "d5": 2, "d9": 3, "d11": 0}),
        Question("g1", "", graded={"d0": 1}),
        Question("g2", "", graded={"d3": 0}),
        Question("g3", "", graded={f"d{number}": 1 + number % 3 for number in range(12)}),
        Question("none", "", answerable=False),
    ]
    return [*spans, *graded]
