"""Names the words of a question that no passage holds; knows no index."""

import re
from collections.abc import Collection
from itertools import pairwise
from typing import Final

from rag.answering.sufficiency.signs import asked_for
from rag.store.tokens import query_words, tokenize

_WORD: Final = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+(?:[-'’.][^\W_\u3400-\u9fff]+)*")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
_EDGES: Final = "的了在是和与吗呢有"
_LEAST_HAN: Final = 2
_MOST: Final = 8


def missing_words(question: str, held: Collection[str]) -> tuple[str, ...]:
    """Return words as the question writes them, in its order, at most eight.

    Args:
        question: Any text; function words are never missing.
        held: The tokens of all passages.
    """
    wanted = set(query_words(question)) - asked_for(question)
    found: dict[str, None] = {}
    for word in _WORD.findall(question):
        named = _missing_stretches(word, held) if _HAN.match(word) else [word]
        found.update(dict.fromkeys(name for name in named if _is_missing(name, wanted, held)))
    return tuple(found)[:_MOST]


def _is_missing(word: str, wanted: Collection[str], held: Collection[str]) -> bool:
    tokens = tokenize(word)
    asked = [token for token in tokens if token in wanted]
    if _HAN.match(word):
        return bool(asked)
    return bool(asked) and not any(token in held for token in tokens)


def _missing_stretches(run: str, held: Collection[str]) -> list[str]:
    """Return the stretches of an unspaced run whose characters are in no pair that is held."""
    pairs = [run[at : at + 2] in held for at in range(len(run) - 1)]
    known = [before or after for before, after in pairwise([False, *pairs, False])]
    shown = "".join(" " if is_known else one for one, is_known in zip(run, known, strict=True))
    stretches = (stretch.strip(_EDGES) for stretch in shown.split())
    return [stretch for stretch in stretches if len(stretch) >= _LEAST_HAN]
