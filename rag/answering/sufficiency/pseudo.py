"""Draws from an index's own sentences what it could be asked and not answer; knows no store.

Asked while its own passage is left out, a sentence is a question about the matters of the index
whose answer is missing: what such questions look like is learnt without a label.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rag.answering.language import detect_language
from rag.sentences import sentences
from rag.store.records import StoredPassage

# A question of XQuAD has 11 English words or 16 Chinese characters in the mean.
_WORDS: Final = 11
_CHARACTERS: Final = 16
_LEAST_WORDS: Final = 7
_LEAST_CHARACTERS: Final = 10


@dataclass(frozen=True, slots=True)
class PseudoQuestion:
    """A stretch of a sentence, as long as a question, and the passage it comes from."""

    text: str
    passage: StoredPassage


def draw(passages: Iterable[StoredPassage], limit: int) -> list[PseudoQuestion]:
    """Return one stretch of each passage that has a sentence long enough, up to `limit`.

    The same passages give the same stretches.
    """
    drawn: list[PseudoQuestion] = []
    for passage in passages:
        stretches = [text for text in map(_stretch, _sentences(passage.text)) if text]
        if stretches:
            drawn.append(PseudoQuestion(stretches[_pick(passage.id, len(stretches))], passage))
        if len(drawn) == limit:
            break
    return drawn


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _stretch(sentence: str) -> str:
    """Return the end of a sentence, where what is new in it stands; "" if it is too short."""
    if detect_language(sentence) == "zh":
        kept = sentence.rstrip("。！？；，、 ")[-_CHARACTERS:]
        return kept if len(kept) >= _LEAST_CHARACTERS else ""
    words = sentence.split()
    return " ".join(words[-_WORDS:]) if len(words) >= _LEAST_WORDS else ""


def _pick(id_: str, count: int) -> int:
    return int.from_bytes(hashlib.sha256(id_.encode()).digest()[:4], "big") % count
