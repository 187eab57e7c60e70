"""Cuts text into the words by which passages are compared; knows neither passage nor index.

Words are lower-cased, stripped of accents and stemmed; scripts written without spaces (Chinese,
Japanese, Korean, Thai …) become overlapping character pairs; identifiers and numbers are kept whole
*and* in parts, so that "SKU-4563" is found by itself and by "4563".
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module

TOKENS_VERSION = 1
"""Raised whenever the same text would give other tokens: an index built with another is rebuilt."""

MAX_TOKEN_LENGTH = 64
"""Longer words (base64, endless URLs) are cut here: nobody types more, and terms stay small."""

# Scripts without spaces between words: kana, Han with extensions, Hangul, Thai to Khmer.
_UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e\u0e80-\u0eff\u1000-\u109f\u1780-\u17d3"
    "\u1100-\u11ff\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u3130-\u318f"
    "\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Marks that belong to the letter before them but that `\w` leaves out (Hebrew, Arabic, Indic).
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0963\u0966-\u0dff"
_LETTER = rf"(?:[^\W_{_UNSPACED}]|[{_MARKS}])"
_JOINER = r"(?:[-_./:@'’,+&]|::)"

_TOKEN = re.compile(rf"[{_UNSPACED}]+|_*{_LETTER}+(?:{_JOINER}{_LETTER}+)*(?:\+\+|#)?")
_UNSPACED_START = re.compile(rf"[{_UNSPACED}]")
_JOINERS = re.compile(r"[-_./:@,+&#]+")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\dA-Z_]+|\d+", re.ASCII)


def tokenize(text: str) -> list[str]:
    """Return the comparable words of `text` in reading order, repeated as often as they occur.

    The same function serves documents and questions. White space never occurs inside a token.
    """
    tokens: list[str] = []
    for raw in _TOKEN.findall(unicodedata.normalize("NFKC", text)):
        tokens.extend(_expand(raw))
    return tokens


@lru_cache(maxsize=1 << 18)
def _expand(raw: str) -> tuple[str, ...]:
    if _UNSPACED_START.match(raw):
        return _pairs(raw)
    if raw.isascii() and raw.isalpha() and raw[1:].islower():
        return (_stem(raw.lower()),)
    return _word_forms(raw)


def _pairs(run: str) -> tuple[str, ...]:
    if len(run) == 1:
        return (run,)
    return tuple(run[i : i + 2] for i in range(len(run) - 1))


def _word_forms(raw: str) -> tuple[str, ...]:
    folded = _fold_accents(raw.replace("’", "'"))
    forms: dict[str, None] = {}
    parts = [part for part in _JOINERS.split(folded) if part]
    whole = folded.lower().strip("_")
    if len(parts) > 1 or parts != [folded]:
        forms[whole[:MAX_TOKEN_LENGTH]] = None
    for part in parts:
        for form in _part_forms(part):
            forms[form[:MAX_TOKEN_LENGTH]] = None
    return tuple(forms)


def _part_forms(part: str) -> list[str]:
    forms = [_stem(part.lower())]
    pieces = _PIECES.findall(part)
    if len(pieces) > 1:
        forms.extend(_stem(piece.lower()) for piece in pieces)
    return forms


def _fold_accents(word: str) -> str:
    if word.isascii():
        return word
    decomposed = unicodedata.normalize("NFKD", word)
    return "".join(c for c in decomposed if not "\u0300" <= c <= "\u036f")


def _stem(word: str) -> str:
    return _stemmer()(word)


@cache
def _stemmer() -> Callable[[str], str]:
    # Imported by name because the compiled module carries no types, and late because it is needed
    # only where text is compared.
    stem: Callable[[str], str] = import_module("Stemmer").Stemmer("english", 0).stemWord
    return stem
