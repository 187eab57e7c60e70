"""Says of each word of a claim whether a source holds it, in the same word or another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypeVar

from rag.answering.support.alike_en import ALIKE_EN
from rag.answering.support.alike_zh import ALIKE_ZH
from rag.answering.support.common import COMMON_EN, COMMON_ZH
from rag.answering.support.common_zh import FREE_ZH, MANNERS_ZH, THINGS_ZH, VERBS_ZH
from rag.answering.support.families_zh import FAMILIES_ZH
from rag.answering.support.quantities import quantities
from rag.answering.support.words import Word, initials, words
from rag.store.tokens import tokenize

# Words of one family share so much of their beginning: "install", "installation".
_KIN_LETTERS: Final = 4
_KIN_SHARE: Final = 0.62
# Characters that say little in common words, but much as part of a name or a title.
_NOUN_LIKE: Final = FREE_ZH | frozenset("半学")
_ENDS_NAMES: Final = frozenset("天日年月")
_LONGEST: Final = 4

Entry = TypeVar("Entry")


class Held(Enum):
    """How a source holds a word of a claim."""

    LIGHT = "says nothing by itself"
    SAME = "the same word"
    ALIKE = "a word that may stand for it"
    COMMON = "not held, but any text may be put in such words"
    STRANGE = "not held"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a text holds, ready to be looked up.

    Attributes:
        forms: Its words, and its single Han characters.
        pairs: Its pairs of Han characters.
        groups: The groups of words that may stand for each other of which it holds one.
    """

    forms: frozenset[str]
    pairs: frozenset[str]
    groups: frozenset[int]

    def __or__(self, other: "Meaning") -> "Meaning":
        """Return what two texts hold together."""
        return Meaning(
            self.forms | other.forms, self.pairs | other.pairs, self.groups | other.groups
        )


@lru_cache(maxsize=2048)
def meaning(text: str) -> Meaning:
    """Return what a text holds."""
    cut = words(text)
    return Meaning(
        frozenset(word.form for word in cut if not word.is_stop) | initials(cut),
        frozenset(_pairs(cut)),
        frozenset().union(*groups_at(text)) if cut else frozenset(),
    )


@lru_cache(maxsize=1024)
def held(claim: str, source: Meaning) -> tuple[Held, ...]:
    """Say of each word of a claim how a source holds it."""
    own = words(claim)
    groups, common = groups_at(claim), common_at(claim)
    numbers = [(one.start, one.end) for one in quantities(claim)]
    how = [
        Held.LIGHT
        if not word.weight or any(a <= word.start < b for a, b in numbers)
        else _how(own, at, groups[at], source, is_common=common[at] > 0)
        for at, word in enumerate(own)
    ]
    lone = [
        word.is_han
        and (
            how[at] is Held.STRANGE
            if word.form not in _NOUN_LIKE
            else how[at] is Held.COMMON and common[at] == 1 and word.form not in source.forms
        )
        for at, word in enumerate(own)
    ]
    return tuple(
        _of_lone(own, how, lone, at, source) if lone[at] else one for at, one in enumerate(how)
    )


def _of_lone(
    own: Sequence[Word], how: Sequence[Held], lone: Sequence[bool], at: int, source: Meaning
) -> Held:
    """Say how a Han character is held that is in no longer word and that the source lacks.

    Two of them side by side are a strange word. One is if it took the place of another: 宋代 for
    明代 did, 休掉 for 休 did not.
    """
    if any(
        lone[near] and own[near].form != own[at].form
        for near in (at - 1, at + 1)
        if 0 <= near < len(own)
    ):
        return Held.STRANGE
    if own[at].form in FREE_ZH:
        return Held.COMMON
    near = [how[there] for there in (at - 1, at + 1) if 0 <= there < len(own)]
    if Held.SAME not in near and Held.ALIKE not in near:
        return Held.STRANGE
    around = _pairs(own)
    before = own[at - 1].form if at and _tells(own[at - 1]) else ""
    after = own[at + 1].form if at + 1 < len(own) and _tells(own[at + 1]) else ""
    replaces = any(
        (pair[0] == before or pair[1] == after) and pair not in around for pair in source.pairs
    )
    return Held.STRANGE if replaces else Held.COMMON


def _tells(word: Word) -> bool:
    return word.weight > 0 or word.raw in _ENDS_NAMES


def _how(
    own: Sequence[Word], at: int, groups: frozenset[int], source: Meaning, *, is_common: bool
) -> Held:
    word = own[at]
    if word.is_han:
        around = own[max(0, at - 1) : at + 2]
        if any(pair in source.pairs for pair in _pairs(around) if word.form in pair):
            return Held.SAME
    elif word.form in source.forms:
        return Held.SAME
    if groups & source.groups:
        return Held.ALIKE
    if word.is_han and word.form in source.forms and not is_common:
        return Held.ALIKE
    if not word.is_han and has_kin(word.form, source.forms):
        return Held.ALIKE
    return Held.COMMON if is_common else Held.STRANGE


def has_kin(form: str, forms: Iterable[str]) -> bool:
    """Say whether one of the words begins as this one does, for most of its length."""
    return any(
        _shared(form, other) >= max(_KIN_LETTERS, _KIN_SHARE * max(len(form), len(other)))
        for other in forms
        if other[:3] == form[:3]
    )


def _shared(one: str, other: str) -> int:
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def _pairs(cut: Sequence[Word]) -> set[str]:
    return {a.form + b.form for a, b in pairwise(cut) if a.is_han and b.is_han and a.end == b.start}


@lru_cache(maxsize=2048)
def groups_at(text: str) -> tuple[frozenset[int], ...]:
    """Return the groups that each word of a text belongs to, alone or in a phrase."""
    return looked_up(words(text), _groups())


@lru_cache(maxsize=1024)
def common_at(text: str) -> tuple[int, ...]:
    """Return the length of the common word that each word of a text is in; 0 if it is in none."""
    cut = words(text)
    found = looked_up(cut, _common_zh())
    stems = _common_en()
    return tuple(
        max(found[at], default=0)
        if word.is_han
        else int(word.form in stems or word.form.removesuffix("est") in stems)
        for at, word in enumerate(cut)
    )


def looked_up(
    cut: Sequence[Word], table: Mapping[str, frozenset[Entry]]
) -> tuple[frozenset[Entry], ...]:
    """Return what a table holds of the phrases each word is in; the longest."""
    found: list[set[Entry]] = [set() for _ in cut]
    covered: list[int] = [0] * len(cut)
    for length in range(min(_LONGEST, len(cut)), 0, -1):
        for at in range(len(cut) - length + 1):
            phrase = cut[at : at + length]
            entry = table.get(key_of(phrase))
            if entry is None or min(covered[at : at + length]) > length:
                continue
            for place in range(at, at + length):
                found[place] |= entry
                covered[place] = max(covered[place], length)
    return tuple(map(frozenset, found))


def key_of(phrase: Sequence[Word]) -> str:
    """Return under what a phrase stands in a table."""
    return ("" if phrase[0].is_han else " ").join(word.form for word in phrase)


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    table: dict[str, set[int]] = {}
    listed = [line for line in f"{ALIKE_EN}/{ALIKE_ZH}/{FAMILIES_ZH}".split("/") if line.strip()]
    for number, group in enumerate(listed):
        for entry in group.split():
            key = key_of(words(entry.replace("_", " ")))
            table.setdefault(key, set()).add(number)
    return {key: frozenset(numbers) for key, numbers in table.items()}


@lru_cache(maxsize=1)
def _common_en() -> frozenset[str]:
    return frozenset(tokenize(COMMON_EN))


@lru_cache(maxsize=1)
def _common_zh() -> dict[str, frozenset[int]]:
    listed = f"{COMMON_ZH} {VERBS_ZH} {MANNERS_ZH} {THINGS_ZH}".split()
    return {word: frozenset((len(word),)) for word in [*listed, *FREE_ZH]}


def foreign_words(claim: str, window: str, how: Sequence[Held], passage: str) -> list[Word]:
    """Return the words of a claim that its source does not hold.

    A word that another sentence of the passage holds may name the same thing again ("the hub"),
    unless it stands where the nearest sentence has another ("the Attic" for "the Cellar").
    """
    own, there, mine = words(claim), words(window), meaning(claim)
    beyond = held(claim, meaning(passage))
    return [
        own[at]
        for at, one in enumerate(how)
        if one is Held.STRANGE
        and (
            beyond[at] is not Held.SAME
            or own[at].is_han
            or own[at].raw[:1].isupper()
            or _takes_a_place(own, at, there, mine)
        )
    ]


def _takes_a_place(own: Sequence[Word], at: int, there: Sequence[Word], mine: Meaning) -> bool:
    """Say whether a source has, beside the neighbour of a claim's word, one that the claim lacks."""  # noqa: E501
    telling = [word for word in own if word.weight]
    place = next(number for number, word in enumerate(telling) if word is own[at])
    source = [
        (word.form, found)
        for word, found in zip(there, looked_up(there, _groups()), strict=True)
        if word.weight
    ]
    forms = [form for form, _ in source]
    for step in (-1, 1):
        if not 0 <= place + step < len(telling):
            continue
        for number, form in enumerate(forms):
            beside = number - step
            if form == telling[place + step].form and 0 <= beside < len(source):
                other, groups = source[beside]
                if other not in mine.forms and not groups & mine.groups:
                    return True
    return False
