"""Has a chat model judge replies by votes; knows neither prompts' words nor verdicts' form."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from evals.asking.calls import Outcome, make_calls
from evals.gold import Question
from evals.judging.verdicts import LEAST_VOTES, count_votes, read_vote
from evals.measures.replies import Reply, has_gold_answer
from rag.errors import ChatModelError

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

    from evals.asking.remembered import RememberedChat
    from evals.judging.prompting import Prompting


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a judge found.

    Attributes:
        scores: Measure to question to score, where there is one.
        unjudged: Measure to question to why there is none, though the measure applies.
    """

    scores: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    unjudged: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


class _Case(NamedTuple):
    """One reply before the judge, and one vote on it."""

    measure: str
    question: str
    vote: int


@dataclass(frozen=True, slots=True)
class Judge:
    """A chat model with its prompts and the number of its votes."""

    chat: "RememberedChat"
    prompting: "Prompting"
    votes: int

    def judge(
        self,
        questions: Sequence[Question],
        replies: Mapping[str, Reply],
        measures: Sequence[str],
        *,
        at_once: int,
        tell: Callable[[int, int], None],
    ) -> Verdicts:
        """Judge every reply by every measure that applies to it; `tell` gets done and total.

        Raises:
            ChatModelError: The judge cannot be asked at all.
        """
        asked = {
            (measure, one.id): self.prompting.messages(measure, one, replies[one.id])
            for measure in measures
            for one in questions
            if one.id in replies and is_judged(measure, one, replies[one.id])
        }
        calls = {str(case): self._later(case, asked[case[:2]]) for case in self._cases(asked)}
        try:
            made = make_calls(calls, at_once=at_once, tell=lambda done: tell(done, len(calls)))
        except ChatModelError as error:
            raise type(error)(f"the judge: {error}") from error
        return self._verdicts(asked, made, _settled(questions, replies, measures))

    def _cases(self, asked: Mapping[tuple[str, str], object]) -> Iterator[_Case]:
        return (_Case(*case, vote) for case in asked for vote in range(self.votes))

    def _later(self, case: _Case, messages: "list[BaseMessage]") -> Callable[[], str]:
        chat = self.chat.drawing(case.vote)
        return lambda: chat.invoke(messages).text

    def _verdicts(
        self,
        asked: Mapping[tuple[str, str], object],
        made: Outcome[str],
        settled: dict[str, dict[str, float]],
    ) -> Verdicts:
        scores, unjudged = settled, {measure: dict[str, str]() for measure in settled}
        for measure, question in asked:
            cases = [str(_Case(measure, question, vote)) for vote in range(self.votes)]
            votes = [read_vote(measure, made.values[case]) for case in cases if case in made.values]
            score = count_votes(measure, votes)
            if score is None:
                failed = [made.failed[case] for case in cases if case in made.failed]
                unjudged[measure][question] = _why(votes, failed)
            else:
                scores[measure][question] = score
        return Verdicts(scores, unjudged)


def is_judged(measure: str, question: Question, reply: Reply) -> bool:
    """Return whether a judge is asked about a reply.

    A reply that was withheld claims nothing, so it is neither faithful nor not.
    """
    if not reply.answered:
        return False
    return bool(reply.shown) if measure == "faithfulness" else has_gold_answer(question)


def _settled(
    questions: Sequence[Question], replies: Mapping[str, Reply], measures: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Return the scores that need no judge: a withheld reply does not give the known answer."""
    withheld = {
        one.id: 0.0
        for one in questions
        if one.id in replies and not replies[one.id].answered and has_gold_answer(one)
    }
    return {measure: dict(withheld) if measure == "correctness" else {} for measure in measures}


def _why(votes: Sequence[float | None], failed: Sequence[str]) -> str:
    cast = sum(vote is not None for vote in votes)
    if cast >= LEAST_VOTES:
        return f"the judge's {cast} votes are split evenly"
    said = f"the judge gave {cast} of the {LEAST_VOTES} votes that are needed"
    return f"{said}: {failed[0]}" if failed else said
