"""Finds quoted words in a text whatever its typography; knows no passage and no answer."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

_QUOTES: Final = dict.fromkeys("'\"‘’‚‛“”„‟«»‹›`´′″「」『』〝〞〟＂＇", "'")
_HYPHENS: Final = frozenset("-‐‑‒–—―−﹣－⁃")
_ELLIPSIS: Final = re.compile(r"\s*(?:\[\s*)?(?:…+|\.{3,}|⋯+)(?:\s*\])?\s*")
_EDGES: Final = " \t\r\n.,;:!?。，、；：！？．"

# Words in quotation marks, each mark with its partner; inch marks ("3.5\" disk") are no quotes.
_QUOTED: Final = re.compile(
    r"“([^“”\n]+)”|「([^「」\n]+)」|『([^『』\n]+)』|«([^«»\n]+)»|„([^„“”\n]+)[“”]"
    r"|＂([^＂\n]+)＂|(?<![\w\"])\"([^\"\n]+)\"(?!\w)|〝([^〝〞〟\n]+)[〞〟]|‹([^‹›\n]+)›|｢([^｢｣\n]+)｣"
    # Single marks are apostrophes too: they quote what is several words, or Chinese.
    r"|(?<!\w)‘([^‘\n]*?[\s\u3040-\u9fff][^‘\n]*?)’(?!\w)"
    r"|(?<![\w'])'([^'\n]*?[\s\u3040-\u9fff][^\n]*?)'(?![\w'])"
    # A line behind ">" quotes as a whole.
    r"|(?m:^[ \t]*>[ \t]*([^\n]+)$)"
)


def quoted(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield `(start, end, words)` of each stretch in quotation marks, marks outside `words`."""
    for match in _QUOTED.finditer(text):
        yield match.start(), match.end(), next(filter(None, match.groups()))


def find_quote(quote: str, text: str) -> tuple[int, int] | None:
    """Return where `quote` stands in `text`, end exclusive; None if it does not.

    White space, case, width, quotation marks, hyphens at line ends and punctuation at the quote's
    edges may differ; words, numbers and their order may not. Parts around "…" must follow each
    other; the span then reaches from the first to the last.
    """
    exact = text.find(quote)
    if quote.strip() and exact >= 0 and _on_bounds(text, exact, exact + len(quote)):
        return exact, exact + len(quote)
    parts = [part for part in _ELLIPSIS.split(quote) if part.strip(_EDGES)]
    start, end = -1, 0
    for part in parts:
        found = _find_part(part.strip(_EDGES), text, end)
        if found is None:
            return None
        start = found[0] if start < 0 else start
        end = found[1]
    return (start, end) if parts else None


def _find_part(part: str, text: str, begin: int) -> tuple[int, int] | None:
    wanted, _ = _folded(part)
    folded, places = _folded(text)
    at = folded.find(wanted) if wanted else -1
    while at >= 0:
        start, end = places[at], places[at + len(wanted) - 1] + 1
        if start >= begin and _on_bounds(text, start, end):
            return start, end
        at = folded.find(wanted, at + 1)
    return None


@lru_cache(maxsize=64)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the characters that count in a comparison and where each comes from."""
    letters: list[str] = []
    places: list[int] = []
    for index, character in enumerate(text):
        for folded in _fold(character):
            if folded == "-" and not _counts(text, index):
                continue
            letters.append(folded)
            places.append(index)
    return "".join(letters), tuple(places)


def _fold(character: str) -> str:
    if character in _QUOTES:
        return "'"
    if character in _HYPHENS:
        return "-"
    if character.isspace() or unicodedata.category(character) == "Cf":
        return ""
    return "".join(unicodedata.normalize("NFKD", character).casefold().split())


def _counts(text: str, index: int) -> bool:
    """Say whether a hyphen means something: beside a digit it is a minus or a range."""
    around = text[max(0, index - 1) : index] + text[index + 1 : index + 2]
    return any(character.isdigit() for character in around)


def _on_bounds(text: str, start: int, end: int) -> bool:
    """Return whether a span neither starts nor ends inside a word or a number."""
    return not (_joined(text, start) or _joined(text, end))


def _joined(text: str, at: int) -> bool:
    """Return whether the characters on both sides of `at` belong to one word or number."""
    before, after = text[max(0, at - 2) : at], text[at : at + 2]
    if not before or not after:
        return False
    if _spaced(before[-1]) and _spaced(after[0]):
        return True
    return (before[-1] in ".," and before[:1].isdigit() and after[0].isdigit()) or (
        after[0] in ".," and before[-1].isdigit() and after[1:].isdigit()
    )


def _spaced(character: str) -> bool:
    """Return whether a character belongs to a script that puts spaces between words."""
    return character.isalnum() and not "\u2e80" <= character <= "\ud7ff"
