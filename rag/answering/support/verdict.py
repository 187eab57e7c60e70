"""Decides whether one of the passages a claim cites says what the claim says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from langchain_core.documents import Document

from rag.answering.language import detect_language
from rag.answering.quotes import find_quote
from rag.answering.support.alignment import exchanged
from rag.answering.support.amounts import counts_otherwise, strange_quantities
from rag.answering.support.bounds import bounds_otherwise
from rag.answering.support.likeness import Held, foreign_words, held, meaning
from rag.answering.support.names import strange_names
from rag.answering.support.opposites import opposed
from rag.answering.support.places import counts_another, misplaced, moves_otherwise, told_of_another
from rag.answering.support.relations import turned_round
from rag.answering.support.scoring import Signs, by_words, is_said
from rag.answering.support.sides import at_other_side
from rag.answering.support.substitution import substituted
from rag.answering.support.successions import succeeds_otherwise
from rag.answering.support.swaps import has_swapped_numbers
from rag.answering.support.windows import Source, held_share, nearest, read_source
from rag.answering.support.words import Word, words

# A claim of which less is held is no rearrangement of the source's words.
_REARRANGED: Final = 0.8
# Of several passages cited together one must hold all but so much of what they hold together.
_MOST_SHARED_OUT: Final = 0.25
# What an answer to a yes-or-no question opens with denies nothing in the sentence itself.
_OPENER: Final = re.compile(
    r"^\W*(?:(?:yes|no)[,.:;!]|(?:是的|不是|不|对|没有)[，。,：:！])\s*", re.I
)
# The number of a list item belongs to the answer's form, not to what it states.
_ITEM: Final = re.compile(r"^\s*(?:[-*•]\s*)?(?:\(?\d{1,2}[.)、）]\s)", re.MULTILINE)
# A line without a stop, with a blank line or a rule below it.
_HEADING: Final = re.compile(
    r"(?:\A|\n[ \t]*\n)[ \t#]*([^\n|]{2,60}(?<![.,;:!?。，；：！？|]))\n(?:[ \t]*\n|[-=]{3,})"
)


class Fault(Enum):
    """Why a passage does not support a claim."""

    NUMBER = "a number"
    NAME = "a name"
    OPPOSITE = "the opposite"
    EXCHANGED = "exchanged words"
    UNSAID = "words"
    STITCHED = "two passages"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A claim and what comes nearest to it; `how` says how each of its words is held there."""

    claim: str
    window: str
    how: tuple[Held, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class _Finding:
    fault: Fault | None
    held: tuple[bool, ...]


def fault_in(claim: str, passages: Sequence[Document], *, question: str = "") -> Fault | None:
    """Return what is wrong with a claim; None if one of the passages says it whole.

    Where claim and passage are in different languages only numbers and names are compared.

    Args:
        claim: A sentence, or part of one, without markers.
        passages: What it cites, with `title` and `section` in their metadata.
        question: Its words, names and numbers may be repeated.
    """
    claim = _OPENER.sub("", _ITEM.sub(" ", claim))
    if not any(word.weight for word in words(claim)):
        return None
    findings = [_examine(claim, passage, question) for passage in passages]
    if any(finding.fault is None for finding in findings):
        return _stitched(claim, findings)
    return findings[0].fault if findings else None


def weighed(claim: str, passage: Document, *, question: str = "") -> Signs | None:
    """Return the signs that decide on a claim; None where a quotation or a plain fault does.

    Arguments as of `fault_in`.
    """
    claim = _OPENER.sub("", _ITEM.sub(" ", claim))
    if find_quote(claim.strip(), passage.page_content):
        return None
    pair = _beside(claim, passage, question)
    return None if _plain_fault(pair, question) else _signs(pair)


def _examine(claim: str, passage: Document, question: str) -> _Finding:
    whole = (True,) * len(words(claim))
    if find_quote(claim.strip(), passage.page_content):
        return _Finding(None, whole)
    pair = _beside(claim, passage, question)
    if in_other_language(claim, passage.page_content):
        return _Finding(_fault_abroad(claim, pair.source, question), whole)
    fault = _plain_fault(pair, question)
    if fault is None and not is_said(_signs(pair), claim):
        fault = Fault.UNSAID
    return _Finding(fault, tuple(one in (Held.SAME, Held.ALIKE) for one in pair.how))


def _beside(claim: str, passage: Document, question: str) -> _Pair:
    source = read_source(passage.page_content, _context(passage, question))
    window = nearest(claim, source)
    return _Pair(claim, window, held(claim, meaning(window) | meaning(source.context)), source)


def _plain_fault(pair: _Pair, question: str) -> Fault | None:
    """Return a fault that nothing makes up for."""
    claim, window, around = pair.claim, pair.window, pair.source.context
    own, other = words(claim), words(window)
    if _numbers_differ(claim, window, question, pair.source):
        return Fault.NUMBER
    if strange_names(own, other, words(around)):
        return Fault.NAME
    if opposed(claim, window) or at_other_side(claim, window):
        return Fault.OPPOSITE
    if turned_round(claim, window) or (_repeats(own, pair.how) and exchanged(own, other)):
        return Fault.EXCHANGED
    replaced = detect_language(claim) == "zh" and substituted(claim, window, pair.how)
    return Fault.UNSAID if replaced else None


def _signs(pair: _Pair) -> Signs:
    claim, window, source = pair.claim, pair.window, pair.source
    foreign = foreign_words(claim, window, pair.how, source.text)
    return by_words(claim, window, source.context, pair.how, foreign)


def _repeats(claim: Sequence[Word], how: Sequence[Held]) -> bool:
    """Say whether a claim is made of its source's own words."""
    same = [Held.SAME if one is Held.SAME else Held.STRANGE for one in how]
    own = [Held.LIGHT if not word.weight else one for word, one in zip(claim, same, strict=True)]
    return held_share(claim, own) >= _REARRANGED


def _fault_abroad(claim: str, source: Source, question: str) -> Fault | None:
    """Return what is wrong with a claim in another language than its passage's."""
    return Fault.NUMBER if strange_quantities(claim, [source.text, question]) else None


def _stitched(claim: str, findings: Sequence[_Finding]) -> Fault | None:
    """Return a fault if passages hold a claim only together."""
    own = words(claim)
    together = [any(held) for held in zip(*(finding.held for finding in findings), strict=True)]
    alone = max(_held(own, finding.held) for finding in findings if finding.fault is None)
    return Fault.STITCHED if _held(own, together) - alone >= _MOST_SHARED_OUT else None


def _held(claim: Sequence[Word], is_held: Sequence[bool]) -> float:
    total = sum(word.weight for word in claim)
    kept = sum(word.weight for word, one in zip(claim, is_held, strict=True) if one)
    return kept / total if total else 0.0


def _numbers_differ(claim: str, window: str, question: str, source: Source) -> bool:
    stated = [window, question]
    return (
        bool(strange_quantities(claim, stated, around=source.context, beyond=source.text))
        or counts_otherwise(claim, window)
        or bounds_otherwise(claim, window)
        or misplaced(claim, window)
        or counts_another(claim, window)
        or told_of_another(claim, window)
        or has_swapped_numbers(claim, window)
        or succeeds_otherwise(claim, window)
        or moves_otherwise(claim, window)
    )


def in_other_language(claim: str, passage: str) -> bool:
    """Say whether a claim's words cannot be looked for in a passage: one of them is Chinese."""
    return (detect_language(claim) == "zh") != (detect_language(passage) == "zh")


def _context(passage: Document, question: str) -> str:
    """Return what every sentence of a passage may be about: title, headings, question."""
    metadata = passage.metadata
    above = [str(metadata.get(name) or "") for name in ("title", "section")]
    within = _HEADING.findall(passage.page_content)
    return ". ".join([*above, *within, question])
