"""Makes passages, answers and events of the JSON that `rag serve` sends; knows no connection."""

from collections.abc import Mapping
from typing import Any

from langchain_core.documents import Document

from rag.answering.answer import (
    PASSAGE_KEYS,
    Answer,
    AnswerEvent,
    AnswerFinished,
    Citation,
    PassagesFound,
    SearchStarted,
    TextChunk,
)
from rag.answering.question import Question, spoken


def read_passages(values: Mapping[str, Any]) -> list[Document]:
    """Return the passages in a response, best first.

    Raises:
        ValueError: They have another shape.
    """
    try:
        return [_passage(one) for one in values["passages"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"passages of another shape: {error!r}") from error


def read_answer(values: Mapping[str, Any]) -> Answer:
    """Return the answer in a response; what `Answer.to_dict` does not give is not in it.

    Raises:
        ValueError: It has another shape.
    """
    try:
        return Answer(
            question=values["question"],
            search_query=values["search_query"],
            text=values["text"],
            answered=values["answered"],
            citations=tuple(Citation(**one) for one in values["citations"]),
            passages=tuple(_passage(one) for one in values["passages"]),
            notice=values["notice"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"an answer of another shape: {error!r}") from error


def read_event(name: str, values: Mapping[str, Any]) -> AnswerEvent | None:
    """Return the event of a stream, None for one this version does not know.

    Raises:
        ValueError: It has another shape.
    """
    match name:
        case "search_started":
            return SearchStarted(str(values.get("query")), values.get("with_history") is True)
        case "passages_found":
            return PassagesFound(tuple(read_passages(values)))
        case "text_chunk":
            return TextChunk(str(values.get("text")))
        case "answer_finished":
            return AnswerFinished(read_answer(values))
        case _:
            return None


def write_question(question: Question) -> dict[str, Any]:
    """Return a question with its history as the server takes it."""
    return {
        "question": question.text,
        "history": [{"role": spoken(turn), "content": turn.text} for turn in question.history],
    }


def without_unset(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what is None: the server's own settings hold for it."""
    return {name: value for name, value in values.items() if value is not None}


def _passage(values: Mapping[str, Any]) -> Document:
    said = {name: values[name] for name in PASSAGE_KEYS if name in values}
    if said.get("retrieval_score") is None:  # nothing was reranked, and `RagRetriever` has no key
        said.pop("retrieval_score", None)
    metadata = {**values.get("metadata", {}), **said}
    return Document(id=values["id"], page_content=values["text"], metadata=metadata)
