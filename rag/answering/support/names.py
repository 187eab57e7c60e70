"""Finds names of a claim that its source does not bear; knows no other words."""

import re
from collections.abc import Sequence
from typing import Final

from rag.answering.support.words import LIGHT, Word, initials

_IDENTIFIER: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w]+\Z|[a-z]+[A-Z]\w*\Z|[A-Z]{2,}\Z")
# What anything may be called by.
_ACRONYMS: Final = frozenset(
    [
        "HTTP",
        "HTTPS",
        "URL",
        "API",
        "PC",
        "ID",
        "IT",
        "TV",
        "PDF",
        "SMS",
        "AI",
        "USA",
        "US",
        "UK",
        "EU",
        "UN",
        "CEO",
        "FAQ",
        "OK",
        "AM",
        "PM",
        "CV",
        "HR",
        "VAT",
    ]
)
# What Chinese speech says in Latin letters.
_SPOKEN: Final = frozenset(
    (
        "app",
        "App",
        "email",
        "Email",
        "ok",
        "vip",
        "VIP",
        "logo",
        "ppt",
        "PPT",
        "wifi",
        "WiFi",
        "Wi",
        "Fi",
        "id",
    )
)
_OPENERS: Final = frozenset(".!?。！？:：")
_LATIN: Final = re.compile(r"[^\W\d_\u3040-\u9fff]")


def strange_names(
    claim: Sequence[Word], window: Sequence[Word], context: Sequence[Word]
) -> list[Word]:
    """Return the names of a claim that the stretch it comes nearest to does not bear.

    A name from the words around (title, headings, question) may stand for a pronoun, unless it
    takes the place of another name.
    """
    held = {word.form for word in window} | initials(window)
    around = {word.form for word in context}
    own = {word.form for word in claim}
    replaces = any(name.form not in own for name in _names(window))
    return [
        name
        for name in _names(claim)
        if name.form not in held
        and name.raw not in _ACRONYMS
        and (replaces or name.form not in around)
    ]


def _names(text: Sequence[Word]) -> list[Word]:
    """Return identifiers ("R2", "USB") and capitalised words that do not open a sentence.

    In Chinese text any word in Latin letters is a name, unless it is the unit of a number.
    """
    latin = latin_names(text)
    return [
        word
        for at, word in enumerate(text)
        if _IDENTIFIER.match(word.raw)
        or _is_capitalised(word, text[at - 1] if at else None)
        or word.form in latin
    ]


def latin_names(text: Sequence[Word]) -> frozenset[str]:
    """Return the words in Latin letters of a Chinese text; none of another's."""
    if not any(word.is_han for word in text):
        return frozenset()
    return frozenset(
        word.form for at, word in enumerate(text) if _is_latin(word, text[at - 1] if at else None)
    )


def _is_latin(word: Word, before: Word | None) -> bool:
    if before is not None and before.is_number:
        return False
    return (
        len(word.raw) > 1 and word.raw.isascii() and word.raw.isalpha() and word.raw not in _SPOKEN
    )


def _is_capitalised(word: Word, before: Word | None) -> bool:
    if before is None or before.raw in _OPENERS or word.raw.lower() in LIGHT:
        return False
    return word.raw[:1].isupper() and _LATIN.match(word.raw) is not None
