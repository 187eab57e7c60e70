"""Binds the markers in an agent's reply to the passages it was shown; knows no agent."""

from collections.abc import Sequence
from dataclasses import replace

from langchain_core.documents import Document

from rag.answering.answer import Citation
from rag.answering.citations import bind
from rag.answering.language import detect_language, no_answer_in
from rag.answering.markers import MarkerReader
from rag.answering.reply import ReplyReader


def cite_reply(
    text: str, passages: Sequence[Document], *, question: str = ""
) -> tuple[Citation, ...]:
    """Return a citation for each passage that a reply refers to, in order of number.

    The reply stays as the model wrote it, so a citation's number is that of its passage, from 1.
    Markers of passages that there are not have no citation, nor has a reply that says that the
    passages do not answer.

    Args:
        text: The reply with its markers, like "[2]".
        passages: What the model was shown, in that order: a tool's artifact, for one.
        question: Its numbers may be repeated in the reply.
    """
    reader = ReplyReader(len(passages), no_answer_in(detect_language(question)))
    reader.feed(text)
    reader.close()
    shown = {mark.number: mark.passage + 1 for mark in reader.marks}
    citations = bind(reader.text, reader.marks, passages, question=question)
    renumbered = (replace(one, number=shown[one.number]) for one in citations)
    return tuple(sorted(renumbered, key=lambda one: one.number))


def without_markers(text: str) -> str:
    """Return a text without its citation markers; code is left alone."""
    reader = MarkerReader(0)
    return reader.feed(text) + reader.close()
