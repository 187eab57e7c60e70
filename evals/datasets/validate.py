"""Check a set of documents and questions before anything is measured on it; changes nothing."""

import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from evals.datasets import checks_gold, checks_questions
from evals.datasets.base import EvalSet
from evals.datasets.findings import CHECKS, Finding
from evals.datasets.found import OWN_SUFFIXES, find_dataset, load_dataset
from evals.datasets.own import read_own
from evals.datasets.wording import shared_share
from rag.errors import BenchError

_CHECKS: tuple[Callable[[EvalSet], Iterator[Finding]], ...] = (
    checks_questions.check_ids,
    checks_gold.check_copies,
    checks_gold.check_places,
    checks_gold.check_answerable,
    checks_questions.check_parts,
    checks_gold.check_uniqueness,
    checks_questions.check_duplicates,
    checks_gold.check_wording,
    checks_questions.check_languages,
    checks_gold.check_answers,
    checks_questions.check_histories,
    checks_questions.check_reviews,
)

_ERROR_CHECKS = (
    checks_questions.check_ids,
    checks_gold.check_copies,
    checks_gold.check_places,
    checks_gold.check_answerable,
)
"""Those that find errors; the others only warn."""


@dataclass(frozen=True, slots=True)
class SetSummary:
    """What a set holds.

    Attributes:
        languages: Language to questions.
        tags: Tag to questions, most first.
        gold_spans: Spans that answer, alternatives too.
        wording: Median share of a question's content words that its gold has, 0 to 1: the higher,
            the more the set favours search by words; None without gold.
    """

    name: str
    digest: str
    licence: str
    documents: int
    questions: int
    answerable: int
    languages: Mapping[str, int]
    tags: Mapping[str, int]
    gold_spans: int
    wording: float | None


@dataclass(frozen=True, slots=True)
class Validation:
    """A set's summary and what is wrong with it, errors first."""

    summary: SetSummary
    findings: tuple[Finding, ...]

    def count(self, severity: str) -> int:
        """Return how many findings are errors, or warnings."""
        return sum(finding.severity == severity for finding in self.findings)

    def to_dict(self) -> dict[str, object]:
        """Return the JSON shape of `rag bench validate`."""
        return {
            "set": asdict(self.summary),
            "errors": self.count("error"),
            "warnings": self.count("warning"),
            "findings": [finding.to_dict() for finding in self.findings],
        }


def validate(name_or_path: str | Path, *, against: str | Path | None = None) -> Validation:
    """Read a set and check it.

    Args:
        name_or_path: As for `load_dataset`.
        against: A set that settings were tuned on; what it shares with this one leaks.

    Raises:
        BenchError: A set cannot be read at all.
    """
    place = find_dataset(name_or_path)
    findings: list[Finding] = []
    lines: Mapping[str, int] = {}
    if place.suffix in OWN_SUFFIXES:
        own = read_own(place)
        given, lines = own.set, own.lines
        findings += (Finding("form", problem) for problem in own.problems)
    else:
        given = load_dataset(place)
    findings += check(given)
    if against is not None:
        tune = load_dataset(against)
        findings += checks_questions.check_leaks(tune.questions, given.questions)
    return Validation(summarise(given), _sorted(findings, lines))


def check(given: EvalSet) -> list[Finding]:
    """Return what every check finds in a set."""
    return [finding for one in _CHECKS for finding in one(given)]


def require_sound(given: EvalSet) -> None:
    """Refuse a set on which scores would be wrong.

    Raises:
        BenchError: Names the first error and how many there are.
    """
    found = [finding for one in _ERROR_CHECKS for finding in one(given)]
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        first = errors[0]
        place = f"{first.question}: " if first.question else ""
        count = "1 error" if len(errors) == 1 else f"{len(errors):,} errors"
        raise BenchError(
            f"the set {given.name} has {count}, the first: {CHECKS[first.check]} ({place}"
            f"{first.message}); see `rag bench validate`, or go on with --despite-errors"
        )


def summarise(given: EvalSet) -> SetSummary:
    """Count what a set holds."""
    texts = given.texts
    tags = Counter(tag for question in given.questions for tag in question.tags)
    shares = [
        max(shared_share(question.text, words) for words in gold)
        for question in given.questions
        if (gold := checks_gold.gold_words(texts, question))
    ]
    return SetSummary(
        name=given.name,
        digest=given.digest,
        licence=given.licence,
        documents=len(given.documents),
        questions=len(given.questions),
        answerable=sum(question.answerable for question in given.questions),
        languages=dict(sorted(Counter(one.language for one in given.questions).items())),
        tags=dict(sorted(tags.items(), key=lambda item: (-item[1], item[0]))),
        gold_spans=sum(len(slot) for question in given.questions for slot in question.slots),
        wording=statistics.median(shares) if shares else None,
    )


def _sorted(findings: Iterable[Finding], lines: Mapping[str, int]) -> tuple[Finding, ...]:
    """Order by check, as `CHECKS` lists them, and within it as found."""
    order = {name: at for at, name in enumerate(CHECKS)}
    placed = (replace(one, line=lines.get(one.question)) for one in findings)
    return tuple(sorted(placed, key=lambda one: order[one.check]))
