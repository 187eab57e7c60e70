"""Asks the product's chain every question of a cell, with or without a chat model; scores nothing.

Passages are searched one question after the other; only the calls of a chat model overlap.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evals.asking.calls import Outcome, make_calls
from evals.gold import Span
from evals.measures.citations import quote_fidelity
from evals.measures.replies import Reply
from evals.queries import as_chain_input
from evals.retrieving import Asked
from rag.assembly import make_chain, make_judge, make_retriever
from rag.embeddings import PassageEmbeddings
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.documents import BaseDocumentCompressor, Document
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage
    from langchain_core.retrievers import BaseRetriever

    from evals.exact_store import ExactStore
    from rag.answering.answer import Answer, Citation
    from rag.answering.chain import RagChain


def reply_to_all(
    asked: Sequence[Asked],
    settings: Settings,
    store: "ExactStore",
    embeddings: PassageEmbeddings,
    *,
    reranker: "BaseDocumentCompressor | None" = None,
    chat_model: "BaseChatModel | None",
    at_once: int,
    tell: Callable[[int], None],
) -> Outcome[Reply]:
    """Answer every question as the product does; without a chat model by quoting sentences.

    Raises:
        ChatModelError: The model cannot be asked at all.
    """
    retriever = make_retriever(
        settings,
        store,
        embeddings,
        k=None,
        mode=None,
        wanted=None,
        min_score=None,
        reranker=reranker,
    )
    found = {(one.query, one.history): one.find(retriever) for one in asked}
    remembering = _remembering(found, weighs=retriever.weighs_history)
    judge = make_judge(settings, retriever, embeddings)
    chain = make_chain(settings, remembering, embeddings, chat_model, judge=judge)
    calls = {one.question.id: _later(chain, one) for one in asked}
    if chat_model is None:
        return Outcome({key: call() for key, call in calls.items()})
    return make_calls(calls, at_once=at_once, tell=tell)


def _later(chain: "RagChain", asked: Asked) -> Callable[[], Reply]:
    return lambda: _reply(chain.invoke(as_chain_input(asked.question)))


def _remembering(
    passages: "Mapping[tuple[str, tuple[tuple[str, str], ...]], list[Document]]", *, weighs: bool
) -> "BaseRetriever":
    """Return a retriever over what was found before for a query and its history."""
    from langchain_core.retrievers import BaseRetriever

    class Found(BaseRetriever):
        weighs_history: bool = weighs

        def _get_relevant_documents(
            self,
            query: str,
            *,
            history: "Sequence[BaseMessage]" = (),
            **_: Any,  # noqa: ANN401
        ) -> "list[Document]":
            return passages[query, tuple((turn.type, turn.text) for turn in history)]

    return Found()


def _reply(answer: "Answer") -> Reply:
    quotes = [(one.quote, _passage_of(one, answer.passages)) for one in answer.citations]
    return Reply(
        answer.text,
        answer.answered,
        tuple(Span(one.source, one.start_index, one.end_index) for one in answer.citations),
        quote_fidelity(quotes),
        tuple(_span(passage) for passage in answer.passages),
    )


def _span(passage: "Document") -> Span:
    about = passage.metadata
    return Span(about["source"], about["start_index"], about["end_index"])


def _passage_of(citation: "Citation", passages: "Sequence[Document]") -> str:
    """Return the text of the passage that was found where the citation points, "" if none was."""
    for passage in passages:
        about = passage.metadata
        inside = about["start_index"] <= citation.start_index < about["end_index"]
        if about["source"] == citation.source and inside:
            return passage.page_content
    return ""
