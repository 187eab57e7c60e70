"""Reads the inputs a chain accepts into one question with its history; knows no chain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, convert_to_messages
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from rag.errors import RetrievalError

Turn: TypeAlias = BaseMessage | tuple[str, str]


class ChainInput(TypedDict, total=False):
    """What a chain is asked: `question` is required, `history` is oldest first."""

    question: str
    history: Sequence[Turn]


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the human and assistant messages before it, oldest first."""

    text: str
    history: tuple[BaseMessage, ...] = ()


def read_question(value: str | Mapping[str, Any]) -> Question:
    """Return the question in a chain's input.

    Raises:
        RetrievalError: The input has no question, a blank one, or keys it should not have.
    """
    if isinstance(value, str):
        return Question(_checked(value))
    unknown = sorted(value.keys() - {"question", "history"})
    if unknown or "question" not in value:
        found = ", ".join(sorted(value)) or "nothing"
        raise RetrievalError(
            f"a chain is asked with the keys question and history, got {found}; "
            'pass {"question": "…", "history": […]} or the question alone'
        )
    return Question(_checked(value["question"]), _turns(value.get("history") or ()))


def spoken(message: BaseMessage) -> str:
    """Return who said a message: "user" or "assistant"."""
    return "user" if isinstance(message, HumanMessage) else "assistant"


def _checked(question: object) -> str:
    if not isinstance(question, str) or not question.strip():
        raise RetrievalError(f"a question was wanted, got {question!r}; ask in words")
    return question.strip()


def _turns(history: Sequence[Turn]) -> tuple[BaseMessage, ...]:
    """Keep what was said aloud: system and tool messages are no part of the conversation."""
    messages = convert_to_messages(list(history))
    return tuple(
        message
        for message in messages
        if isinstance(message, HumanMessage | AIMessage) and message.text.strip()
    )
