"""Binds the markers of an answer to the words of the passages they stand for; knows no model."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from langchain_core.documents import Document

from rag.answering.answer import Citation
from rag.answering.markers import Mark
from rag.answering.quotes import find_quote, quoted
from rag.answering.support.negations import clauses, denials
from rag.answering.support.verdict import fault_in
from rag.sentences import sentences, trimmed
from rag.store.tokens import tokenize

Span = tuple[int, int]

# What is left around the words of a claim when its markers and its list are gone.
_BULLET: Final = re.compile(r"^\s*(?:[-*•]\s+|\d{1,2}[.)]\s+)")
_LOOSE_STOP: Final = re.compile(r"\s+([.,;:!?。，；：！？])")
_CODE: Final = re.compile(r"`+[^`]*`+")


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement of the answer and the marks behind it.

    Attributes:
        text: The statement's words, from the mark before it on, markers taken out.
        sentence: The whole sentence it belongs to.
        quotes: What the statement puts in quotation marks.
        marks: The markers it carries.
    """

    text: str
    sentence: str
    quotes: tuple[str, ...]
    marks: tuple[Mark, ...]


def bind(
    text: str, marks: Sequence[Mark], passages: Sequence[Document], *, question: str = ""
) -> tuple[Citation, ...]:
    """Return one citation for each number in `text`, in order of number.

    A citation's quote reaches over all that its claims rest on: the words they quote, or else the
    sentences of the passage that share most with them. It is unverified where none of the passages
    that a claim cites says what it says; words and numbers of the `question` may be repeated.
    """
    found: dict[int, list[Span]] = {}
    invented: dict[int, str] = {}
    cited = {mark.number: passages[mark.passage] for mark in marks}
    for claim in read_claims(text, marks):
        its = [cited[mark.number] for mark in claim.marks]
        words = unsupported(claim, its, question=question)
        for mark, passage in zip(claim.marks, its, strict=True):
            found.setdefault(mark.number, []).append(support(claim, passage.page_content))
            if words is not None:
                invented.setdefault(mark.number, words)
    return tuple(
        _citation(number, cited[number], found[number], invented.get(number))
        for number in sorted(found)
    )


def cite(number: int, passage: Document, span: Span) -> Citation:
    """Bind `number` to the characters `span` of a passage."""
    metadata = passage.metadata
    start, end = span
    offset = int(metadata.get("start_index") or 0)
    return Citation(
        number=number,
        source=str(metadata.get("source") or ""),
        title=str(metadata.get("title") or ""),
        page=metadata.get("page"),
        start_index=offset + start,
        end_index=offset + end,
        quote=passage.page_content[start:end],
        verified=True,
    )


def read_claims(text: str, marks: Sequence[Mark]) -> list[Claim]:
    """Return the statements of an answer that carry markers, in reading order."""
    plain, places = _without_marks(text, marks)
    spans = sentences(plain)
    groups = [
        (at, [m for m, _ in g])
        for at, g in groupby(zip(marks, places, strict=True), key=lambda pair: pair[1])
    ]
    claims = []
    for index, (place, carried) in enumerate(groups):
        sentence = _sentence_before(plain, spans, place)
        previous = groups[index - 1][0] if index else 0
        following = groups[index + 1][0] if index + 1 < len(groups) else len(plain)
        # Words behind the last marker of a sentence still belong to what it cites.
        end = max(place, sentence[1]) if following >= sentence[1] else place
        start = max(sentence[0], previous)
        own = plain[start:end] if tokenize(plain[start:end]) else plain[slice(*sentence)]
        quotes = tuple(words for _, _, words in quoted(_CODE.sub(" ", own)))
        claims.append(Claim(own, plain[slice(*sentence)], quotes, tuple(carried)))
    return claims


def unsupported(claim: Claim, passages: Sequence[Document], *, question: str = "") -> str | None:
    """Return the words of a claim that none of the passages holds; None if one says it whole.

    They are a quotation's where that was made up, else the claim's.
    """
    for words in claim.quotes:
        if not any(_is_quoted(words, passage, question) for passage in passages):
            return words
    invented = fault_in(claim.text, passages, question=question)
    return _LOOSE_STOP.sub(r"\1", _BULLET.sub("", claim.text)).strip() if invented else None


def _is_quoted(words: str, passage: Document, question: str) -> bool:
    """Say whether quoted words stand in a passage; a single one may stand there in another form."""
    text = passage.page_content
    if span := find_quote(words, text):
        return not _elides_a_denial(words, text[slice(*span)])
    title = str(passage.metadata.get("title") or "")
    own = tokenize(words)
    return len(own) == 1 and set(own) <= {*tokenize(text), *tokenize(title), *tokenize(question)}


def _elides_a_denial(words: str, span: str) -> bool:
    """Say whether a quotation leaves a "not" out of its sentence: "the battery is … replaceable"."""  # noqa: E501
    if len(words) >= len(span) or len(sentences(span)) > 1:
        return False
    return sum(map(_denials, clauses(span))) != sum(map(_denials, clauses(words)))


def _denials(clause: str) -> int:
    return len(denials(clause))


def support(claim: Claim, passage: str) -> Span:
    """Return the stretch of a passage that a claim rests on."""
    spans = [span for words in claim.quotes if (span := find_quote(words, passage))]
    if spans:
        return min(start for start, _ in spans), max(end for _, end in spans)
    return (
        _likest(claim.text, passage)
        or _likest(claim.sentence, passage)
        or trimmed(passage, 0, len(passage))
    )


def _likest(words: str, passage: str) -> Span | None:
    """Return the sentence, or two neighbours, that share most with `words`; None if none does."""
    spans = sentences(passage)
    texts = [Counter(tokenize(passage[start:end])) for start, end in spans]
    wanted = set(tokenize(words))
    holding = Counter(token for text in texts for token in text)
    weights = {
        token: math.log(1 + len(texts) / holding[token]) * (2 if token.isdigit() else 1)
        for token in wanted & holding.keys()
    }
    if not weights:
        return None
    # Of two sentences that share the same words the shorter says less besides.
    scores = [
        sum(weights[token] for token in text.keys() & weights.keys())
        / math.log(math.e + 0.02 * text.total())
        for text in texts
    ]
    best = max(range(len(spans)), key=lambda at: (scores[at], -at))
    start, end = spans[best]
    for other in (best - 1, best + 1):
        if 0 <= other < len(spans) and _adds(texts[other], texts[best], weights):
            start, end = min(start, spans[other][0]), max(end, spans[other][1])
    return start, end


def _adds(other: Counter[str], best: Counter[str], weights: dict[str, float]) -> bool:
    """Say whether a neighbour holds a good part of the claim that the best sentence lacks."""
    new = sum(weights[token] for token in (other.keys() - best.keys()) & weights.keys())
    return new >= 0.4 * sum(weights.values())


def _citation(
    number: int, passage: Document, spans: Sequence[Span], invented: str | None
) -> Citation:
    span = min(start for start, _ in spans), max(end for _, end in spans)
    citation = cite(number, passage, span)
    return citation if invented is None else replace(citation, quote=invented, verified=False)


def _without_marks(text: str, marks: Sequence[Mark]) -> tuple[str, list[int]]:
    """Return the text without its markers and where in it each one stood."""
    pieces: list[str] = []
    places: list[int] = []
    length = last = 0
    for mark in marks:
        pieces.append(text[last : mark.start])
        length += mark.start - last
        places.append(_trimmed_length(pieces, length))
        last = mark.end
    pieces.append(text[last:])
    return "".join(pieces), places


def _trimmed_length(pieces: Sequence[str], length: int) -> int:
    for piece in reversed(pieces):
        stripped = piece.rstrip()
        length -= len(piece) - len(stripped)
        if stripped:
            break
    return length


def _sentence_before(plain: str, spans: Sequence[Span], place: int) -> Span:
    """Return the sentence that the character before `place` belongs to."""
    for start, end in reversed(list(spans)):
        if start < place or start == place == 0:
            return start, end
    return spans[0] if spans else (0, len(plain))
