"""Finds what a claim says the opposite of: negations and words of contrary meaning count alike."""

import re
from collections.abc import Collection, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.answering.support.antonyms import OPPOSITES_EN, OPPOSITES_ZH
from rag.answering.support.deals import same_deal
from rag.answering.support.likeness import key_of, looked_up
from rag.answering.support.negations import (
    CONTRAST,
    bounds,
    clauses,
    denials,
    denies_out_of_nothing,
    heads,
    ideas,
    ideas_at,
    says_otherwise,
    turns_a_condition,
    waives_a_condition,
)
from rag.answering.support.words import words

# A clause that holds so much of another is about the same.
_ABOUT: Final = 0.5
# What is denied tells best which clauses belong together.
_HEAD: Final = 0.5
# Clauses as near as that to the nearest may be meant as well.
_TIE: Final = 0.1
# So many words alike may be chance.
_LEAST_SHARED: Final = 1.0

_BEFORE_CONTRAST: Final = re.compile("[，,](?=而非|而不是)|, (?=rather than|instead of)")
_COMPARED: Final = re.compile(r"\bthan\b|比|不如", re.IGNORECASE)
_REJECTS: Final = re.compile(r"\s*而(?:不是|非|并非)")
_JOINS: Final = re.compile(r"\s*(?:以及|和|与|还有|还因为|并且|也是)")
_RATHER: Final = re.compile(
    r"(?:不是|并非|不在于)(?P<no>[^，。；]{1,20})[，,]?而(?:是|在于)(?P<yes>[^。；]{1,30})"
    r"|(?P<meant>[^，。；]{1,30})[，,]?而(?:不是|非)(?P<denied>[^，。；]{1,30})"
)
# What somebody wants or would keep off is not said to be.
_PURPOSE: Final = re.compile(
    r"\s*(?:为了|为(?:避免|防止|不)|要?想(?!要?知|起|到|象)|若想|如想|如果想|以免|以防|免得|省得)"
)
# "Parking: not reserved" is one clause.
_TOPIC: Final = re.compile(r"^\W*([\u3400-\u9fff]{1,8})\W*[:：]\W*")

Side = tuple[int, bool]


def opposed(claim: str, source: str) -> bool:
    """Say whether a claim denies what its source affirms, affirms what it denies, or inverts it.

    Each clause is held against the clause of the source that it shares most with. Every negation
    and every word that stands for its opposite turns the meaning once; an odd number of turns is
    a contradiction.
    """
    parts = [part for part in clauses(source) if words(part)]
    about: dict[int, list[str]] = {}
    alike: dict[str, list[int]] = {}
    for clause in clauses(_TOPIC.sub(r"\1", claim)):
        if _PURPOSE.match(clause) or _REJECTS.match(clause):
            continue
        if found := _nearest(clause, parts):
            about.setdefault(found[0], []).append(clause)
            alike[clause] = found
    spared = _contrasted(source)

    def turned(clause: str) -> bool:
        return all(_turns((clause,), parts[at], claim, source, spared) for at in alike[clause])

    return (
        _contrasts_otherwise(claim, source)
        or _rejects_otherwise(claim, source)
        or any(
            _turns(own, parts[at], claim, source, spared) and any(map(turned, own))
            for at, own in about.items()
        )
        or denies_out_of_nothing(claim, source)
        or waives_a_condition(claim, source)
    )


def _nearest(clause: str, parts: Sequence[str]) -> list[int]:
    """Return the clauses of a source that one of the claim is about, the nearest first."""
    rated = []
    for at, part in enumerate(parts):
        share, weight = _shared(clause, part)
        near = share + _HEAD * _shares_head(clause, part)
        if near >= _ABOUT and weight >= _LEAST_SHARED:
            rated.append((-near, len(part), at))
    rated.sort()
    return [at for near, _, at in rated if near <= rated[0][0] + _TIE]


def _shares_head(clause: str, part: str) -> bool:
    """Say whether what one of two clauses denies stands in the other."""
    return bool(heads(clause) & ideas(part) or heads(part) & ideas(clause))


def _turns(own: Sequence[str], part: str, claim: str, source: str, spared: Collection[str]) -> bool:
    sides = frozenset[Side]().union(*map(_sides, own))
    there = _sides(part)
    shared = {pair for pair, _ in sides} & {pair for pair, _ in there}
    inverted = sum(
        {side for side in sides if side[0] == pair}.isdisjoint(there)
        for pair in _distinct(shared, "，".join(own))
        if not _of_other_things(own, part, pair)
        and not (pair in _converses() and any(same_deal(one, part) for one in own))
    )
    mine = sum(_unpaired(one, shared) for one in own if not ideas(one) & set(spared))
    theirs = _unpaired(part, shared)
    if (inverted + mine + theirs) % 2 == 0:
        return False
    if bounds(part) != any(map(bounds, own)):
        return False
    if inverted % 2:
        return True
    if bounds(part):
        return False
    if any(turns_a_condition(one, claim, source) for one in own):
        return False
    return not (says_otherwise(part, claim) if mine > theirs else says_otherwise(claim, source))


def _of_other_things(own: Sequence[str], part: str, pair: int) -> bool:
    """Say whether two opposites stand before different nouns: "a new record", "the old bridge"."""
    here, there = (
        {noun for clause in texts for noun in _nouns_behind(clause, pair)}
        for texts in (own, (part,))
    )
    return bool(here) and bool(there) and "" not in here | there and here.isdisjoint(there)


def _nouns_behind(clause: str, pair: int) -> Iterator[str]:
    """Yield the word that follows each side of a pair of opposites at once; "" if none does."""
    cut = words(clause)
    for at, found in enumerate(_pairs_at(clause)):
        if any(one == pair for one, _ in found):
            tells = at + 1 < len(cut) and cut[at + 1].weight and not cut[at + 1].is_han
            yield cut[at + 1].form if tells else ""


def _distinct(pairs: Collection[int], clause: str) -> set[int]:
    """Return the pairs, of those that one word brings in only the first."""
    seen: set[frozenset[int]] = set()
    kept: set[int] = set()
    for found in _pairs_at(clause):
        here = frozenset(pair for pair, _ in found if pair in pairs)
        if here and not any(here & other for other in seen):
            kept.add(min(here))
        seen.add(here)
    return kept


def _unpaired(clause: str, pairs: Collection[int]) -> int:
    """Return how often a clause denies by words that are no side of the given pairs."""
    taken = [
        (word.start, word.end)
        for word, found in zip(words(clause), _pairs_at(clause), strict=True)
        if any(pair in pairs for pair, _ in found)
    ]
    return sum(not any(a < end and start < b for a, b in taken) for start, end in denials(clause))


def _contrasted(source: str) -> frozenset[str]:
    """Return what a source says that something else is meant rather than."""
    found = frozenset[str]()
    for clause in _joined(source):
        if match := CONTRAST.search(clause):
            found |= ideas(clause[match.end() :]) - ideas(clause[: match.start()])
    return found


def _joined(text: str) -> tuple[str, ...]:
    return clauses(_BEFORE_CONTRAST.sub("", text))


def _rejects_otherwise(claim: str, source: str) -> bool:
    """Say whether a Chinese claim rejects what its source puts in the place of another."""
    return any(
        denied & (meant_there - denied_there) and not denied & denied_there
        for denied, _ in _rejected(claim)
        for denied_there, meant_there in _rejected(source)
    )


@lru_cache(maxsize=1024)
def _rejected(text: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Return what 不是…而是 and …而不是 deny, each with what they affirm instead."""
    return tuple(
        (ideas(match["no"] or match["denied"]), ideas(match["yes"] or match["meant"]))
        for match in _RATHER.finditer(text)
    )


def _contrasts_otherwise(claim: str, source: str) -> bool:
    """Say whether "X rather than Y" was turned round, or Y affirmed."""
    for clause in _joined(source):
        if match := CONTRAST.search(clause):
            meant, denied = ideas(clause[: match.start()]), ideas(clause[match.end() :])
            # What the source says besides is not what it denies here.
            said = frozenset[str]().union(*(ideas(one) for one in _joined(source) if one != clause))
            if _affirms_only(claim, denied - meant - said, meant - denied):
                return True
    return False


def _affirms_only(claim: str, denied: frozenset[str], meant: frozenset[str]) -> bool:
    """Say whether a clause says of what is denied what should be said of what is meant."""
    for clause in _joined(claim):
        match = CONTRAST.search(clause)
        said = ideas(clause[: match.start()] if match else clause)
        # What stands with the denied besides, such as "is the main threat".
        frame = len(said & meant) >= 1 or match is not None or _JOINS.match(clause) is not None
        both = any(idea in said for idea in meant - denied) and not frame
        if (
            said & denied
            and frame
            and not both
            and not denials(clause)
            and not _COMPARED.search(clause)
        ):
            return True
    return False


def _shared(clause: str, part: str) -> tuple[float, float]:
    """Return the share and weight of a clause's words that another holds, or the opposite of."""
    cut, named, there = words(clause), ideas_at(clause), ideas(part)
    across = {pair for pair, _ in _sides(part)}
    total = kept = 0.0
    for at, word in enumerate(cut):
        around = cut[max(0, at - 1) : at + 2]
        pairs = {a.form + b.form for a, b in pairwise(around) if a.is_han and b.is_han}
        total += word.weight
        if (named[at] | pairs) & there or any(one in across for one, _ in _pairs_at(clause)[at]):
            kept += word.weight
    return (kept / total if total else 0.0), kept


@lru_cache(maxsize=2048)
def _sides(clause: str) -> frozenset[Side]:
    return frozenset[Side]().union(*_pairs_at(clause))


@lru_cache(maxsize=2048)
def _pairs_at(text: str) -> tuple[frozenset[Side], ...]:
    return looked_up(words(text), _table())


@lru_cache(maxsize=1)
def _table() -> dict[str, frozenset[Side]]:
    table: dict[str, set[Side]] = {}
    lines = [line for line in f"{OPPOSITES_EN}{OPPOSITES_ZH}".splitlines() if line]
    for number, line in enumerate(lines):
        for is_first, listed in zip((True, False), line.split(" | "), strict=True):
            for entry in listed.split():
                key = key_of(words(entry.replace("_", " ")))
                table.setdefault(key, set()).add((number, is_first))
    return {key: frozenset(found) for key, found in table.items()}


@lru_cache(maxsize=1)
def _converses() -> frozenset[int]:
    """Return the pairs by which one deal is told from either side: "buy from", "sell to"."""
    return frozenset(pair for word in ("bought", "lend") for pair, _ in _sides(word))
