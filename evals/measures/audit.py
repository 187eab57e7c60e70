"""Finds what a splitting loses before any search: cut text, doubles, gold cut in two; pure."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.gold import Question, Span
from evals.measures.spans import PassageMap


@dataclass(frozen=True, slots=True)
class Truncation:
    """Tokens that the embedding model never reads.

    Attributes:
        passages: How many passages are longer than the model's limit.
        lost_tokens: Tokens beyond the limit.
        tokens: All tokens of all passages.
    """

    passages: int
    lost_tokens: int
    tokens: int

    @property
    def share(self) -> float:
        """Share of the tokens that are never embedded, 0 to 1; lower is better."""
        return self.lost_tokens / self.tokens if self.tokens else 0.0


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Passages whose text another passage has already, white space and width aside.

    Attributes:
        passages: How many could be left out.
        total: How many passages there are.
        repeated: The texts that occur more than once.
    """

    passages: int
    total: int
    repeated: int

    @property
    def share(self) -> float:
        """Share of the passages that could be left out, 0 to 1; lower is better."""
        return self.passages / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class CutGold:
    """Gold spans that no single passage holds whole.

    Attributes:
        spans: How many gold spans there are, each counted once.
        cut: The spans that are in several passages, in order.
        missing: The spans of which no passage holds a character, in order.
        lost_questions: Ids of questions with a slot none of whose alternatives is in one passage.
    """

    spans: int
    cut: tuple[Span, ...]
    missing: tuple[Span, ...]
    lost_questions: tuple[str, ...]

    @property
    def share(self) -> float:
        """Share of the gold spans that are cut or missing, 0 to 1; lower is better."""
        return (len(self.cut) + len(self.missing)) / self.spans if self.spans else 0.0


def audit_truncation(token_counts: Iterable[int], max_tokens: int) -> Truncation:
    """Count what is beyond the limit.

    Args:
        token_counts: Content tokens of each embedded text (header included).
        max_tokens: Content tokens that the model reads.

    Raises:
        ValueError: The limit is not positive.
    """
    if max_tokens < 1:
        raise ValueError(f"wanted a limit of one token at least, found {max_tokens}")
    counts = list(token_counts)
    beyond = [count - max_tokens for count in counts if count > max_tokens]
    return Truncation(len(beyond), sum(beyond), sum(counts))


def audit_duplicates(texts: Iterable[str]) -> Duplicates:
    """Count passages with the same text."""
    counts = Counter(" ".join(unicodedata.normalize("NFKC", text).split()) for text in texts)
    extra = sum(count - 1 for count in counts.values())
    return Duplicates(extra, counts.total(), sum(count > 1 for count in counts.values()))


def audit_gold(questions: Sequence[Question], passages: PassageMap) -> CutGold:
    """Find the gold spans that no single passage holds whole."""
    spans = sorted({span for question in questions for slot in question.slots for span in slot})
    broken = {span for span in spans if not passages.holds_whole(span)}
    met = {span for span in broken if passages.meeting(span, "overlapping")}
    return CutGold(
        spans=len(spans),
        cut=tuple(sorted(met)),
        missing=tuple(sorted(broken - met)),
        lost_questions=tuple(
            question.id
            for question in questions
            if any(all(span in broken for span in slot) for slot in question.slots)
        ),
    )
