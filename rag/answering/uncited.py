"""Finds what an answer claims without citing a passage for it; knows no model."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from langchain_core.documents import Document

from rag.answering.citations import Claim, unsupported
from rag.answering.markers import Mark
from rag.answering.quotes import quoted
from rag.answering.reply import says_no_answer
from rag.answering.support.verdict import in_other_language
from rag.answering.support.words import words
from rag.sentences import sentences

# A sentence without a marker that says no more than this ("Here is what I found") claims nothing.
_NO_CLAIM: Final = 1.5
_CODE: Final = re.compile(r"(?:```|~~~).*?(?:```|~~~|\Z)", re.DOTALL)
# Headings, rules and the line above a table's rule state nothing.
_FRAME: Final = re.compile(
    r"[ \t]*(?:#{1,6}[ \t].*|(?:[-*+][ \t]+)?\*\*[^*\n]*\*\*[:：]?|[-*_|:= \t]+"
    r"|.*\n[ \t]*\|[-:| \t]+\|?)[ \t]*\Z"
)


def ungrounded(
    text: str, marks: Sequence[Mark], passages: Sequence[Document], *, question: str
) -> list[str]:
    """Return the sentences of an answer that carry no marker and that no passage says."""
    return [
        sentence
        for sentence in _without_marker(text, marks)
        if not is_grounded(sentence, passages, question=question)
    ]


def is_grounded(text: str, passages: Sequence[Document], *, question: str) -> bool:
    """Return whether a sentence without a marker claims nothing, or some passage says it whole."""
    if _claims_nothing(text):
        return True
    claim = Claim(text, text, tuple(said for _, _, said in quoted(text)), ())
    same = [one for one in passages if not in_other_language(text, one.page_content)]
    return unsupported(claim, same or passages, question=question) is None


def _claims_nothing(text: str) -> bool:
    own = words(text)
    if any(word.is_number for word in own):
        return False
    leads_in = text.rstrip().endswith((":", "："))
    return leads_in or sum(word.weight for word in own) <= _NO_CLAIM or says_no_answer(text)


def _without_marker(text: str, marks: Sequence[Mark]) -> Iterator[str]:
    """Yield the sentences in front of which, in which and behind which no marker stands."""
    plain = _CODE.sub(lambda code: " " * len(code[0]), text)
    for mark in marks:
        plain = plain[: mark.start] + " " * (mark.end - mark.start) + plain[mark.end :]
    spans = sentences(plain)
    cited = {_carrier(plain, spans, mark.start) for mark in marks}
    for at, (start, end) in enumerate(spans):
        line_end = plain.find("\n", end)
        below = plain.find("\n", line_end + 1)
        framed = plain[start : below if line_end >= 0 and below >= 0 else len(plain)]
        if at not in cited and not (_FRAME.match(plain[start:end]) or _FRAME.match(framed)):
            yield plain[start:end]


def _carrier(plain: str, spans: Sequence[tuple[int, int]], place: int) -> int:
    """Return which sentence a marker at `place` belongs to: the one before it on its line."""
    line_start = plain.rfind("\n", 0, place) + 1
    if not plain[line_start:place].strip(" \t-*+•"):
        return next((at for at, (_, end) in enumerate(spans) if end > place), len(spans) - 1)
    return max((at for at, (start, _) in enumerate(spans) if start < place), default=0)
