"""Counts the calls of chat models that cells still need; makes none and embeds nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evals.asking.calls import Outcome
from evals.cell_replies import judge_settings, kept_replies, open_judge
from evals.gold import Question
from evals.measures.replies import Reply
from evals.queries import Queries, queries_of
from evals.replying import reply_to_all
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.runner import Bench


@dataclass(slots=True)
class CallCount:
    """Calls that no run has made yet.

    Attributes:
        rewrites: Of follow-ups, by the hash of the call.
        answers: By the hash of the call; two cells with one prompt share theirs.
        verdicts: By the hash of the call.
        more_answers: The most there may be beside these: their prompts are not known before an
            index is built, or before the follow-up is rewritten.
        more_verdicts: The most there may be on replies that are not known yet.
    """

    rewrites: set[str] = field(default_factory=set)
    answers: set[str] = field(default_factory=set)
    verdicts: set[str] = field(default_factory=set)
    more_answers: int = 0
    more_verdicts: int = 0

    @property
    def total(self) -> int:
        """The most calls that are left to make."""
        known = len(self.rewrites) + len(self.answers) + len(self.verdicts)
        return known + self.more_answers + self.more_verdicts

    def add(self, other: "CallCount") -> None:
        """Count another cell's calls too, those that both need once."""
        self.rewrites |= other.rewrites
        self.answers |= other.answers
        self.verdicts |= other.verdicts
        self.more_answers += other.more_answers
        self.more_verdicts += other.more_verdicts


def calls_of(bench: "Bench", settings: Settings) -> CallCount:
    """Return the calls that a cell of these settings needs and no run has made."""
    count = CallCount()
    queries = queries_of(
        bench.questions,
        settings,
        bench.chats.look_up(settings.chat, count.rewrites),
        at_once=1,
        tell=_nobody,
    )
    if not any(measure.judges_replies for measure in bench.measures):
        return count
    replies = _known_replies(bench, settings, queries, count.answers)
    unknown = [one for one in bench.questions if one.id not in replies.values]
    if settings.chat.model is not None:
        count.more_answers = len(unknown) - len(count.answers)
    _count_verdicts(bench, replies, unknown, count)
    return count


def _known_replies(
    bench: "Bench", settings: Settings, queries: Queries, missing: set[str]
) -> Outcome[Reply]:
    """Return the replies that need no call; the calls that the others need go into `missing`."""
    kept = kept_replies(bench, settings, queries.asked)
    if kept is not None:
        return Outcome(kept)
    if not _can_search(bench, settings, queries):
        return Outcome()
    return reply_to_all(
        queries.asked,
        settings,
        bench.store(bench.index(settings)),
        bench.model(settings),
        chat_model=bench.chats.look_up(settings.chat, missing),
        at_once=1,
        tell=_nobody,
    )


def _can_search(bench: "Bench", settings: Settings, queries: Queries) -> bool:
    """Return whether passages are found without an embedding, a reranker or quoting."""
    if settings.chat.model is None or settings.rerank.model is not None:
        return False
    if not bench.indexing.is_built(bench.split(settings)):
        return False
    model = bench.model(settings)
    texts = [text for one in queries.asked for text in one.embedded(model)]
    return settings.retrieval.mode == "lexical" or model.knows_queries(texts)


def _count_verdicts(
    bench: "Bench", replies: Outcome[Reply], unknown: Sequence[Question], count: CallCount
) -> None:
    if bench.spec.judge is None:
        return
    measures = [measure for measure in bench.measures if measure.needs_judge]
    chat = bench.chats.look_up(judge_settings(bench.spec.judge), count.verdicts)
    judge = open_judge(bench, chat)
    names = [measure.name for measure in measures]
    judge.judge(bench.questions, replies.values, names, at_once=1, tell=lambda *_: None)
    # An unanswerable question may be answered all the same, and then judged.
    judged = sum(
        measure.name == "faithfulness" or measure.may_apply(one)
        for measure in measures
        for one in unknown
    )
    count.more_verdicts = judged * judge.votes


def _nobody(_: int) -> None:
    """Take no note of progress."""
