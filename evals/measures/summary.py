"""Sums up scores per question as mean and spread, also by group; knows no measure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, sqrt


@dataclass(frozen=True, slots=True)
class Summary:
    """Scores of some questions.

    Attributes:
        mean: None if no question was scored.
        sd: Standard deviation over the questions (dividing by n, as published tables do).
        scored: Questions with a score.
        questions: Questions in all; those to which the measure does not apply are not 0.
    """

    mean: float | None
    sd: float | None
    scored: int
    questions: int

    @property
    def coverage(self) -> float:
        """Share of the questions that were scored."""
        return self.scored / self.questions if self.questions else 0.0


def summarise(scores: Iterable[float | None]) -> Summary:
    """Return mean and spread of the scores that are not None."""
    every = list(scores)
    known = [score for score in every if score is not None]
    if not known:
        return Summary(None, None, 0, len(every))
    mean = fsum(known) / len(known)
    variance = fsum((score - mean) ** 2 for score in known) / len(known)
    return Summary(mean, sqrt(variance), len(known), len(every))


def summarise_by(
    scores: Sequence[float | None], groups: Sequence[Iterable[str]]
) -> Mapping[str, Summary]:
    """Return a summary for each group, by name; a question may be in several (its tags) or none."""
    members: dict[str, list[float | None]] = {}
    for score, names in zip(scores, groups, strict=True):
        for name in names:
            members.setdefault(name, []).append(score)
    return {name: summarise(members[name]) for name in sorted(members)}
