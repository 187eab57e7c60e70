"""Composes what a chat model is sent, within a token budget; knows no model and no retriever."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage

from rag.answering.fencing import (
    CountTokens,
    Order,
    disarm,
    estimate_tokens,
    fence_history,
    fence_passages,
    fit_passages,
)
from rag.answering.language import detect_language, named_language, no_answer_in
from rag.answering.prompts import Prompt
from rag.answering.question import Question
from rag.errors import ChatContextLengthError

# Of what the context leaves besides the passages, the conversation gets at most so much.
_HISTORY_TOKENS: Final = 1500
# What a chat template wraps around the messages.
_TEMPLATE_TOKENS: Final = 32


@dataclass(frozen=True, slots=True)
class Budget:
    """How long prompt and answer may be, in tokens as `count` estimates them, and their layout.

    Attributes:
        passages: The most that passages may take.
        context: What the chat model reads and writes together.
        output: What is kept free of it for the answer.
        count: Returns the tokens that the chat model reads in a text, about.
        order: How the passages stand in the prompt: best first, or the best at both ends.
    """

    passages: int = 3000
    context: int = 8192
    output: int = 1024
    count: CountTokens = estimate_tokens
    order: Order = "rank"


def compose_answer(
    prompt: Prompt,
    question: Question,
    passages: Sequence[Document],
    *,
    language: str,
    budget: Budget,
    remark: str = "",
) -> tuple[list[BaseMessage], tuple[Document, ...]]:
    """Return the messages that ask for an answer and the passages they show, numbered from 1.

    A remark on the passages stands behind them.

    Raises:
        ChatContextLengthError: Question and prompt alone leave no room for a passage.
    """
    values = {
        "question": disarm(question.text),
        "language": named_language(language),
        "no_answer": no_answer_in(answer_language(language, question.text)),
        "conversation": "",
        "passages": "",
    }
    room = budget.context - budget.output - _TEMPLATE_TOKENS - _count(prompt, values, budget)
    values["conversation"] = fence_history(
        question.history, min(_HISTORY_TOKENS, room // 4), budget.count
    )
    room -= budget.count(values["conversation"]) + budget.count(remark)
    shown = fit_passages(passages, min(budget.passages, room), budget.count)
    if not shown or not shown[0].page_content.strip():
        raise ChatContextLengthError(
            f"no passage fits beside the question into {budget.context} tokens of context less "
            f"{budget.output} for the answer; raise chat.context_tokens or answer.passage_tokens, "
            "or lower chat.max_output_tokens"
        )
    values["passages"] = "\n\n".join(
        filter(None, (fence_passages(shown, order=budget.order), disarm(remark)))
    )
    return prompt.render(values), shown


def compose_condense(prompt: Prompt, question: Question, budget: Budget) -> list[BaseMessage]:
    """Return the messages that ask for a question that stands without its conversation."""
    room = min(_HISTORY_TOKENS, (budget.context - budget.output) // 2)
    return prompt.render(
        {
            "conversation": fence_history(question.history, room, budget.count),
            "question": disarm(question.text),
        }
    )


def answer_language(language: str, question: str) -> str:
    """Return the language to answer in: the configured one, or the question's."""
    return detect_language(question) if language == "auto" else language


def _count(prompt: Prompt, values: dict[str, str], budget: Budget) -> int:
    return sum(budget.count(message.text) for message in prompt.render(values))
