"""The bodies of chat completions, whole and in chunks; knows no collections and no wire."""

import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.answering.answer import Answer
from rag.answering.language import detect_language, say
from rag.server.openai.contents import appendix, was_cut
from rag.server.openai.references import Reference, references_of
from rag.server.openai.usage import chat_usage

_SEARCHING = {"en": "Searching for: {query}", "zh": "正在检索：{query}"}
_WITH_HISTORY = {"en": " (and what was said before)", "zh": "（并参考前文）"}
_LONGEST_SHOWN = 300
_FOUND = {"en": "Passages found: {count}", "zh": "找到的段落：{count}"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What a completion says.

    Attributes:
        content: The text, with the list of sources at its end.
        references: What it cites.
        finish_reason: "stop", or "length" where it was cut off.
    """

    content: str
    references: tuple[Reference, ...] = ()
    finish_reason: str = "stop"

    @property
    def extras(self) -> dict[str, Any]:
        """What OpenAI does not send: our citations, and the sources as Open WebUI keeps them."""
        if not self.references:
            return {}
        return {
            "citations": [one.to_dict() for one in self.references],
            "sources": [one.source() for one in self.references],
        }


def reply_of(answer: Answer, *, base: str, collection: str) -> Reply:
    """Return an answer as a reply."""
    references = references_of(answer, base, collection)
    content = answer.text + appendix(answer, references)
    return Reply(content, tuple(references), "length" if was_cut(answer) else "stop")


@dataclass(frozen=True, slots=True)
class Completion:
    """A completion under its id, which all of its chunks carry.

    Attributes:
        model: The model's id, as it was asked for.
        texts: What the caller sent, for the usage.
        strict: Whether only what OpenAI sends may be sent.
        tells_usage: Whether a stream ends with its usage.
    """

    model: str
    texts: Sequence[str]
    strict: bool
    tells_usage: bool = False
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(self, reply: Reply) -> dict[str, Any]:
        """Return the completion in one piece."""
        message = {
            "role": "assistant",
            "content": reply.content,
            "refusal": None,
            "annotations": [one.annotation() for one in reply.references],
        }
        choice = {
            "index": 0,
            "message": message,
            "logprobs": None,
            "finish_reason": reply.finish_reason,
        }
        return {
            **self._head("chat.completion"),
            "choices": [choice],
            "usage": chat_usage(self.texts, reply.content),
            **({} if self.strict else reply.extras),
        }

    def beginning(self) -> dict[str, Any]:
        """Return the first chunk, which names the role."""
        return self._chunk({"role": "assistant", "content": "", "refusal": None})

    def text(self, text: str) -> dict[str, Any]:
        """Return a chunk of text."""
        return self._chunk({"content": text})

    def searching(self, query: str, *, with_history: bool) -> Iterator[dict[str, Any]]:
        """Yield the word to Open WebUI that a search has begun."""
        shown = query if len(query) <= _LONGEST_SHOWN else query[:_LONGEST_SHOWN].rstrip() + "…"
        language = detect_language(query)
        said = say(_SEARCHING, language).format(query=shown)
        said += say(_WITH_HISTORY, language) if with_history else ""
        yield from self._event("status", {"description": said, "done": False})

    def found(self, count: int, query: str) -> Iterator[dict[str, Any]]:
        """Yield the word to Open WebUI that the search has ended."""
        said = say(_FOUND, detect_language(query)).format(count=count)
        yield from self._event("status", {"description": said, "done": True})

    def ending(self, reply: Reply) -> Iterator[dict[str, Any]]:
        """Yield the chunks behind the text: sources, annotations, and the usage if wanted."""
        for reference in reply.references:
            yield from self._event("source", reference.source())
        annotations = [one.annotation() for one in reply.references]
        delta = {"annotations": annotations} if annotations else {}
        yield self._chunk(delta, reply.finish_reason) | ({} if self.strict else reply.extras)
        if self.tells_usage:
            usage = chat_usage(self.texts, reply.content)
            yield {**self._head("chat.completion.chunk"), "choices": [], "usage": usage}

    def _event(self, kind: str, data: dict[str, Any]) -> Iterator[dict[str, Any]]:
        # In a chunk with an empty delta, as other clients look into the first choice of each.
        if not self.strict:
            yield {**self._chunk({}), "event": {"type": kind, "data": data}}

    def _chunk(self, delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        usage = {"usage": None} if self.tells_usage else {}
        return {**self._head("chat.completion.chunk"), "choices": [choice], **usage}

    def _head(self, kind: str) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}
