"""Reads a conversation in OpenAI's shape into a question, its history and instructions.

It knows no collections.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.server.failures import RefusedError
from rag.server.openai.contents import without_sources
from rag.server.openai.shapes import ChatMessage, require_text_only, text_of

_INSTRUCTING = ("system", "developer")
_WRAPPED = "### Task:\nRespond to the user query using the provided context"


@dataclass(frozen=True, slots=True)
class Conversation:
    """The last question, what was said before it, and what the application asks of answers."""

    question: str
    history: tuple[tuple[str, str], ...]
    instructions: str


def read_conversation(messages: Sequence[ChatMessage]) -> Conversation:
    """Return the conversation that ends with the last question of the user.

    An answer that was begun after it is begun anew; calls of tools are passed over.

    Raises:
        RefusedError: 400, nothing is asked, or not in words.
    """
    asked = [place for place, message in enumerate(messages) if message.role == "user"]
    if not asked:
        raise RefusedError(400, 'no message has the role "user"; ask something')
    last = messages[asked[-1]]
    require_text_only(last.content)
    instructions = [text_of(one.content) for one in messages if one.role in _INSTRUCTING]
    return Conversation(
        _unwrapped(text_of(last.content)),
        tuple(_turns(messages[: asked[-1]])),
        "\n\n".join(text for text in instructions if text.strip()),
    )


def _unwrapped(text: str) -> str:
    """Return the question behind the files that Open WebUI puts before it, which are not ours.

    Without this its instructions and the files' text would be searched for.
    """
    if not text.lstrip().startswith(_WRAPPED):
        return text
    _, closed, question = text.rpartition("</context>")
    return question.strip() if closed and question.strip() else text


def _turns(messages: Sequence[ChatMessage]) -> list[tuple[str, str]]:
    turns = []
    for message in messages:
        text = text_of(message.content)
        if message.role == "user" and text.strip():
            turns.append(("human", text))
        elif message.role == "assistant" and text.strip():
            turns.append(("ai", without_sources(text)))
    return turns
