"""Finds numbers of a claim that its source states of something else; knows no negation."""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from rag.answering.language import detect_language
from rag.answering.support.amounts import says_same
from rag.answering.support.names import latin_names
from rag.answering.support.negations import clauses, ideas, ideas_at
from rag.answering.support.quantities import Quantity, quantities
from rag.answering.support.words import words
from rag.sentences import sentences

# So much more the place of another number must share with a claim than that of its own.
# Shorter nouns are units and parts of names.
_SHORT: Final = 3
_NEARER: Final = 1.0
# What rises or falls to a number, or by it.
_MOVE: Final = re.compile(
    r"(?:(?P<up>提高|增加|增长|上升|上涨|升高|上调|调高|提升|延长|扩大|增|升|涨)"
    r"|降低|减少|下降|下跌|下调|调低|缩短|缩小|缩减|降|减|跌)(?:了|到|至|为|约)*\s*\Z"
)


def misplaced(claim: str, window: str) -> bool:
    """Say whether a number stands with words that the source has by another number of its kind.

    "The Attic costs 25 euros" holds a number of the next row, 整机保修六年 of the next clause.
    """
    rows = [window[start:end] for start, end in sentences(window)]
    prose = "\n".join(row for row in rows if "|" not in row)
    is_chinese = detect_language(claim) == "zh"
    cut = [(one, clause) for clause in clauses(claim) for one in quantities(clause)]
    for parts in (rows, clauses(prose)):
        taken = {
            at: _in_its_place(*pair, parts) for at, pair in enumerate(cut) if not pair[0].is_one
        }
        # A Chinese clause is cut where its source's is: there both numbers are misplaced.
        right = [one for at, (one, _) in enumerate(cut) if not taken.get(at) and not is_chinese]
        if any(
            not any(says_same(number, other) for other in right)
            for others in taken.values()
            for number in others
        ):
            return True
    return False


def told_of_another(claim: str, window: str) -> bool:
    """Say whether a Chinese claim's number stands in its source with other names alone.

    "`cache_size` 默认 150" holds the number of the sentence on `max_connections`.
    """
    own = latin_names(words(claim))
    if not own:
        return False
    rows = [window[start:end] for start, end in sentences(window)]
    for one in quantities(claim):
        named = [
            latin_names(words(row))
            for row in rows
            if any(says_same(one, other) for other in quantities(row))
        ]
        if not one.is_one and named and all(names and not names & own for names in named):
            return True
    return False


def moves_otherwise(claim: str, window: str) -> bool:
    """Say whether one of two Chinese texts has risen to a number, or by it, and one fallen."""
    own, there = _moves(claim), _moves(window)
    return any(
        says_same(one, other) and rises is not risen and (other, rises) not in there
        for one, rises in own
        for other, risen in there
    )


def _moves(text: str) -> list[tuple[Quantity, bool]]:
    folded = unicodedata.normalize("NFKC", text)
    found = [(one, _MOVE.search(folded[: one.start])) for one in quantities(text)]
    return [(one, match["up"] is not None) for one, match in found if match]


def counts_another(claim: str, window: str) -> bool:
    """Say whether a number counts one thing in the claim and another in its source.

    Each noun must be foreign to the other text: "14 words" for "14 characters".
    """
    own, there = ideas(claim), ideas(window)
    return any(
        not _named(one.noun) & there
        for one in quantities(claim)
        if _named(one.noun)
        and one.kind != "people"
        and (same := [other for other in quantities(window) if says_same(one, other)])
        and all(
            not other.kind
            and _named(other.noun)
            and not _named(other.noun) & own
            and not one.noun.endswith(other.noun)
            and not other.noun.endswith(one.noun)
            for other in same
        )
    )


def _named(noun: str) -> frozenset[str]:
    return ideas(noun) if noun.isascii() and len(noun) > _SHORT else frozenset()


def _in_its_place(one: Quantity, clause: str, parts: Sequence[str]) -> list[Quantity]:
    """Return the numbers that a source has where a claim has one that it states elsewhere.

    A number that the claim states in another clause, and rightly, is not missed there: its clauses
    are cut in another way than the source's.
    """
    own = elsewhere = -1.0
    nearer: list[Quantity] = []
    mine = quantities(clause)
    for part in parts:
        stated = quantities(part)
        if any(says_same(one, other) for other in stated):
            own = max(own, _shared(clause, part))
        elif any(
            other.kind == one.kind and not any(says_same(number, other) for number in mine)
            for other in stated
        ):
            share = _shared(clause, part)
            if share > elsewhere:
                elsewhere = share
                nearer = [other for other in stated if other.kind == one.kind]
    return nearer if own >= 0 and elsewhere >= own + _NEARER else []


def _shared(clause: str, part: str) -> float:
    """Return the weight of the words that two clauses share."""
    there = ideas(part)
    cut = words(clause)
    single = sum(
        word.weight
        for word, named in zip(cut, ideas_at(clause), strict=True)
        if named & there and not word.is_han
    )
    pairs = {
        a.form + b.form for a, b in pairwise(cut) if a.is_han and b.is_han and a.weight + b.weight
    }
    return single + sum(pair in there for pair in pairs) / 2
