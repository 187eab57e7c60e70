"""Scores what a reply cites and quotes against gold spans; knows neither model nor prompt.

Precision and recall of citations as in ALCE (Gao et al., EMNLP 2023), with gold spans in place of
an entailment model.
"""

import unicodedata
from collections.abc import Iterable, Sequence

from evals.gold import Slots, Span
from evals.measures.spans import covered_characters, slot_recall


def citation_precision(cited: Sequence[Span], slots: Slots) -> float | None:
    """Return the share of cited spans that share a character with some gold span.

    None where nothing is cited; a citation for a question without gold is wrong and counts 0.
    """
    if not cited:
        return None
    gold = [span for slot in slots for span in slot]
    return sum(covered_characters([one], gold) > 0 for one in cited) / len(cited)


def citation_recall(cited: Sequence[Span], slots: Slots, *, min_share: float = 0.5) -> float | None:
    """Return the share of slots of which the cited spans cover an alternative by `min_share`.

    Half of the characters by default: a quote may leave out a clause, but not the point. None where
    the question has no gold; nothing cited scores 0.
    """
    return slot_recall(cited, slots, min_share=min_share) if slots else None


def quote_fidelity(quotes: Iterable[tuple[str, str]]) -> float | None:
    """Return the share of (quote, passage) pairs whose quote stands in its passage word for word.

    White space, width (NFKC) and the shape of quotation marks do not count. None without quotes.
    """
    faithful = [bool(_plain(quote)) and _plain(quote) in _plain(text) for quote, text in quotes]
    return sum(faithful) / len(faithful) if faithful else None


_MARKS = str.maketrans("‘’‚“”„«»「」『』", "'''" + '"' * 9)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text.translate(_MARKS)).split())
