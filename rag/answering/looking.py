"""Says to a retriever what is searched for a question of a conversation; knows no index."""

from dataclasses import dataclass
from typing import Literal

from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableConfig

from rag.answering.language import NO_ANSWER
from rag.answering.markers import MarkerReader
from rag.answering.question import Question

History = Literal["auto", "weigh", "join", "ignore", "rewrite"]
"""How a follow-up is searched; see `Condenser`."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is searched for a question.

    Attributes:
        query: What is searched, and shown to the user.
        standalone: The question as one text that needs no history, as well as we can make it.
        history: What was said before and is weighed in the search, oldest first.
    """

    query: str
    standalone: str
    history: tuple[BaseMessage, ...] = ()


def weighs_history(retriever: BaseRetriever) -> bool:
    """Return whether a retriever takes what was said before beside the question."""
    return bool(getattr(retriever, "weighs_history", False))


def chosen_history(
    history: History, chat_model: BaseChatModel | None, *, can_weigh: bool
) -> History:
    """Return how follow-ups are searched here: never "auto", nor "weigh" where nobody weighs."""
    if history == "auto":
        history = "weigh" if chat_model is None else "rewrite"
    return "join" if history == "weigh" and not can_weigh else history


def said_before(question: Question) -> tuple[BaseMessage, ...]:
    """Return what was said before a question as a search reads it.

    Markers point at passages of then, and that nothing was found says nothing of what is asked.
    """
    said = (message.model_copy(update={"content": _plain(message)}) for message in question.history)
    return tuple(message for message in said if message.text.strip())


def find(retriever: BaseRetriever, sought: Sought, config: RunnableConfig) -> list[Document]:
    """Return the passages for what is sought, best first."""
    if not sought.history:
        return retriever.invoke(sought.query, config)
    return retriever.invoke(
        sought.query, config, history=sought.history, standalone=sought.standalone
    )


async def afind(retriever: BaseRetriever, sought: Sought, config: RunnableConfig) -> list[Document]:
    """Return the passages for what is sought, best first."""
    if not sought.history:
        return await retriever.ainvoke(sought.query, config)
    return await retriever.ainvoke(
        sought.query, config, history=sought.history, standalone=sought.standalone
    )


def _plain(message: BaseMessage) -> str:
    if isinstance(message, HumanMessage):
        return message.text
    reader = MarkerReader(0)
    text = reader.feed(message.text) + reader.close()
    unanswered = isinstance(message, AIMessage) and text.strip() in NO_ANSWER.values()
    return "" if unanswered else text
