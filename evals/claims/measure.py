"""Counts what the citation check says of true and altered sentences; knows no data set."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from evals.claims.case import KINDS, Case

_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 % interval after Wilson (1927).

    Attributes:
        count: How many are meant.
        total: Of how many.
    """

    count: int
    total: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; 0 of nothing."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Lower and upper bound of the share; everything where nothing was counted."""
        if not self.total:
            return 0.0, 1.0
        n, p, z = self.total, self.value, _Z
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A case and whether the check found fault with it."""

    case: Case
    flagged: bool


def judge(cases: Iterable[Case], flags: Callable[[Case], bool]) -> list[Verdict]:
    """Return what a check says of each case."""
    return [Verdict(case, flags(case)) for case in cases]


def confusion(verdicts: Iterable[Verdict]) -> dict[tuple[str, str], Share]:
    """Return the share of flagged sentences of each kind and language, in the order of kinds."""
    listed = list(verdicts)
    keys = [(kind, language) for kind in KINDS for language in ("en", "zh")]
    found = {
        key: [one.flagged for one in listed if (one.case.kind, one.case.language) == key]
        for key in keys
    }
    return {key: Share(sum(flags), len(flags)) for key, flags in found.items() if flags}


def recall(verdicts: Iterable[Verdict]) -> Share:
    """Return the share of altered or invented sentences that are flagged; higher is better."""
    flags = [one.flagged for one in verdicts if not one.case.is_true]
    return Share(sum(flags), len(flags))


def left_alone(verdicts: Iterable[Verdict]) -> Share:
    """Return the share of true sentences that are not flagged; higher is better."""
    flags = [one.flagged for one in verdicts if one.case.is_true]
    return Share(len(flags) - sum(flags), len(flags))


def passed_as_true(verdicts: Iterable[Verdict]) -> Share:
    """Return the share of sentences not flagged that are true; higher is better."""
    true = [one.case.is_true for one in verdicts if not one.flagged]
    return Share(sum(true), len(true))
