"""Answers by quoting the sentences of passages that match a question; knows no chat model."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from langchain_core.documents import Document

from rag.answering.answer import Answer
from rag.answering.candidates import Candidates, Rows
from rag.answering.citations import cite
from rag.answering.language import NO_CHAT_MODEL, NOTHING_MATCHES, no_answer_in, say
from rag.answering.meaning import Meaning, by_meaning
from rag.answering.sufficiency.decision import Sufficiency
from rag.answering.sufficiency.telling import not_answered
from rag.answering.weights import mixed
from rag.embedding.reading import Read


@dataclass(frozen=True, slots=True)
class Quote:
    """A stretch `[start, end)` of the passage at `passage` (0-based) and how well it matches."""

    passage: int
    start: int
    end: int
    score: float
    header: str = ""


# A second and third sentence is quoted if the score puts its odds at no less than e^-this.
_MARGIN: Final = 4.5
_FENCE: Final = re.compile(r"[ \t]*(?:```+|~~~+)")
# Nothing is quoted unless a passage holds this share of the question's words, or a sentence stands
# out as alike. On XQuAD the first holds for 99 % of the questions, and for one in ten asked of the
# passages of another; the second for 82 % and 3 % of the English ones.
_LEAST_COVERAGE: Final = 0.3
_LEAST_ALIKE: Final = 0.45
_LEAST_LEAD: Final = 0.2


def quote_answer(
    question: str,
    search_query: str,
    passages: tuple[Document, ...],
    *,
    language: str,
    read: Read | None = None,
    sufficiency: Sufficiency | None = None,
) -> Answer:
    """Return an answer made of quoted stretches, each with its marker and citation.

    Where the passages are not sufficient nothing is quoted; the notice names the nearest ones.
    """
    if sufficiency is not None and not sufficiency.enough:
        return not_answered(question, search_query, passages, sufficiency, language=language)
    quotes = join_neighbours(extract(search_query, passages, read=read), passages)
    citations = tuple(
        cite(number, passages[quote.passage], (quote.start, quote.end))
        for number, quote in enumerate(quotes, start=1)
    )
    text = "\n\n".join(
        _shown(quote, citation.quote, citation.number)
        for quote, citation in zip(quotes, citations, strict=True)
    )
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
    question: str, passages: Sequence[Document], *, limit: int = 3, read: Read | None = None
) -> list[Quote]:
    """Pick up to `limit` stretches that answer, best first; none if nothing matches well enough.

    Args:
        question: Standing alone.
        passages: Best first, with `score` in their metadata.
        limit: The most stretches.
        read: Reads texts piece by piece, to compare by meaning as well; None compares words.
    """
    candidates = Candidates(question, passages)
    quotable = [at for at, unit in enumerate(candidates.units) if unit.quotable]
    if not quotable:
        return []
    meaning = None if read is None else by_meaning(candidates, read)
    stands_out = meaning is not None and _stands_out(meaning)
    if not (stands_out or candidates.coverage() >= _LEAST_COVERAGE):
        return []
    odds = signs(candidates, meaning) @ mixed(meaning.trust if meaning else 0.0).row()
    best, *others = [quotable[at] for at in chosen(odds[quotable], limit)]
    also = [at for at in others if stands_out or candidates.shares_a_word(at)]
    return [_quote(candidates, at, float(odds[at])) for at in [best, *also]]


def chosen(odds: Rows, limit: int = 3) -> list[int]:
    """Return the positions of the best odds, best first: those that are not far behind the best."""
    ranked = np.argsort(-odds, kind="stable")[:limit].tolist()
    return [at for at in ranked if odds[at] > odds[ranked[0]] - _MARGIN]


def signs(candidates: Candidates, meaning: Meaning | None) -> Rows:
    """Return the signs of each unit, one row a unit, in the order of `Signs`."""
    words = candidates.by_words()
    return np.hstack([words, np.zeros((len(words), 3)) if meaning is None else meaning.signs])


def join_neighbours(quotes: Sequence[Quote], passages: Sequence[Document]) -> list[Quote]:
    """Join quotes that follow each other into one; the best stays first.

    The answer comes before what surrounds it: in reading order throughout, a gold answer stood in
    the first quote for 76 instead of 79 % of XQuAD's Chinese questions.
    """
    joined: list[Quote] = []
    for quote in sorted(quotes, key=lambda quote: (quote.passage, quote.start)):
        last = joined[-1] if joined else None
        if last is not None and _follows(last, quote, passages):
            score = max(last.score, quote.score)
            joined[-1] = Quote(quote.passage, last.start, quote.end, score, last.header)
        else:
            joined.append(quote)
    return sorted(joined, key=lambda quote: (-quote.score, quote.passage, quote.start))


def _follows(first: Quote, second: Quote, passages: Sequence[Document]) -> bool:
    if first.passage != second.passage:
        return False
    between = passages[first.passage].page_content[first.end : second.start]
    return not between.strip() and "\n\n" not in between


def _shown(quote: Quote, words: str, number: int) -> str:
    """Return a quote as the answer shows it: rows under their header, markers outside of code."""
    shown = f"{quote.header}\n{words}" if quote.header else words
    fence = _FENCE.match(shown)
    if fence:
        # A passage that holds but a part of the code lacks the fence that closes it.
        closed = shown.rstrip().endswith("\n" + fence[0].strip())
        return f"{shown}\n[{number}]" if closed else f"{shown}\n{fence[0]}\n[{number}]"
    if "|" in quote.header:
        outer = "|" if quote.header.startswith("|") else ""
        rule = "|".join(["---"] * len(quote.header.strip("|").split("|")))
        return f"{quote.header}\n{outer}{rule}{outer}\n{words}\n\n[{number}]"
    return f"{shown} [{number}]"


def _quote(candidates: Candidates, at: int, score: float) -> Quote:
    unit = candidates.units[at]
    header = unit.context.strip() if unit.header else ""
    return Quote(candidates.places[at], unit.start, unit.end, score, header)


def _stands_out(meaning: Meaning) -> bool:
    """Say whether the likest sentence is alike, and more so than the others.

    A model that does not know the language finds all its sentences alike.
    """
    cosines = meaning.signs[:, -1]
    best = float(cosines.max())
    return best >= _LEAST_ALIKE and best - float(cosines.mean()) >= _LEAST_LEAD
