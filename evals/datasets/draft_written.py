"""Have a chat model write questions about documents; trusts nothing that it says of the source."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from langchain_core.language_models import BaseChatModel

from evals.datasets.base import EvalDocument
from evals.datasets.draft import Draft
from evals.datasets.quotes import QuotedText
from rag.answering.failures import chat_errors
from rag.answering.fencing import disarm
from rag.answering.prompts import Prompt
from rag.documents.document import LoadedDocument
from rag.sentences import sentences
from rag.splitting.stretches import stretches

_SHORTEST, _LONGEST = 200, 2000
"""Characters of what the model is shown."""


@dataclass(frozen=True, slots=True)
class Written:
    """What a chat model wrote.

    Attributes:
        drafts: Questions whose quote stands once in its document, word for word.
        asked: How often the model was asked.
        refused: How many replies had no question, or a quote that is not in the document.
    """

    drafts: tuple[Draft, ...]
    asked: int
    refused: int


def write_questions(
    documents: Sequence[EvalDocument],
    count: int,
    *,
    model: BaseChatModel,
    prompt: Prompt,
) -> Written:
    """Ask for one question about each of some passages, the documents taking turns.

    Args:
        documents: What to ask about.
        count: How many questions are wanted; at most twice as many replies are asked for.
        model: Any LangChain chat model.
        prompt: With the variables `passage` and `title`.

    Raises:
        ChatModelError: The model did not answer.
    """
    drafts: dict[str, Draft] = {}
    asked = 0
    for document, text in _passages(documents):
        if len(drafts) >= count or asked >= 2 * count:
            break
        asked += 1
        with chat_errors(model):
            title = disarm(" ".join(document.title.split()))
            reply = model.invoke(prompt.render({"passage": disarm(text), "title": title}))
        draft = read_reply(reply.text, document)
        if draft is not None:
            drafts.setdefault(draft.question, draft)
    return Written(tuple(drafts.values()), asked, asked - len(drafts))


def read_reply(reply: str, document: EvalDocument) -> Draft | None:
    """Return the question of a reply; None if there is none, or its quote is not to be trusted."""
    given = _first_object(reply)
    question, quote, answer = (_line(given.get(key)) for key in ("question", "quote", "answer"))
    if not (question and quote):
        return None
    if len(QuotedText(document.source, document.text).occurrences(quote)) != 1:
        return None
    return Draft("written", question, document.source, quote, (answer,) if answer else ())


def _first_object(reply: str) -> dict[str, Any]:
    """Return the first JSON object of a reply; models wrap it in fences and talk."""
    start = reply.find("{")
    while start >= 0:
        try:
            value, _ = json.JSONDecoder().raw_decode(reply, start)
        except ValueError:
            start = reply.find("{", start + 1)
            continue
        return value if isinstance(value, dict) else {}
    return {}


def _line(value: object) -> str:
    """Return a value of a reply as one line, "" if it is no text or cannot be shown."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text if text.isprintable() else ""


def _passages(documents: Sequence[EvalDocument]) -> Iterator[tuple[EvalDocument, str]]:
    """Yield sections of the documents in turn, those of one document in a fixed random order."""
    queues = [
        [(document, text) for text in sorted(_sections(document), key=_shuffled)]
        for document in sorted(documents, key=lambda one: one.source)
    ]
    return (one for row in zip_longest(*queues) for one in row if one is not None)


def _sections(document: EvalDocument) -> Iterator[str]:
    """Yield stretches under one heading, cut at sentence ends where they are long."""
    loaded = document.structure or LoadedDocument(text=document.text, kind=document.kind)
    for stretch in stretches(loaded):
        first = 0
        section = loaded.text[stretch.start : stretch.end]
        ends = [end for _, end in sentences(section)]
        for at, end in enumerate(ends):
            is_last = at + 1 == len(ends)
            if is_last or ends[at + 1] - first > _LONGEST:
                if end - first >= _SHORTEST:
                    yield section[first:end].strip()[:_LONGEST]
                first = end


def _shuffled(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
