"""Turns a question of a conversation into what is searched for; knows no index and no answer."""

from dataclasses import dataclass

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.runnables import RunnableConfig

from rag.answering.asking import aask_whole, ask_whole
from rag.answering.composing import Budget, compose_condense
from rag.answering.condense import join_history, read_rewrite
from rag.answering.looking import History, Sought, said_before
from rag.answering.prompts import Prompt
from rag.answering.question import Question
from rag.errors import ChatModelNotConfiguredError


@dataclass(frozen=True, slots=True)
class Condenser:
    """Turns a question and what was said before it into what is searched for.

    Attributes:
        history: "rewrite": the chat model writes a question that stands alone; "weigh": what was
            said before counts a little in the search; "join": the question goes behind the one it
            leans on; "ignore": it is searched as it is; "auto": rewrite with a chat model, else
            join (see `chosen_history` where a retriever weighs).
        chat_model: Rewrites; None where there is none.
        prompt: Asks for a question that stands alone.
        budget: How long that prompt may be.

    Raises:
        ChatModelNotConfiguredError: A rewrite is wanted and there is no chat model.
    """

    history: History
    chat_model: BaseChatModel | None
    prompt: Prompt
    budget: Budget

    def __post_init__(self) -> None:
        if self.history == "rewrite" and self.chat_model is None:
            raise ChatModelNotConfiguredError(
                "retrieval.history is rewrite, which needs a chat model, and none is configured; "
                "set chat.model, or retrieval.history to auto or weigh"
            )

    def seek(self, question: Question, config: RunnableConfig | None = None) -> Sought:
        """Return what to search for; a reply that is no question is replaced by `join_history`.

        Raises:
            ChatModelError: The chat model did not answer.
        """
        model = self._rewriter(question)
        if model is None:
            return self._unasked(question)
        (reply,) = ask_whole(model, self._messages(question), _for_condensing(config))
        return _alone(read_rewrite(reply.text, question.text) or join_history(question))

    async def aseek(self, question: Question, config: RunnableConfig | None = None) -> Sought:
        """Return what to search for; raises what `seek` raises."""
        model = self._rewriter(question)
        if model is None:
            return self._unasked(question)
        replies = aask_whole(model, self._messages(question), _for_condensing(config))
        (reply,) = [message async for message in replies]
        return _alone(read_rewrite(reply.text, question.text) or join_history(question))

    def asks(self, question: Question) -> bool:
        """Return whether the chat model is asked about this question."""
        return self._rewriter(question) is not None

    def _rewriter(self, question: Question) -> BaseChatModel | None:
        wanted = self.history in ("auto", "rewrite") and question.history
        return self.chat_model if wanted else None

    def _unasked(self, question: Question) -> Sought:
        if self.history == "ignore":
            return _alone(question.text)
        joined = join_history(question)
        if self.history == "weigh":
            return Sought(question.text, joined, said_before(question))
        return _alone(joined)

    def _messages(self, question: Question) -> list[BaseMessage]:
        return compose_condense(self.prompt, question, self.budget)


def _alone(query: str) -> Sought:
    return Sought(query, query)


def _for_condensing(config: RunnableConfig | None) -> RunnableConfig:
    """Name the call, so that a trace tells it from the answer; LangGraph streams no "nostream"."""
    given: RunnableConfig = config or {}
    tags = [*(given.get("tags") or []), "condense", "nostream"]
    return {**given, "tags": tags, "run_name": "condense"}
