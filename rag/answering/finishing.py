"""Makes the answer of a reply that has been read to its end; knows no model and no retriever."""

from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.citations import bind
from rag.answering.language import CUT_OFF, REMOVED, UNCITED, UNVERIFIED, say
from rag.answering.reply import ReplyReader
from rag.errors import ChatModelError


def finish(
    question: str,
    search_query: str,
    reply: ReplyReader,
    passages: tuple[Document, ...],
    *,
    language: str,
) -> Answer:
    """Return the answer with its citations and with a notice of what is wrong with it, if anything.

    Raises:
        ChatModelError: The reply holds no text.
    """
    if not reply.text.strip():
        raise ChatModelError(
            "the chat model wrote no answer; raise chat.max_output_tokens (a reasoning model may "
            "have spent them on thinking) or change chat.model"
        )
    citations = bind(reply.text, reply.marks, passages, question=f"{question} {search_query}")
    notices = []
    if reply.end_reason in ("length", "max_tokens"):
        notices.append(say(CUT_OFF, language))
    if reply.answered and not citations:
        notices.append(say(UNCITED, language))
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
