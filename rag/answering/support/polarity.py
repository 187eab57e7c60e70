"""Compares what is denied and what is affirmed; knows no numbers and no names."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from rag.answering.support.words import Word, words

_NOT_EN: Final = (
    r"\b(?:forbid\w*|forbidden|prohibit\w*|never|nobody|none|nothing|neither|nor|cannot|without"
    r"|nowhere|unable|hardly"
    r"|not?(?! (?:more|less|fewer|longer|later|earlier|higher|lower) than))\b|n['’]t\b"
)
_NOT_ZH: Final = (
    r"没有|没|(?<!是)不(?!断|同|仅|但|过|论|管|足|久|少(?!于)|锈|等|动产|间断|得不|超过|少于|低于|高于|大于|小于|到\s*[\d零一二两三四五六七八九十百千万])"
    r"|未(?!来|必|知数)|无(?!论|线|人机|锡|穷|数)|勿|从未|并非|绝非|非(?!常|洲|正式|凡|遗)|禁止|免(?=收|除)"
)
_NOT: Final = re.compile(f"{_NOT_EN}|{_NOT_ZH}", re.IGNORECASE)
# These deny in other words: they answer a negation but do not make one.
_DENIES: Final = re.compile(
    r"\b(?:except|only|unless|exclud\w+|lack\w*|refus\w+|prohibit\w*|forbid\w*|forbidden|"
    r"declin\w+|den(?:y|ie[sd])|free|regardless|instead|rather|avoid\w*|prevent\w*|withdrawn|"
    r"abolish\w+|longer|independent\w*|exempt\w*|dis\w{4,}|un\w{4,}|in(?:visible|valid)|"
    r"im(?:possible|mune)|\w+less)\b|拒绝|除外|以外|之外|只|仅|才|缺|失|停止|避免|防止|不|没|未|无|非|禁",
    re.IGNORECASE,
)
_CLAUSE_END: Final = frozenset(".!?;,。！？；，:：")
_CONTRAST: Final = frozenset(("but", "and", "though", "because", "while", "whereas", "但", "而"))
# "Must not exceed 8" is another way to say "at most 8".
_BOUND: Final = re.compile(
    r"\b(?:can ?not|can['’]t|(?:must|may|should|does|do) not)(?: be)? "
    r"(?:exceed|larger|longer|more|higher|greater)"
    r"|不(?:得|能|可|会)?(?:超过|高于|多于|大于|早于|晚于|低于|少于)",
    re.IGNORECASE,
)
_LIMITS: Final = re.compile(
    r"\b(?:end(?:s|ed)?|until|stop(?:s|ped)?|final|withdrawn|retired|late|instead)\b|停止|终止|取消",
    re.IGNORECASE,
)
# As a subject these deny all that follows, over commas too.
_NOBODY: Final = re.compile(
    r"\b(?:nobody|no one|none|neither|nothing)\b|没有?人|无人|均不|都不", re.I
)
_CLAUSE: Final = re.compile(
    r"[.,:;!?](?!\d)|[。，；：！？]|\b(?:but|and|because|since|though|although|while|whereas|so)\b"
)
_SENTENCE: Final = re.compile(r"[.:;!?](?!\d)|[。；：！？]")
# So far a negation reaches: words that mean something, or about as many Chinese characters.
_REACH: Final = 3
_REACH_HAN: Final = 6


@dataclass(frozen=True, slots=True)
class Negation:
    """A negation and the words right behind it, nearest first."""

    word: str
    scope: tuple[str, ...]


@lru_cache(maxsize=512)
def negations(text: str) -> tuple[Negation, ...]:
    """Return the negations of a text with what they deny."""
    folded = unicodedata.normalize("NFKC", text)
    cut = words(text)
    return tuple(
        Negation(match[0].lower(), _scope(match.end(), cut)) for match in _NOT.finditer(folded)
    )


def denied_otherwise(claim: str, source: str) -> bool:
    """Say whether the claim denies what the source affirms, or the other way round."""
    return (
        _affirms_denied(claim, source)
        or _affirms_denied(source, claim)
        or _denies_out_of_nothing(claim, source)
    )


def _denies_out_of_nothing(claim: str, source: str) -> bool:
    """Say whether a claim denies where the source has nothing of the kind, in any word."""
    folded = unicodedata.normalize("NFKC", source)
    bounds = _BOUND.sub(" ", unicodedata.normalize("NFKC", claim))
    return bool(_NOT.search(bounds)) and not (_denies(folded) or _LIMITS.search(folded))


def _affirms_denied(negated: str, other: str) -> bool:
    """Say whether a negation of one text falls on what the other text says without any."""
    # What the text says both with and without a negation may be repeated without it.
    spared = _affirmed(negated)
    return any(
        _affirms(other, negation.scope, denied=_forms(clause) - spared)
        for clause in _clauses(negated)
        for negation in negations(clause)
    )


def _affirms(text: str, scope: Sequence[str], *, denied: frozenset[str]) -> bool:
    """Say whether a text speaks of `scope` and no clause of it denies anything of `denied`."""
    if _NOBODY.search(text):
        return False
    clauses = [(clause, _forms(clause) & denied) for clause in _clauses(text)]
    return any(shared.intersection(scope) for _, shared in clauses) and not any(
        shared and _denies(clause) for clause, shared in clauses
    )


def _denies(clause: str) -> bool:
    return bool(_NOT.search(clause) or _DENIES.search(clause))


def _clauses(text: str) -> list[str]:
    return _CLAUSE.split(unicodedata.normalize("NFKC", text))


@lru_cache(maxsize=512)
def _affirmed(text: str) -> frozenset[str]:
    """Return the words of a text that some clause of it says without a negation."""
    plain = [clause for clause in _SENTENCE.split(text) if not _denies(clause)]
    return frozenset[str]().union(*map(_forms, plain))


@lru_cache(maxsize=512)
def _forms(text: str) -> frozenset[str]:
    cut = words(text)
    singles = {word.form for word in cut if not word.is_stop and not word.is_han}
    pairs = {a.form + b.form for a, b in pairwise(cut) if a.is_han and b.is_han}
    return frozenset(singles | pairs)


def _scope(end: int, cut: Sequence[Word]) -> tuple[str, ...]:
    """Return the words and pairs of characters that a negation ending at `end` reaches."""
    scope: list[str] = []
    reach = 0.0
    before: Word | None = None
    for word in cut:
        if word.start < end:
            continue
        if (word.raw in _CLAUSE_END or word.raw.lower() in _CONTRAST) and scope:
            break
        if word.is_han:
            if before is not None and before.is_han and before.end == word.start:
                scope.append(before.form + word.form)
            reach += _REACH / _REACH_HAN
        elif word.weight:
            scope.append(word.form)
            reach += 1
        before = word
        if reach >= _REACH:
            break
    return tuple(scope)
