"""An answer as the text of a chat message, with its sources at the end; knows no wire."""

import re
from collections.abc import Sequence
from typing import Final

from rag.answering.answer import Answer
from rag.answering.language import (
    CUT_OFF,
    NO_CHAT_MODEL,
    NOTHING_MATCHES,
    UNCITED,
    UNVERIFIED,
    detect_language,
    say,
)
from rag.server.openai.references import Reference

_HEADING: Final = {"en": "Sources", "zh": "来源"}
_NOTICES: Final = [
    sentence
    for said in (CUT_OFF, NO_CHAT_MODEL, NOTHING_MATCHES, UNCITED, UNVERIFIED)
    for sentence in said.values()
]
_LIST: Final = rf"\n\n\*\*(?:{'|'.join(_HEADING.values())})\*\*\n\n1\. \[.*"
_NOTICE: Final = rf"\n\n\*(?:{'|'.join(map(re.escape, _NOTICES))})[^\n]*\*"
_LONGEST_QUOTE: Final = 200
_APPENDED: Final = re.compile(rf"(?:{_LIST}|{_NOTICE})\s*\Z", re.DOTALL)


def appendix(answer: Answer, references: Sequence[Reference]) -> str:
    """Return what follows the answer's own text: the list of its sources and its notice."""
    heading = say(_HEADING, detect_language(answer.question))
    lines = "\n".join(map(_line, references))
    listed = f"\n\n**{heading}**\n\n{lines}" if references else ""
    return listed + (f"\n\n*{answer.notice}*" if answer.notice else "")


def without_sources(content: str) -> str:
    """Return an earlier answer without what `appendix` put behind it."""
    return _APPENDED.sub("", content)


def was_cut(answer: Answer) -> bool:
    """Return whether the chat model stopped at its limit rather than at its end."""
    return any(sentence in (answer.notice or "") for sentence in CUT_OFF.values())


def _line(reference: Reference) -> str:
    """Return a source as a line of Markdown, numbered as its markers are."""
    quote = " ".join(reference.citation.quote.split())
    if len(quote) > _LONGEST_QUOTE:
        quote = quote[:_LONGEST_QUOTE].rstrip() + "…"
    label = re.sub(r"([\\\[\]])", r"\\\1", reference.label)
    return f"{reference.citation.number}. [{label}]({reference.url}): “{quote}”"
