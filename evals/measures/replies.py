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
    """

    text: str
    answered: bool
    cited: tuple[Span, ...]
    fidelity: float | None

    def to_json(self) -> list[Any]:
        """Return plain values."""
        cited = [[one.source, one.start_index, one.end_index] for one in self.cited]
        return [self.text, self.answered, cited, self.fidelity]

    @classmethod
    def from_json(cls, fields: Sequence[Any]) -> "Reply":
        """Read what `to_json` returned."""
        text, answered, cited, fidelity = fields
        return cls(text, answered, tuple(Span(*one) for one in cited), fidelity)


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
    """Return how well "the documents do not say" was said; what does not apply is left out."""
    found = score_abstention(
        [not replies[one.id].answered for one in questions], [one.answerable for one in questions]
    )
    named = {
        "abstention_precision": found.precision,
        "abstention_recall": found.recall,
        "answered_share": found.answered,
    }
    return {name: value for name, value in named.items() if value is not None}
