"""Check where a set's gold is, and what its documents and questions share; reads no files."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import accumulate

from evals.datasets.base import EvalSet
from evals.datasets.findings import Finding
from evals.datasets.wording import longest_shared_run
from evals.gold import Question, Span
from evals.measures.answers import contains_answer, token_f1, values_right

_COPIED_WORDS = 6
"""A run this long is copied: of the sample's hand-written questions 4 in 110 have one."""
_READ = 10
"""Relevant documents that are read of each question: some sets judge hundreds."""
_SHORT = 16
"""Characters; fewer than these stand in many places by chance."""


def check_places(given: EvalSet) -> Iterator[Finding]:
    """Find gold that is in no document, outside its text, or beside words instead of on them."""
    texts = given.texts
    for question in given.questions:
        for span in question.spans:
            text = texts.get(span.source)
            if text is None:
                yield Finding("gold place", f"{span.source} is not in the set", question.id)
            elif span.end_index > len(text):
                said = f"{_place(span)} is outside a text of {len(text)} characters"
                yield Finding("gold place", said, question.id)
            elif _cuts(text, span):
                words = text[span.start_index : span.end_index]
                said = f"{_place(span)}: {words[:24]!r} … {words[-24:]!r}"
                yield Finding("gold edge", said, question.id)
        for source in question.graded:
            if source not in texts:
                yield Finding("gold place", f"{source} is not in the set", question.id)


def check_answerable(given: EvalSet) -> Iterator[Finding]:
    """Find questions whose gold and `answerable` contradict each other."""
    for question in given.questions:
        has_gold = bool(question.slots) or any(grade > 0 for grade in question.graded.values())
        if question.answerable and not has_gold:
            said = "say where it is answered, or that it cannot be"
            yield Finding("gold missing", said, question.id)
        elif has_gold and not question.answerable:
            yield Finding("gold given", "drop the gold, or say that it is answerable", question.id)


def check_uniqueness(given: EvalSet) -> Iterator[Finding]:
    """Find gold whose words stand elsewhere, in the same document or another."""
    places = _Places(given.texts)
    for question in given.questions:
        gold = set(question.spans)
        for span in sorted(gold):
            others = places.of_same_words(span)
            if others and not any(overlap(other, one) for other in others for one in gold):
                shown = ", ".join(_place(other) for other in others[:3])
                more = f" and {len(others) - 3} more" if len(others) > 3 else ""
                yield Finding("gold twice", f"{_place(span)} is also {shown}{more}", question.id)


def check_wording(given: EvalSet) -> Iterator[Finding]:
    """Find questions that copy many words in a row from their gold."""
    texts = given.texts
    for question in given.questions:
        best = max(
            (
                longest_shared_run(question.text, words)[::-1]
                for words in gold_words(texts, question)
            ),
            default=(0.0, ""),
        )
        if best[0] >= _COPIED_WORDS:
            yield Finding(
                "wording", f"{best[0]:.0f} words in a row: {_shown(best[1])}", question.id
            )


def check_answers(given: EvalSet) -> Iterator[Finding]:
    """Find accepted answers that share neither words nor numbers with their gold spans."""
    texts = given.texts
    for question in given.questions:
        if not (question.answers and question.slots):
            continue
        gold = " ".join(gold_words(texts, question))
        short = [answer for answer in question.answers if len(answer) <= 60]
        if short and not (
            contains_answer(gold, short) or values_right(gold, short) or token_f1(gold, short)
        ):
            yield Finding("answer", f"{_shown(short[0])} is not in {_shown(gold)}", question.id)


def gold_words(texts: Mapping[str, str], question: Question) -> list[str]:
    """Return the words of a question's gold: its spans, or whole documents, the best graded few."""
    spans = [texts.get(s.source, "")[s.start_index : s.end_index] for s in question.spans]
    relevant = [source for source, grade in question.graded.items() if grade > 0]
    relevant.sort(key=lambda source: -question.graded[source])
    return spans or [texts.get(source, "") for source in relevant[:_READ]]


def check_copies(given: EvalSet) -> Iterator[Finding]:
    """Find documents without text, with another's name or with another's text."""
    by_text: dict[str, list[str]] = defaultdict(list)
    names: set[str] = set()
    for document in given.documents:
        if document.source in names:
            yield Finding("document", f"{document.source} stands twice; a set needs it once")
        names.add(document.source)
        if not document.text.strip():
            yield Finding("document", f"{document.source} has no text; leave it out")
        else:
            by_text[" ".join(document.text.split())].append(document.source)
    for sources in by_text.values():
        if len(sources) > 1:
            yield Finding("copies", ", ".join(sources[:5]))


class _Places:
    """Finds text in all documents at once, white space aside."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts
        self._sources = list(texts)
        parts = ["".join(text.split()) + "\0" for text in texts.values()]
        self._starts = [0, *accumulate(map(len, parts))]
        self._all = "".join(parts)
        self._row = {source: row for row, source in enumerate(self._sources)}
        self._kept = cache(self._find_kept)

    def of_same_words(self, span: Span) -> list[Span]:
        """Return the other places that hold the words of `span`."""
        text = self._texts.get(span.source, "")
        words = "".join(text[span.start_index : span.end_index].split())
        if len(words) < _SHORT:
            return []
        kept = self._kept(span.source)
        own = self._starts[self._row[span.source]] + bisect_left(kept, span.start_index)
        found = [at for at in _occurrences(self._all, words) if abs(at - own) >= len(words)]
        return [self._span(at, len(words)) for at in found]

    def _span(self, at: int, length: int) -> Span:
        row = bisect_right(self._starts, at) - 1
        kept, first = self._kept(self._sources[row]), at - self._starts[row]
        return Span(self._sources[row], kept[first], kept[first + length - 1] + 1)

    def _find_kept(self, source: str) -> list[int]:
        """Return the characters of a document that are not white space."""
        return [at for at, one in enumerate(self._texts[source]) if not one.isspace()]


def _occurrences(text: str, words: str) -> Iterator[int]:
    at = text.find(words)
    while at >= 0:
        yield at
        at = text.find(words, at + len(words))


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two spans have a character in common."""
    return (
        one.source == other.source
        and one.start_index < other.end_index
        and other.start_index < one.end_index
    )


def _cuts(text: str, span: Span) -> bool:
    """Tell whether a span starts or ends in white space or inside a (non-CJK) word."""
    words = text[span.start_index : span.end_index]
    if words != words.strip():
        return True
    edges = (text[max(0, at - 1) : at + 1] for at in (span.start_index, span.end_index))
    return any(len(two) == 2 and all(c.isalnum() and c < "\u2e80" for c in two) for two in edges)


def _place(span: Span) -> str:
    return f"{span.source}:{span.start_index}-{span.end_index}"


def _shown(text: str) -> str:
    words = " ".join(text.split())
    return repr(words if len(words) <= 80 else words[:79] + "…")
