"""Finds words of a claim that stand where its source has others; knows no synonyms of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.support.amounts import says_same
from rag.answering.support.likeness import groups_at, has_kin, held, meaning
from rag.answering.support.negations import clauses
from rag.answering.support.quantities import Quantity, quantities
from rag.answering.support.windows import held_share
from rag.answering.support.words import Word, words
from rag.sentences import sentences

# Behind these stands a thing: "the drum", "her assistant", but not "to drop" and "wheel turns".
_BEFORE_NOUNS: Final = """
a an the this that these those each every no any some all both either neither another my your his
her its our their whose about above across after against along among around as at before behind
below beneath beside between beyond by down during for from in inside into near of off on onto out
outside over past per through throughout toward towards under until up upon with within without via
"""
_NOUN_NEXT: Final = frozenset(_BEFORE_NOUNS.split())
# What a number is counted by belongs to it: "€140 a night".
_BY: Final = frozenset(("a", "an", "per", "each", "every"))
_JOINS: Final = frozenset(("be", "by", "not"))
# So many of the words around it must be those around another: next of all and next that tells.
_FRAME: Final = 3


@dataclass(frozen=True, slots=True)
class Swap:
    """A noun of a claim and what its source has in its place.

    Attributes:
        at: The place of the noun among the claim's words.
        core: The sentence of the source.
        other: The place of the source's noun among the words of that sentence.
    """

    at: int
    core: str
    other: int


def swaps(claim: str, window: str) -> list[Swap]:
    """Return a claim's nouns that stand where its source has another noun.

    A noun does if the sentence that holds its clause lacks it, has one that the claim lacks, and
    both stand among the same words: "ten years on the drum" for "ten years on the motor". That
    another sentence speaks of drums does not matter.
    """
    parts = [window[start:end] for start, end in sentences(window)] or [window]
    own, named = words(claim), groups_at(claim)
    found: list[Swap] = []
    for clause, places in _placed(claim, own):
        core = max(
            parts,
            key=lambda part: (held_share(words(clause), held(clause, meaning(part))), -len(part)),
        )
        found += _swapped_in(own, named, places, core)
    return found


def has_swapped_numbers(claim: str, window: str) -> bool:
    """Say whether a number stands among the words that its source has around another of its kind.

    "Ten years, and two on the motor" for "two years, and ten on the motor".
    """
    own, there, stated = words(claim), words(window), quantities(window)
    if any(word.is_han for word in own):
        return False
    for one in quantities(claim):
        alike = [other for other in stated if other.kind == one.kind]
        same = [other for other in stated if says_same(one, other)]
        if one.is_one or not same:
            continue

        def frame(other: Quantity, one: Quantity = one) -> int:
            return _frame(own, _span(own, one), there, _span(there, other))

        best = max(map(frame, alike), default=0)
        if best >= _FRAME and all(frame(other) < best - 1 for other in same):
            return True
    return False


def _span(text: Sequence[Word], number: Quantity) -> tuple[int, int]:
    """Return the first and the last word of a number with its unit and its rate."""
    within = [
        at for at, word in enumerate(text) if word.start < number.end and number.start < word.end
    ]
    if not within:
        return 0, 0
    last = within[-1]
    is_rate = last + 2 < len(text) and text[last + 1].raw.lower() in _BY
    return within[0], last + 2 if is_rate else last


def _placed(claim: str, own: Sequence[Word]) -> list[tuple[str, list[int]]]:
    """Return the clauses of a claim with the places of their words."""
    listed, first = [], 0
    for clause in clauses(claim):
        cut = words(clause)
        at = next(
            (
                n
                for n in range(first, len(own))
                if own[n : n + len(cut)]
                and [w.raw for w in own[n : n + len(cut)]] == [w.raw for w in cut]
            ),
            None,
        )
        if at is None or not cut:
            continue
        listed.append((clause, list(range(at, at + len(cut)))))
        first = at + len(cut)
    return listed


def _swapped_in(
    own: Sequence[Word], named: Sequence[frozenset[int]], places: Sequence[int], core: str
) -> list[Swap]:
    there, groups = words(core), groups_at(core)
    forms = {word.form for word in own}
    mine = frozenset().union(*named)
    left = [
        at
        for at in _telling(there)
        if there[at].form not in forms
        and not groups[at] & mine
        and not has_kin(there[at].form, forms)
        and (_is_thing(there, at) or _is_name(there[at]))
    ]
    held_there = meaning(core)
    return [
        Swap(at, core, other)
        for at in places
        if own[at].weight
        and not own[at].is_han
        and own[at].form not in held_there.forms
        and not named[at] & held_there.groups
        and not has_kin(own[at].form, held_there.forms)
        and (_is_thing(own, at) or _is_name(own[at]))
        for other in left
        if _stands_for(own, at, there, other)
    ]


def _stands_for(own: Sequence[Word], at: int, there: Sequence[Word], other: int) -> bool:
    """Say whether two words have the same place; of names one neighbour fewer shows it."""
    names = _is_name(own[at]), _is_name(there[other])
    if any(names) and not all(names) and not (_is_thing(own, at) and _is_thing(there, other)):
        return False
    return _frame(own, (at, at), there, (other, other)) >= _FRAME - all(names)


def _is_name(word: Word) -> bool:
    return word.raw[:1].isupper() and word.raw[1:].islower()


def _is_thing(text: Sequence[Word], at: int) -> bool:
    before = text[at - 1].raw.lower() if at else ""
    return before in _NOUN_NEXT and "'" not in text[at].raw and "’" not in text[at].raw


def _telling(text: Sequence[Word]) -> list[int]:
    return [at for at, word in enumerate(text) if word.weight]


def _frame(
    own: Sequence[Word], at: tuple[int, int], there: Sequence[Word], other: tuple[int, int]
) -> int:
    """Count the neighbours, next of all and next that tell, that two stretches have in common."""
    nearest = _next_word if own[at[0]].is_number else _next
    return sum(
        a == b != ""
        for side, step in ((0, -1), (1, 1))
        for next_ in (nearest, _next_telling)
        for a, b in ((next_(own, at[side], step), next_(there, other[side], step)),)
    )


def _next(text: Sequence[Word], at: int, step: int) -> str:
    near = at + step
    return text[near].form if 0 <= near < len(text) else "#"


def _next_word(text: Sequence[Word], at: int, step: int) -> str:
    """Return the next word, as numbers of a list stand among the same commas; "" of a stop."""
    near = at + step
    return text[near].form if 0 <= near < len(text) and not text[near].is_stop else ""


def _next_telling(text: Sequence[Word], at: int, step: int) -> str:
    """Return the next word that tells, and by what it is joined: "read" is not "be read by"."""
    near, joined = at + step, ""
    while 0 <= near < len(text) and not text[near].weight and not text[near].is_stop:
        joined += f"{text[near].form} " if text[near].form in _JOINS else ""
        near += step
    return joined + text[near].form if 0 <= near < len(text) and text[near].weight else ""
