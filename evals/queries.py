"""Says what is searched for each question, as the product's chain does; searches nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evals.asking.calls import make_calls
from evals.gold import Question
from evals.keys import stage_key
from evals.retrieving import Asked
from rag.assembly import make_condenser
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from evals.asking.remembered import RememberedChat
    from rag.answering.looking import Sought
    from rag.answering.question import Question as ChainQuestion


@dataclass(frozen=True, slots=True)
class Queries:
    """What is searched, in the order of the questions, and why nothing is for the others.

    A question fails where a chat model was to rewrite it and did not answer.
    """

    asked: tuple[Asked, ...]
    failed: Mapping[str, str]


def queries_of(
    questions: Sequence[Question],
    settings: Settings,
    chat_model: "BaseChatModel | None",
    *,
    at_once: int,
    tell: Callable[[int], None],
) -> Queries:
    """Return what is searched under these settings; see `retrieval.history`.

    Raises:
        ChatModelError: The model cannot be asked at all.
    """
    condenser = make_condenser(settings, chat_model)
    read = {one.id: as_asked_of_chain(one) for one in questions}
    rewritten = make_calls(
        {key: _later(condenser.seek, one) for key, one in read.items() if condenser.asks(one)},
        at_once=at_once,
        tell=tell,
    )
    found = rewritten.values | {
        key: condenser.seek(one) for key, one in read.items() if not condenser.asks(one)
    }
    asked = tuple(_asked(one, found[one.id]) for one in questions if one.id in found)
    return Queries(asked, rewritten.failed)


def condensing_key(settings: Settings, chat_model: "RememberedChat | None") -> str:
    """Return the key of what is searched: settings of one key search the same."""
    model = None if chat_model is None else chat_model.identity
    prompts = str(settings.answer.prompts_dir)
    searched = settings.retrieval
    return stage_key(searched.history, searched.mode, model, settings.chat.context_tokens, prompts)


def by_authors(questions: Sequence[Question], asked: Sequence[Asked]) -> list[Asked]:
    """Return follow-ups as the set's authors rewrote them, the others as they are `asked`."""
    searched = {one.question.id: one for one in asked}
    searched |= {
        one.id: Asked(one, one.rewrite) for one in questions if one.history and one.rewrite
    }
    return [searched[one.id] for one in questions if one.id in searched]


def as_chain_input(question: Question) -> dict[str, object]:
    """Return a question with its history as the chain takes it."""
    turns = [(turn.role, turn.text) for turn in question.history]
    return {"question": question.text, "history": turns}


def as_asked_of_chain(question: Question) -> "ChainQuestion":
    """Return a question as the chain reads it."""
    from rag.answering.question import read_question

    return read_question(as_chain_input(question))


def _later(
    seek: "Callable[[ChainQuestion], Sought]", question: "ChainQuestion"
) -> "Callable[[], Sought]":
    return lambda: seek(question)


def _asked(question: Question, sought: "Sought") -> Asked:
    turns = ((turn.type, turn.text) for turn in sought.history)
    return Asked(question, sought.query, sought.standalone, tuple(turns))
