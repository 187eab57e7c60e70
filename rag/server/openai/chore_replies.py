"""Does a chat page's chores: by the chat model, or by a rule where there is none or it fails us.

Nothing is searched for them. It knows no wire.
"""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from rag.answering.asking import aask_whole
from rag.answering.fencing import estimate_tokens
from rag.answering.language import detect_language, say
from rag.server.calls import Context
from rag.server.openai.chores import Chore
from rag.server.openai.shapes import ChatMessage, text_of
from rag.server.served import Collection

_GENERAL: Final = {"en": "General", "zh": "通用"}
_LANGUAGE: Final = {"en": "English", "zh": "中文"}
_UNTITLED: Final = {"en": "New conversation", "zh": "新对话"}
_EMOJI: Final = "💬"

_MOST_WORDS: Final = 6
_MOST_CHARACTERS: Final = 40
_MOST_HAN: Final = 16
_NO_LAST_WORDS: Final = frozenset(
    {"a", "an", "and", "are", "at", "for", "in", "is", "of", "on", "or", "the", "to", "with"}
)
_LONGEST_QUERY: Final = 300
_LONGEST_SUMMARY: Final = 1500

_ENDS: Final = re.compile(r"[.!?。！？\n].*", re.DOTALL)
_SIGNS: Final = re.compile(r"[`*_#>\"“”「」『』\[\]{}]")
_OBJECT: Final = re.compile(r"\{.*\}", re.DOTALL)


async def do_chore(
    context: Context, collection: Collection, chore: Chore, messages: Sequence[ChatMessage]
) -> str:
    """Return what the page asks for, in the form it asks for.

    Raises:
        ChatModelError: The chat model did not answer.
        TimeoutError: It took longer than `server.answer_seconds`.
    """
    settings = context.settings
    # Opening it imports its library, which takes seconds the first time.
    model = await asyncio.to_thread(lambda: collection.rag.chat_model)
    room = settings.chat.context_tokens - settings.chat.max_output_tokens
    if model is None or sum(estimate_tokens(text_of(one.content)) for one in messages) > room:
        return reply_by_rule(chore)
    async with asyncio.timeout(settings.server.answer_seconds):
        reply = [piece async for piece in aask_whole(model, _to_langchain(messages), {})]
    said = _usable(chore, reply[-1].text)
    return reply_by_rule(chore) if said is None else said


def reply_by_rule(chore: Chore) -> str:
    """Return a plain reply of the form that is asked for."""
    if chore.schema is not None:
        return _json(_filled(chore, chore.schema))
    value = _value(chore)
    if chore.key is not None:
        return _json({chore.key: value})
    return ",".join(value) if isinstance(value, list) else value


def _value(chore: Chore) -> Any:  # noqa: ANN401 - a value of JSON
    language = detect_language(chore.said[0])
    match chore.kind:
        case "title":
            return title_of(chore.said[0]) or say(_UNTITLED, language)
        case "tags":
            return [say(_GENERAL, language)]
        case "queries":
            query = " ".join(chore.said[-1].split())[:_LONGEST_QUERY]
            return query if chore.key is None else [query]
        case "prompt":
            return " ".join(chore.said[-1].split())[:_LONGEST_QUERY]
        case "emoji":
            return _EMOJI
        case "summary":
            return chore.text.strip()[:_LONGEST_SUMMARY]
        case "completion":
            return ""
        case _:
            return []


def title_of(text: str) -> str:
    """Return the beginning of a text as a title: a few words, no marks, no full stop."""
    flat = " ".join(_SIGNS.sub(" ", _ENDS.sub("", text.strip())).split())
    if detect_language(flat) == "zh":
        return flat[:_MOST_HAN].strip("，、；：,;: ")
    words = flat.split()[:_MOST_WORDS]
    while len(words) > 1 and words[-1].lower() in _NO_LAST_WORDS:
        words.pop()
    return " ".join(words)[:_MOST_CHARACTERS].strip(",;: ")


def _filled(chore: Chore, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return an object of a schema: what we know by its names, and nothing for the rest."""
    language = detect_language(chore.said[0])
    known = {
        "title": title_of(chore.said[0]) or say(_UNTITLED, language),
        "language": say(_LANGUAGE, language),
        "description": chore.said[0][:100],
        "summary": chore.text.strip()[:_LONGEST_SUMMARY],
    }
    empty: Mapping[str, Any] = {"array": [], "object": {}, "boolean": False, "number": 0}
    fields = schema.get("properties")
    return {
        name: known[name] if name in known else empty.get(_kind_of(about), "")
        for name, about in (fields.items() if isinstance(fields, Mapping) else ())
    }


def _kind_of(about: object) -> str:
    kind = about.get("type") if isinstance(about, Mapping) else None
    return "number" if kind == "integer" else str(kind)


def _usable(chore: Chore, reply: str) -> str | None:
    """Return a chat model's reply in the form that is asked for, None if it has another."""
    if chore.key is None and chore.schema is None:
        return reply.strip() or None
    found = _OBJECT.search(reply)
    try:
        value = json.loads(found[0]) if found else None
    except ValueError:
        return None
    wanted = [chore.key] if chore.schema is None else chore.schema.get("required", [])
    if not isinstance(value, dict) or not value.keys() >= set(wanted):
        return None
    return _json(value)


def _to_langchain(messages: Sequence[ChatMessage]) -> list[BaseMessage]:
    kinds: Mapping[str, type[BaseMessage]] = {
        "system": SystemMessage,
        "developer": SystemMessage,
        "assistant": AIMessage,
    }
    return [
        kinds.get(message.role, HumanMessage)(content=text)
        for message in messages
        if (text := text_of(message.content)).strip()
    ]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
