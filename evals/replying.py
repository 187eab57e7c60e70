"""Asks the product's chain every question of a cell, without a chat model; scores nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.gold import Question, Span
from evals.measures.citations import quote_fidelity
from evals.measures.replies import Reply
from rag.assembly import make_chain, make_retriever
from rag.embeddings import PassageEmbeddings
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from evals.exact_store import ExactStore
    from rag.answering.answer import Answer, Citation


def reply_to_all(
    questions: Sequence[Question],
    settings: Settings,
    store: "ExactStore",
    embeddings: PassageEmbeddings,
    *,
    with_history: bool,
) -> dict[str, Reply]:
    """Answer every question by quoting sentences, as the product does without a chat model."""
    retriever = make_retriever(
        settings, store, embeddings, k=None, mode=None, wanted=None, min_score=None
    )
    chain = make_chain(settings, retriever, embeddings, None)
    replies = {}
    for question in questions:
        turns = [(turn.role, turn.text) for turn in question.history] if with_history else []
        answer = chain.invoke({"question": question.text, "history": turns})
        replies[question.id] = _reply(answer)
    return replies


def _reply(answer: "Answer") -> Reply:
    quotes = [(one.quote, _passage_of(one, answer.passages)) for one in answer.citations]
    return Reply(
        answer.text,
        answer.answered,
        tuple(Span(one.source, one.start_index, one.end_index) for one in answer.citations),
        quote_fidelity(quotes),
    )


def _passage_of(citation: "Citation", passages: "Sequence[Document]") -> str:
    """Return the text of the passage that was found where the citation points, "" if none was."""
    for passage in passages:
        about = passage.metadata
        inside = about["start_index"] <= citation.start_index < about["end_index"]
        if about["source"] == citation.source and inside:
            return passage.page_content
    return ""
