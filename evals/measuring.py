"""Scores one question's ranking of passages by a measure's name; pure, knows no index.

Documents: `nDCG@10`, `RR@10`, `AP`, `R@100`, `P@5`, `Success@1` (trec_eval's; a document ranks as
its best passage). Characters: `span-recall`, `span-precision`, `span-IoU`. Gold spans:
`slot-recall` (share of slots found whole), `slot-coverage`. Of splitting alone: `omega` and
`omega-touching` (Chroma's boundary rule). Of the context: `answer-in-context`. Of replies, which
the product then writes: `evals.measures.replies`; two of them a judge decides. A cut is a number
of passages (`@5`) or of the model's tokens (`@800t`); without one, all that the cell returns
counts.
"""

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from evals.gold import Question, Span
from evals.measures.answers import gold_in_context
from evals.measures.ranking import Judged, Measure, judge, max_p, rank
from evals.measures.replies import (
    JUDGED_MEASURES,
    REPLY_MEASURES,
    Reply,
    may_apply,
    score_reply,
)
from evals.measures.spans import (
    PassageMap,
    precision_omega,
    slot_coverage,
    slot_recall,
    span_scores,
)
from evals.results import RankedPassage

Ranking = Sequence[RankedPassage]

_SPANS: dict[str, Callable[[Sequence[Span], Question], float]] = {
    "span-recall": lambda found, q: span_scores(found, q.slots).recall,
    "span-precision": lambda found, q: span_scores(found, q.slots).precision,
    "span-IoU": lambda found, q: span_scores(found, q.slots).iou,
    "slot-recall": lambda found, q: slot_recall(found, q.slots),
    "slot-coverage": lambda found, q: slot_coverage(found, q.slots),
}
_ANSWERS = "answer-in-context"
_OMEGA = ("omega", "omega-touching")
_NAME = re.compile(r"([A-Za-z]+(?:-[A-Za-z][A-Za-z0-9]*)*)(?:@([1-9]\d*)(t?))?")


class Surroundings(Protocol):
    """What a measure may ask about passages beside their places."""

    @property
    def passages(self) -> PassageMap | None:
        """All passages of the splitting; None for a rival, whose splitting is not known."""
        ...

    def tokens(self, place: RankedPassage) -> int:
        """Return the tokens of a passage."""
        ...

    def text(self, place: RankedPassage) -> str:
        """Return the text of a passage."""
        ...

    def reply(self, question_id: str) -> Reply | None:
        """Return what was answered; None where nobody was asked for an answer."""
        ...

    def verdict(self, measure: str, question_id: str) -> float | None:
        """Return what the judge found of a reply; None where it found nothing."""
        ...


@dataclass(frozen=True, slots=True)
class MeasureName:
    """A measure's name, cut ("" where there is none) and whether the cut counts tokens."""

    name: str
    cut: int | None = None
    in_tokens: bool = False

    @classmethod
    def parse(cls, text: str) -> "MeasureName":
        """Read "nDCG@10", "span-recall@5" or "slot-recall@800t".

        Raises:
            ValueError: No such measure, or a cut it cannot have.
        """
        match = _NAME.fullmatch(text.strip())
        name = match[1] if match else ""
        cut = int(match[2]) if match and match[2] else None
        in_tokens = bool(match and match[3])
        if name in (*_OMEGA, *REPLY_MEASURES, *JUDGED_MEASURES) and cut is None:
            return cls(name)
        if name in _SPANS or name == _ANSWERS:
            return cls(name, cut, in_tokens)
        if in_tokens or name in (*_OMEGA, *REPLY_MEASURES, *JUDGED_MEASURES):
            raise ValueError(f"wanted {name} without such a cut, found {text!r}")
        try:
            Measure.parse(text)
        except ValueError as error:
            others = ", ".join([*_SPANS, _ANSWERS, *_OMEGA, *REPLY_MEASURES, *JUDGED_MEASURES])
            raise ValueError(f"{error}; or one of {others}") from error
        return cls(name, cut)

    def __str__(self) -> str:
        if self.cut is None:
            return self.name
        return f"{self.name}@{self.cut}{'t' if self.in_tokens else ''}"

    @property
    def judges_documents(self) -> bool:
        """True for trec_eval's measures, False for those of spans and answers."""
        return self.name not in (*_SPANS, _ANSWERS, *_OMEGA, *REPLY_MEASURES, *JUDGED_MEASURES)

    @property
    def judges_replies(self) -> bool:
        """True for measures that need an answer to be written."""
        return self.name in (*REPLY_MEASURES, *JUDGED_MEASURES)

    @property
    def needs_judge(self) -> bool:
        """True for measures of which a chat model decides."""
        return self.name in JUDGED_MEASURES

    @property
    def looks_at_ranking(self) -> bool:
        """False for measures of the splitting and of replies."""
        return not self.judges_replies and self.name not in _OMEGA

    def may_apply(self, question: Question) -> bool:
        """Return whether a question that got no ranking or no reply would have had a score."""
        if self.judges_replies:
            return may_apply(self.name, question)
        if self.judges_documents:
            return any(grade > 0 for grade in grades_of(question).values())
        if self.name == _ANSWERS:
            return question.answerable and bool(question.answers)
        return bool(question.slots)

    def score(self, question: Question, ranking: Ranking, about: Surroundings) -> float | None:
        """Return the score of one question, 0 to 1, higher is better; None: does not apply."""
        if self.judges_documents:
            return self._score_documents(question, ranking)
        if self.needs_judge:
            return about.verdict(self.name, question.id)
        if self.judges_replies:
            reply = about.reply(question.id)
            return None if reply is None else score_reply(self.name, question, reply)
        if self.name in _OMEGA:
            return self._score_splitting(question, about.passages)
        kept = self._cut(ranking, about)
        if self.name == _ANSWERS:
            if not question.answerable:
                return None
            return gold_in_context([about.text(place) for place in kept], question.answers)
        if not question.slots:
            return None
        return _SPANS[self.name]([_span(place) for place in kept], question)

    def _score_documents(self, question: Question, ranking: Ranking) -> float | None:
        grades = grades_of(question)
        if not any(grade > 0 for grade in grades.values()):
            return None
        judged: Judged = judge(document_ranking(ranking), grades)
        return Measure(self.name, self.cut).score(judged)

    def _score_splitting(self, question: Question, passages: PassageMap | None) -> float | None:
        if passages is None or not question.slots:
            return None
        touching = self.name == "omega-touching"
        return precision_omega(
            passages, question.slots, boundary="touching" if touching else "overlapping"
        )

    def _cut(self, ranking: Ranking, about: Surroundings) -> Ranking:
        if not self.in_tokens or self.cut is None:
            return ranking[: self.cut]
        spent = 0
        for position, place in enumerate(ranking):
            spent += about.tokens(place)
            if spent > self.cut:
                return ranking[:position]
        return ranking


def grades_of(question: Question) -> Mapping[str, int]:
    """Return which documents answer a question: as judged, or those that hold a gold span."""
    return question.graded or dict.fromkeys(sorted(question.sources), 1)


def document_ranking(ranking: Ranking) -> list[str]:
    """Return documents in the order of their best passages; level ones by name.

    Where diversity put a lower score before a higher one, its order stands.
    """
    scores = [place.score for place in ranking]
    if all(first >= second for first, second in itertools.pairwise(scores)):
        hits = [(str(row), place.score) for row, place in enumerate(ranking)]
        return rank(max_p(hits, lambda row: ranking[int(row)].source))
    return list(dict.fromkeys(place.source for place in ranking))


def best_of_documents(ranking: Ranking) -> list[RankedPassage]:
    """Return each document's best passage, in the order of `document_ranking`."""
    best: dict[str, RankedPassage] = {}
    for place in ranking:
        if place.source not in best or place.score > best[place.source].score:
            best[place.source] = place
    return [best[source] for source in document_ranking(ranking)]


def default_measures(questions: Sequence[Question]) -> tuple[str, ...]:
    """Return what is measured where a spec names nothing; the first is the primary one."""
    if any(question.slots for question in questions):
        measures = ["slot-recall@5", "span-recall@5", "span-precision@5", "span-IoU@5"]
        return (*measures, "slot-recall@800t", "nDCG@10", "omega")
    return ("nDCG@10", "RR@10", "R@10", "Success@1")


def deepest(measures: Sequence[MeasureName]) -> int:
    """Return how many passages the measures look at."""
    # A passage of this splitter has 16 tokens at least.
    in_tokens = [min(100, one.cut // 16) for one in measures if one.cut and one.in_tokens]
    return max([deepest_cut(measures), *in_tokens])


def deepest_cut(measures: Sequence[MeasureName]) -> int:
    """Return the deepest cut in passages, 10 at least."""
    return max([10, *(one.cut for one in measures if one.cut and not one.in_tokens)])


def _span(place: RankedPassage) -> Span:
    return Span(place.source, place.start_index, place.end_index)
