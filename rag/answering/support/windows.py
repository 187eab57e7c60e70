"""Finds the stretch of a passage that comes nearest to a claim; knows no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rag.answering.support.amounts import says_same
from rag.answering.support.likeness import Held, Meaning, held, meaning
from rag.answering.support.negations import clauses
from rag.answering.support.quantities import Quantity, quantities
from rag.answering.support.words import Word, words
from rag.sentences import sentences

# A claim may sum up so many sentences.
_MOST_SENTENCES: Final = 3
# A further sentence is taken only if it holds so much more of the claim.
_WORTH_WIDENING: Final = 0.1
# A sentence that holds so much of a claim is what the claim is about: what another sentence would
# add may be just what was changed.
_ENOUGH: Final = 0.75
# A clause that says less needs no sentence of its own.
_LEAST_CLAUSE: Final = 1.5
# Numbers of these kinds are too many to tell what they are about.
_PLAIN: Final = frozenset(("", "nth"))
# Words that any text may be put in count so much where the source lacks them.
_COMMON: Final = 0.3
# Numbers tell apart sentences whose words hold about as much.
_NUMBERS: Final = 0.15


@dataclass(frozen=True, slots=True)
class Source:
    """A passage cut for comparison.

    Attributes:
        text: All of it.
        parts: Its sentences, rows and headings in reading order.
        context: Title and headings: what every sentence of it may be about.
    """

    text: str
    parts: tuple[str, ...]
    context: str


@lru_cache(maxsize=64)
def read_source(text: str, context: str) -> Source:
    """Cut a passage, once for all claims that cite it."""
    parts = tuple(text[start:end] for start, end in sentences(text))
    return Source(text, parts or (text,), context)


def nearest(claim: str, source: Source) -> str:
    """Return the sentences of a source, one if it suffices, that hold most of a claim.

    Numbers do not widen it: one of another sentence is about something else.
    """
    context = meaning(source.context)
    chosen: list[int] = []
    share = -1.0
    while len(chosen) < _MOST_SENTENCES and share < _ENOUGH:
        rated = [
            (*_rate(claim, source, [*chosen, at], context), _own_share(claim, part), -len(part), at)
            for at, part in enumerate(source.parts)
            if at not in chosen
        ]
        if not rated:
            break
        _, found, _, _, at = max(rated)
        if chosen and found <= share + _WORTH_WIDENING:
            break
        chosen.append(at)
        share = found
    chosen += _of_clauses(claim, source, chosen)
    chosen += _of_unstated_numbers(claim, source, chosen)
    return "\n".join(source.parts[at] for at in sorted(chosen))


def _of_clauses(claim: str, source: Source, chosen: Sequence[int]) -> list[int]:
    """Return further sentences that hold clauses of a claim of which those chosen hold little."""
    context = meaning(source.context)
    together = context
    for at in chosen:
        together |= meaning(source.parts[at])
    more: list[int] = []
    parts = clauses(claim)
    for clause in parts if len(parts) > 1 else ():
        cut = words(clause)
        share = held_share(cut, held(clause, together))
        if sum(word.weight for word in cut) < _LEAST_CLAUSE or share >= _ENOUGH:
            continue
        found, _, at = max(
            (held_share(cut, held(clause, context | meaning(part))), -len(part), at)
            for at, part in enumerate(source.parts)
        )
        if found >= _ENOUGH and at not in (*chosen, *more):
            more.append(at)
    return more


def _of_unstated_numbers(claim: str, source: Source, chosen: Sequence[int]) -> list[int]:
    """Return a further sentence that states a number of the claim, if it took no other's place.

    It must speak of something of the claim, and those chosen count nothing of the kind.
    """
    stated = [one for at in chosen for one in quantities(source.parts[at])]
    for one in quantities(claim):
        if _is_stated(one, stated):
            continue
        for at, part in enumerate(source.parts):
            alike = any(says_same(one, other) for other in quantities(part))
            how = held(claim, meaning(part)) if alike and at not in chosen else ()
            if Held.SAME in how or Held.ALIKE in how:
                return [at]
    return []


def _is_stated(one: Quantity, stated: Sequence[Quantity]) -> bool:
    """Say whether those chosen count a number's kind; of plain ones years alone tell."""
    if one.kind in _PLAIN:
        years = [other for other in (one, *stated) if _is_year(other)]
        return one not in years or len(years) > 1
    return any(other.kind == one.kind for other in stated)


def _is_year(one: Quantity) -> bool:
    return one.kind in ("", "calendar") and all(1000 <= value < 3000 for value in one.values)


def _rate(
    claim: str, source: Source, chosen: Sequence[int], context: Meaning
) -> tuple[float, float]:
    """Return how near sentences come to a claim, and the share of its words that they hold."""
    together = context
    for at in chosen:
        together |= meaning(source.parts[at])
    share = held_share(words(claim), held(claim, together))
    if len(chosen) > 1:
        return share, share
    own, other = quantities(claim), quantities(source.parts[chosen[0]])
    same = sum(any(says_same(one, stated) for stated in other) for one in own)
    return share + _NUMBERS * same / max(1, len(own)), share


def _own_share(claim: str, part: str) -> float:
    """Return what a sentence holds of a claim by itself: a question repeats what all are about."""
    return held_share(words(claim), held(claim, meaning(part)))


def held_share(claim: Sequence[Word], how: Sequence[Held]) -> float:
    """Return the share of a claim's meaning that is held, 0 to 1."""
    total = kept = 0.0
    for word, one in zip(claim, how, strict=True):
        if one is not Held.LIGHT:
            total += word.weight * (_COMMON if one is Held.COMMON else 1.0)
            kept += word.weight if one in (Held.SAME, Held.ALIKE) else 0.0
    return kept / total if total else 0.0
