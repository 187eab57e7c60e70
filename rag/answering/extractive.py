"""Answers by quoting the sentences of passages that match a question; knows no chat model."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.citations import cite
from rag.answering.language import NO_CHAT_MODEL, NOTHING_MATCHES, no_answer_in, say
from rag.store.tokens import tokenize

Embed = Callable[[Sequence[str]], list[list[float]]]

_SENTENCE: Final = re.compile(r"[^\n.!?。！？；]*(?:[.!?。！？；]+[\"”’」』）)]*|\n|$)")


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch `[start, end)` of the passage at `passage` (0-based) and how well it matches."""

    passage: int
    start: int
    end: int
    score: float


def quote_answer(
    question: str,
    search_query: str,
    passages: tuple[Document, ...],
    *,
    language: str,
    embed: Embed | None = None,
) -> Answer:
    """Return an answer made of quoted sentences, each with its marker and citation."""
    quotes = sorted(
        extract(search_query, passages, embed=embed), key=lambda quote: (quote.passage, quote.start)
    )
    citations = tuple(
        cite(number, passages[quote.passage], (quote.start, quote.end))
        for number, quote in enumerate(quotes, start=1)
    )
    text = "\n\n".join(f"{citation.quote} [{citation.number}]" for citation in citations)
    return Answer(
        question=question,
        search_query=search_query,
        text=text or no_answer_in(language),
        answered=bool(citations),
        citations=citations,
        passages=passages,
        notice=say(NO_CHAT_MODEL if citations else NOTHING_MATCHES, language),
    )


def extract(
    question: str, passages: Sequence[Document], *, limit: int = 3, embed: Embed | None = None
) -> list[Quote]:
    """Pick up to `limit` stretches of the passages that answer, best first; empty if none does."""
    candidates = [
        (index, start, end)
        for index, passage in enumerate(passages)
        for start, end in _spans(passage.page_content)
    ]
    texts = [tokenize(passages[index].page_content[start:end]) for index, start, end in candidates]
    scores = _bm25(tokenize(question), texts)
    quotes = [Quote(*span, score) for span, score in zip(candidates, scores, strict=True)]
    ranked = sorted(quotes, key=lambda quote: (-quote.score, quote.passage, quote.start))
    return [quote for quote in ranked if quote.score > 0][:limit]


def _spans(text: str) -> list[tuple[int, int]]:
    spans = []
    for match in _SENTENCE.finditer(text):
        stripped = match.group().strip()
        if stripped:
            start = match.start() + match.group().index(stripped)
            spans.append((start, start + len(stripped)))
    return spans


def _bm25(question: Sequence[str], texts: Sequence[Sequence[str]]) -> list[float]:
    found = Counter(token for text in texts for token in set(text))
    mean = sum(map(len, texts)) / max(1, len(texts))
    scores = []
    for text in texts:
        counts = Counter(text)
        norm = 1.2 * (0.25 + 0.75 * len(text) / max(1.0, mean))
        scores.append(
            sum(
                math.log(1 + (len(texts) - found[token] + 0.5) / (found[token] + 0.5))
                * counts[token]
                * 2.2
                / (counts[token] + norm)
                for token in set(question) & counts.keys()
            )
        )
    return scores
