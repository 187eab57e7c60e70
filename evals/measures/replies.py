"""Scores a reply by what it says, cites and withholds; knows neither chain nor model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.gold import Question, Span
from evals.measures.abstention import score_abstention
from evals.measures.answers import contains_answer, exact_match, token_f1, values_right
from evals.measures.citations import citation_precision, citation_recall


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer reduced to what is scored.

    Attributes:
        cited: The places that the answer quotes.
        fidelity: Share of the quotes that stand in a passage that was found; None without quotes.
        shown: The places of the passages that the answer could rest on, best first.
    """

    text: str
    answered: bool
    cited: tuple[Span, ...]
    fidelity: float | None
    shown: tuple[Span, ...] = ()

    def to_json(self) -> list[Any]:
        """Return plain values."""
        cited, shown = (
            [[one.source, one.start_index, one.end_index] for one in spans]
            for spans in (self.cited, self.shown)
        )
        return [self.text, self.answered, cited, self.fidelity, shown]

    @classmethod
    def from_json(cls, fields: Sequence[Any]) -> "Reply":
        """Read what `to_json` returned."""
        text, answered, cited, fidelity, shown = fields
        return cls(
            text,
            answered,
            tuple(Span(*one) for one in cited),
            fidelity,
            tuple(Span(*one) for one in shown),
        )


REPLY_MEASURES = (
    "answer-exact",
    "answer-F1",
    "answer-contains",
    "answer-values",
    "answered-rightly",
    "citation-precision",
    "citation-recall",
    "quote-fidelity",
)


JUDGED_MEASURES = ("faithfulness", "correctness")
"""Of which a chat model decides; see `evals.judging`."""


def may_apply(measure: str, question: Question) -> bool:
    """Return whether a question without a reply would have had a score, had there been one."""
    if measure in ("faithfulness", "quote-fidelity"):
        return question.answerable
    if measure == "correctness":
        return has_gold_answer(question)
    if measure in ("citation-precision", "citation-recall"):
        return bool(question.slots)
    return score_reply(measure, question, Reply("", False, (), None)) is not None


def has_gold_answer(question: Question) -> bool:
    """Return whether it is known what a right reply says: in short, or in the source's words."""
    return question.answerable and bool(question.answers or question.slots)


def score_reply(measure: str, question: Question, reply: Reply) -> float | None:
    """Return the score of one reply, 0 to 1, higher is better; None: does not apply.

    A reply withheld from a question that has an answer holds nothing of it, and scores 0 there.

    Raises:
        KeyError: No such measure.
    """
    said = reply.text if reply.answered else ""
    answers = question.answers if question.answerable else ()
    scores: dict[str, float | None] = {
        "answer-exact": exact_match(said, answers),
        "answer-F1": token_f1(said, answers),
        "answer-contains": contains_answer(said, answers),
        "answer-values": values_right(said, answers),
        "answered-rightly": float(reply.answered == question.answerable),
        "citation-precision": citation_precision(reply.cited, question.slots),
        "citation-recall": citation_recall(reply.cited, question.slots),
        "quote-fidelity": reply.fidelity,
    }
    return scores[measure]


def abstention(questions: Sequence[Question], replies: Mapping[str, Reply]) -> dict[str, float]:
    """Return how well "the documents do not say" was said; what does not apply is left out.

    Questions that got no reply count nowhere.
    """
    replied = [one for one in questions if one.id in replies]
    found = score_abstention(
        [not replies[one.id].answered for one in replied], [one.answerable for one in replied]
    )
    named = {
        "abstention_precision": found.precision,
        "abstention_recall": found.recall,
        "answered_share": found.answered,
    }
    return {name: value for name, value in named.items() if value is not None}
