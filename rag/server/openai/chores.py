"""Recognises what a chat page asks for itself: titles, tags, follow-ups, queries, completions.

Known by the whole shape of their prompts (Open WebUI's, LibreChat's, LobeChat's), so that a person
who asks for a title gets an answer. It knows no answers.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from rag.server.openai.shapes import ChatMessage, text_of

Kind = Literal[
    "title", "tags", "follow_ups", "queries", "completion", "prompt", "emoji", "tools", "summary"
]

# Open WebUI names the JSON it wants, also where an administrator has translated the rest.
_ASKED_KEY: Final = re.compile(r'\{\s*"(title|tags|follow_ups|queries|prompt|text)"\s*:')
_KIND_OF_KEY: Final[Mapping[str, Kind]] = {
    "title": "title",
    "tags": "tags",
    "follow_ups": "follow_ups",
    "queries": "queries",
    "prompt": "prompt",
    "text": "completion",
}
_HISTORIES: Final = ("chat_history", "conversation")
_PLAIN_TITLE: Final = re.compile(r"\btitle\b|标题", re.IGNORECASE)
_OPENING: Final = 300

# How the last message of a user begins, and how the first message of a system.
_ASKED: Final[Mapping[str, Kind]] = {
    "provide a concise, 5-word-or-less title": "title",
    "write a concise title for this conversation": "title",
    "analyze this conversation and provide:\n1. the detected language": "title",
    "please generate a concise title": "title",
    "detect user language and write in the same language an extremely concise title": "title",
    "your task is to reflect the speaker's likely facial expression": "emoji",
}
_TOLD: Final[Mapping[str, Kind]] = {
    "you are a professional conversation summarizer. generate a concise title": "title",
    "you are an assistant skilled at conversations. you need to summarize": "title",
    "you are an assistant skilled in conversation who needs to summarize": "title",
    "你是一名擅长会话的助理，你需要将用户的会话总结为": "title",
    "你是一名擅长会话标签总结的助理": "tags",
    "you are an emoji expert": "emoji",
    "you are a sidecar that extracts 0-4 quick-reply suggestions": "follow_ups",
    "given the following conversation and a follow-up question, rephrase": "queries",
    "you're an assistant who's good at extracting key takeaways": "summary",
    "summarize the conversation for future reference": "summary",
    "available tools:": "tools",
}
_ROLE: Final = re.compile(
    r"^[ \t]*(?:<(user|assistant)>"
    r"|(?:\|\|>)?(user|human|assistant|ai|response|用户|助手|助理)[:：])",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING: Final = re.compile(r"</(?:user|assistant)>\s*\Z")
_PEOPLE: Final = frozenset({"user", "human", "用户"})


@dataclass(frozen=True, slots=True)
class Chore:
    """What a chat page wants for itself.

    Attributes:
        kind: What it is.
        key: The key of the JSON object it wants, None if it wants text.
        schema: The JSON schema it wants, None if it names none.
        text: The conversation, or what else it is about.
    """

    kind: Kind
    text: str
    key: str | None = None
    schema: Mapping[str, Any] | None = field(default=None, compare=False)

    @property
    def said(self) -> list[str]:
        """What people said in the conversation, oldest first; all of the text if it has no turns.

        What assistants said is left out.
        """
        marks = list(_ROLE.finditer(self.text))
        if not marks:
            return [self.text.strip()]
        ends = [*(mark.start() for mark in marks[1:]), len(self.text)]
        turns = [
            ((mark[1] or mark[2]).lower(), _CLOSING.sub("", self.text[mark.end() : end]).strip())
            for mark, end in zip(marks, ends, strict=True)
        ]
        people = [text for role, text in turns if role in _PEOPLE and text]
        return people or [self.text.strip()]


def find_chore(messages: Sequence[ChatMessage], form: Mapping[str, Any] | None) -> Chore | None:
    """Return the chore that a conversation is, None if a person asks.

    Args:
        messages: The conversation.
        form: The request's `response_format`, which may hold a JSON schema.
    """
    asked = [text_of(one.content) for one in messages if one.role == "user"]
    told = [text_of(one.content) for one in messages if one.role in ("system", "developer")]
    if not asked:
        return None
    schema = _schema(form)
    kind = _starts(_TOLD, told[0]) if told else None
    if kind is not None:
        return _with_schema(kind, _conversation(asked[-1], asked[-1]), schema)
    # Pages ask for themselves in a conversation of its own, which has one message.
    if len(asked) > 1 or any(message.role == "assistant" for message in messages):
        return None
    return _of_prompt(asked[0], schema)


def _of_prompt(prompt: str, schema: Mapping[str, Any] | None) -> Chore | None:
    kind = _starts(_ASKED, prompt)
    if kind is not None:
        _, _, about = prompt.partition("\n")
        return _with_schema(kind, _conversation(prompt, about or prompt), schema)
    template, history = _parts(prompt)
    if history is None:
        return None
    key = _ASKED_KEY.search(template)
    if key is not None:
        return Chore(_KIND_OF_KEY[key[1]], history, key[1], schema)
    if _PLAIN_TITLE.search(template[:_OPENING]) and template.lstrip().startswith(("#", "Create")):
        return Chore("title", history)
    return None


def _parts(prompt: str) -> tuple[str, str | None]:
    """Return what stands before the conversation in a prompt, and the conversation if it is marked.

    From the first opening to the last closing tag, which the conversation itself may hold too.
    """
    for name in _HISTORIES:
        template, opened, rest = prompt.partition(f"<{name}>")
        history, closed, _ = rest.rpartition(f"</{name}>")
        if opened and closed:
            return template, history
    return prompt, None


def _conversation(prompt: str, otherwise: str) -> str:
    _, history = _parts(prompt)
    return otherwise if history is None else history


def _starts(openings: Mapping[str, Kind], text: str) -> Kind | None:
    start = text.lstrip()[:_OPENING].lower()
    return next((kind for opening, kind in openings.items() if start.startswith(opening)), None)


def _with_schema(kind: Kind, text: str, schema: Mapping[str, Any] | None) -> Chore:
    if kind == "tools":
        return Chore(kind, text, "tool_calls")
    return Chore(kind, text, None, schema)


def _schema(form: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the JSON schema of a response format, of chat completions or of responses."""
    given = form or {}
    found = given.get("json_schema") or given
    schema = found.get("schema") if isinstance(found, Mapping) else None
    return schema if isinstance(schema, Mapping) else None
