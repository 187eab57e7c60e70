"""Makes the answer of a reply that has been read to its end; knows no model and no retriever."""

from collections.abc import Sequence

from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.citations import bind
from rag.answering.language import (
    CUT_OFF,
    CUT_SHORT,
    LEFT_OUT,
    REMOVED,
    UNCITED,
    UNGROUNDED,
    UNVERIFIED,
    say,
)
from rag.answering.reply import ReplyReader
from rag.answering.uncited import ungrounded
from rag.errors import ChatModelError

# A notice names what it is about, and is no second answer.
_LONGEST_NAMED = 160


def finish(
    question: str,
    search_query: str,
    reply: ReplyReader,
    passages: tuple[Document, ...],
    *,
    found: Sequence[Document],
    language: str,
) -> Answer:
    """Return the answer with its citations and with a notice of what is wrong with it, if anything.

    Args:
        question: What was asked.
        search_query: What was searched for it.
        reply: What the chat model wrote.
        passages: What the chat model was shown, in order of number.
        found: What the search found, best first.
        language: Of the notice.

    Raises:
        ChatModelError: The reply holds no text.
    """
    if not reply.text.strip():
        raise ChatModelError(
            "the chat model wrote no answer; raise chat.max_output_tokens (a reasoning model may "
            "have spent them on thinking) or change chat.model"
        )
    asked = f"{question} {search_query}"
    citations = bind(reply.text, reply.marks, passages, question=asked)
    notices = []
    if reply.end_reason in ("length", "max_tokens"):
        notices.append(say(CUT_OFF, language))
    if left_out := _left_out(found, passages, language):
        notices.append(left_out)
    if reply.answered and not citations:
        notices.append(say(UNCITED, language))
    elif reply.answered and (bare := ungrounded(reply.text, reply.marks, passages, question=asked)):
        notices.append(say(UNGROUNDED, language).format(said=_shortened(bare)))
    if reply.removed:
        notices.append(say(REMOVED, language))
    if not all(citation.verified for citation in citations):
        notices.append(say(UNVERIFIED, language))
    return Answer(
        question=question,
        search_query=search_query,
        text=reply.text,
        answered=reply.answered,
        citations=citations,
        passages=passages,
        notice=" ".join(notices) or None,
    )


def _left_out(found: Sequence[Document], shown: Sequence[Document], language: str) -> str:
    """Return a notice of what did not fit into the prompt; "" if all did."""
    if shown[0].page_content != found[0].page_content:
        return say(CUT_SHORT, language)
    if len(shown) < len(found):
        return say(LEFT_OUT, language).format(found=len(found), shown=len(shown))
    return ""


def _shortened(sentences: Sequence[str]) -> str:
    """Return sentences as the words of a notice: the beginning, if they are many or long."""
    said = " ".join(" ".join(sentences).split())
    return said if len(said) <= _LONGEST_NAMED else said[:_LONGEST_NAMED].rstrip() + "…"
