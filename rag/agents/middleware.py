"""Searches documents for each turn of a LangChain agent; knows no index and no settings."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NotRequired, TypeAlias, cast

from langchain.agents.middleware import AgentMiddleware, AgentState, ModelRequest, ModelResponse
from langchain.agents.middleware.types import OmitFromInput
from langchain_core.documents import Document
from langchain_core.messages import AIMessage, AnyMessage, BaseMessage, HumanMessage, SystemMessage
from langchain_core.runnables.config import ensure_config

from rag.agents.citing import cite_reply, without_markers
from rag.answering.chain import RagChain
from rag.answering.composing import answer_language
from rag.answering.fencing import fence_passages, fit_passages
from rag.answering.language import NOTHING_FOUND, no_answer_in, say
from rag.answering.looking import afind, find
from rag.answering.prompts import Prompt, load_prompt
from rag.answering.question import Question, read_question

Update: TypeAlias = dict[str, Any]


class RagState(AgentState[Any]):
    """What the middleware adds to an agent's state, about the last turn alone.

    Attributes:
        rag_search_query: What was searched for; "" where the user wrote no words.
        rag_passages: What the model was shown, in order of number.
        rag_citations: As `Citation.to_dict` gives them; `number` is that of the passage.
    """

    rag_search_query: NotRequired[Annotated[str, OmitFromInput]]
    rag_passages: NotRequired[Annotated[list[Document], OmitFromInput]]
    rag_citations: NotRequired[Annotated[list[dict[str, object]], OmitFromInput]]


class RagMiddleware(AgentMiddleware[RagState, Any, Any]):
    """Answers each turn of an agent from documents, with citations.

    Once for each turn, before the model, it searches for what the user last wrote, as the chain
    does in a conversation. The passages are shown to the model, fenced as data, before the user's
    words in every call of the turn; the history that is kept does not grow by them. After the turn
    the state holds `rag_citations`, `rag_passages` and `rag_search_query`.

    Args:
        chain: Its retriever searches, its chat model (if any) rewrites follow-ups, its budget and
            language hold.
        prompt: Tells the model how to use passages; None is the shipped one ("agent").

    Raises (on use):
        RagError: The search failed.
    """

    state_schema = RagState

    def __init__(self, chain: RagChain, *, prompt: Prompt | None = None) -> None:
        super().__init__()
        self._chain = chain
        self._prompt = prompt or load_prompt("agent")

    def before_agent(self, state: RagState, runtime: object) -> Update:  # noqa: ARG002
        """Search for the last turn of the user."""
        question = _last_question(state["messages"])
        if question is None:
            return _found("", ())
        sought = self._chain.condenser.seek(question, ensure_config())
        found = find(self._chain.retriever, sought, ensure_config())
        return _found(sought.query, self._fit(found))

    async def abefore_agent(self, state: RagState, runtime: object) -> Update:  # noqa: ARG002
        """Search for the last turn of the user."""
        question = _last_question(state["messages"])
        if question is None:
            return _found("", ())
        sought = await self._chain.condenser.aseek(question, ensure_config())
        found = await afind(self._chain.retriever, sought, ensure_config())
        return _found(sought.query, self._fit(found))

    def wrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], ModelResponse[Any]],
    ) -> ModelResponse[Any]:
        """Show the model the passages of this turn."""
        return handler(self._with_passages(request))

    async def awrap_model_call(
        self,
        request: ModelRequest[Any],
        handler: Callable[[ModelRequest[Any]], Awaitable[ModelResponse[Any]]],
    ) -> ModelResponse[Any]:
        """Show the model the passages of this turn."""
        return await handler(self._with_passages(request))

    def after_agent(self, state: RagState, runtime: object) -> Update:  # noqa: ARG002
        """Bind the markers of the answer to the words of the passages."""
        question = _last_question(state["messages"])
        asked = "" if question is None else f"{question.text} {state.get('rag_search_query', '')}"
        citations = cite_reply(
            _last_answer(state["messages"]), state.get("rag_passages", []), question=asked
        )
        return {"rag_citations": [citation.to_dict() for citation in citations]}

    def _fit(self, found: Sequence[Document]) -> tuple[Document, ...]:
        budget = self._chain.budget
        return fit_passages(found, budget.passages, budget.count)

    def _with_passages(self, request: ModelRequest[Any]) -> ModelRequest[Any]:
        question = _last_question(request.state["messages"])
        if question is None:
            return request
        passages = cast("RagState", request.state).get("rag_passages")
        language = answer_language(self._chain.language, question.text)
        told = fence_passages(passages) if passages else say(NOTHING_FOUND, language)
        values = {"passages": told, "no_answer": no_answer_in(language)}
        *rules, before = self._prompt.render(values)
        return request.override(
            system_message=_with_rules(request.system_message, rules),
            messages=_with_text(request.messages, before.text),
        )


def _found(query: str, passages: Sequence[Document]) -> Update:
    # The citations of the turn before must not outlive it.
    return {"rag_search_query": query, "rag_passages": list(passages), "rag_citations": []}


def _last_question(messages: Sequence[BaseMessage]) -> Question | None:
    """Return what the user last wrote with what was said before; None if it is no words."""
    at = _last_turn(messages)
    if at is None or not messages[at].text.strip():
        return None
    return read_question({"question": messages[at].text, "history": list(messages[:at])})


def _last_turn(messages: Sequence[BaseMessage]) -> int | None:
    turns = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]
    return turns[-1] if turns else None


def _last_answer(messages: Sequence[BaseMessage]) -> str:
    """Return the words with which the turn ended, "" if it ended in none."""
    last = messages[-1] if messages else None
    return last.text if isinstance(last, AIMessage) else ""


def _with_rules(given: SystemMessage | None, rules: Sequence[BaseMessage]) -> SystemMessage | None:
    """Return the agent's own system message with our rules behind it."""
    if not rules or given is None:
        return SystemMessage(rules[0].text) if rules else given
    if isinstance(given.content, str):
        return SystemMessage(f"{given.content}\n\n{rules[0].text}")
    return SystemMessage([*given.content, {"type": "text", "text": rules[0].text}])


def _with_text(messages: Sequence[AnyMessage], text: str) -> list[AnyMessage]:
    """Put a text before the user's last words.

    The markers of earlier answers go: they count the passages of then.
    """
    at = _last_turn(messages)
    if at is None:  # another middleware has summed up what the user wrote
        return [HumanMessage(text), *messages]
    given = messages[at].content
    # Some endpoints take no list of parts, so what was a string stays one.
    content = (
        f"{text}\n\n{given}" if isinstance(given, str) else [{"type": "text", "text": text}, *given]
    )
    turn = messages[at].model_copy(update={"content": content})
    return [*map(_unmarked, messages[:at]), turn, *messages[at + 1 :]]


def _unmarked(message: AnyMessage) -> AnyMessage:
    if not isinstance(message, AIMessage):
        return message
    given = message.content
    content = without_markers(given) if isinstance(given, str) else [*map(_unmarked_part, given)]
    return message.model_copy(update={"content": content})


def _unmarked_part(part: str | dict[str, Any]) -> str | dict[str, Any]:
    """Return a part of a message without markers; reasoning is signed and stays as it is."""
    if isinstance(part, str) or part.get("type") != "text":
        return part
    return {**part, "text": without_markers(str(part.get("text", "")))}
