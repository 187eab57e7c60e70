"""A small library to ask and a chat model that follows a script of messages, for agents."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.messages.tool import ToolCallChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from pydantic import Field

from rag import Rag, Settings
from tests.fakes import BagOfWordsEmbeddings

PAGES = {
    "warranty.md": "# Warranty\n\nThe warranty of the R4 logger is 36 months.\n",
    "hub.md": "# Hub\n\nThe H1 hub serves 40 loggers.\n",
    "保修.md": "# 保修\n\n记录仪的保修期为三十六个月。\n",
}


def open_library(folder: Path) -> Rag:
    """An index over `PAGES`."""
    docs = folder / "docs"
    docs.mkdir()
    for name, text in PAGES.items():
        (docs / name).write_text(text, encoding="utf-8")
    rag = Rag(folder / ".rag", settings=Settings(), embeddings=BagOfWordsEmbeddings())
    rag.add(docs)
    return rag


def call(name: str, **args: Any) -> AIMessage:
    """The message with which a model calls a tool."""
    return AIMessage("", tool_calls=[{"name": name, "args": args, "id": "1", "type": "tool_call"}])


class ScriptedAgentModel(BaseChatModel):
    """Gives the scripted messages in turn, tool calls included, and keeps what it was sent."""

    replies: list[Any]
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    tools: list[Any] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted-agent"

    def bind_tools(self, tools: Sequence[Any], **_: Any) -> Any:
        self.tools.extend(tools)
        return self

    def _next(self, messages: list[BaseMessage]) -> AIMessage:
        reply = self.replies[len(self.seen)]
        self.seen.append(messages)
        return AIMessage(reply) if isinstance(reply, str) else reply

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._next(messages))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._next(messages)
        calls = [
            ToolCallChunk(name=one["name"], args=json.dumps(one["args"]), id=one["id"], index=0)
            for one in message.tool_calls
        ]
        pieces = [AIMessageChunk(word) for word in message.text.split(" ") if word]
        for piece in (*pieces, AIMessageChunk("", tool_call_chunks=calls)):
            yield ChatGenerationChunk(message=piece)
