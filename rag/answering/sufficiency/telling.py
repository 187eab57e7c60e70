"""Tells reader and chat model that passages may not answer; knows no index."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.language import (
    LIKELY_INSUFFICIENT,
    NEAREST,
    NEAREST_MISSING,
    is_chinese,
    no_answer_in,
    say,
)
from rag.answering.sufficiency.decision import Sufficiency

Judge: TypeAlias = Callable[[str, Sequence[Document]], Sufficiency]
"""Says whether passages, best first, answer a question that stands alone."""

_NAMED: Final = 3


def not_answered(
    question: str,
    search_query: str,
    passages: tuple[Document, ...],
    sufficiency: Sufficiency,
    *,
    language: str,
) -> Answer:
    """Return the answer that says that there is none, and where the nearest passages stand."""
    wording = say(NEAREST_MISSING if sufficiency.missing else NEAREST, language)
    return Answer(
        question=question,
        search_query=search_query,
        text=no_answer_in(language),
        answered=False,
        passages=passages,
        notice=wording.format(
            missing=_listed(sufficiency.missing, language),
            nearest=("、" if is_chinese(language) else ", ").join(_names(passages)),
        ),
    )


def remark(sufficiency: Sufficiency | None) -> str:
    """Return what a chat model is told of passages that likely do not answer, "" if nothing."""
    if sufficiency is None or sufficiency.enough:
        return ""
    missing = _listed(sufficiency.missing, "en")
    lacking = f" None of them holds: {missing}." if missing else ""
    return (
        f"Remark: by their words and meaning these passages likely do not answer the question."
        f"{lacking} Answer only from what they do say; if that is not what is asked, say so."
    )


def with_doubt(answer: Answer, sufficiency: Sufficiency | None, *, language: str) -> Answer:
    """Return an answer with a notice if its passages likely do not hold it."""
    if sufficiency is None or sufficiency.enough or not answer.answered:
        return answer
    doubt = say(LIKELY_INSUFFICIENT, language)
    return replace(answer, notice=" ".join(filter(None, (answer.notice, doubt))))


def _listed(words: Sequence[str], language: str) -> str:
    if is_chinese(language):
        return "、".join(f"“{word}”" for word in words)
    return ", ".join(f"“{word}”" for word in words)


def _names(passages: Sequence[Document]) -> list[str]:
    """Return the names of the nearest passages' documents, each once."""
    named = (str(one.metadata.get("title") or one.metadata.get("source", "")) for one in passages)
    return list(dict.fromkeys(filter(None, named)))[:_NAMED]
