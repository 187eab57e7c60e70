"""Check the questions of a set by themselves and against each other; knows no documents."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from evals.datasets.base import EvalSet
from evals.datasets.checks_gold import overlap
from evals.datasets.findings import Finding
from evals.datasets.language import detect_language
from evals.datasets.own import UNREVIEWED
from evals.datasets.wording import near_duplicates
from evals.gold import Question, Span

TUNE, TEST = "tune", "test"
"""Tags that say which part of a set a question is in."""


def check_ids(given: EvalSet) -> Iterator[Finding]:
    """Find ids that stand for two questions, and questions without words."""
    met: set[str] = set()
    for question in given.questions:
        if question.id in met:
            yield Finding("id", f"{question.id!r} stands for two questions", question.id)
        met.add(question.id)
        if not question.text.strip():
            yield Finding("blank", "write the question, or leave it out", question.id)


def check_duplicates(given: EvalSet) -> Iterator[Finding]:
    """Find questions that say nearly the same after the same turns."""
    asked = given.questions
    for one, other, similarity in near_duplicates([question.text for question in asked]):
        if asked[one].history == asked[other].history:
            said = f"{similarity:.0%} like {asked[one].id}: {_shown(asked[other])}"
            yield Finding("duplicate", said, asked[other].id)


def check_languages(given: EvalSet) -> Iterator[Finding]:
    """Find questions whose language is unknown or not the one that is said."""
    for question in given.questions:
        found = detect_language(question.text)
        if not question.language:
            yield Finding("language", f"unknown: {_shown(question)}", question.id)
        elif found and found != question.language.split("-")[0].lower():
            said = f"said {question.language}, looks like {found}: {_shown(question)}"
            yield Finding("language", said, question.id)


def check_histories(given: EvalSet) -> Iterator[Finding]:
    """Find conversations whose turns do not alternate up to the assistant's."""
    for question in given.questions:
        roles = [turn.role for turn in question.history]
        wanted = ["user", "assistant"] * len(roles)
        if roles != wanted[: len(roles)] or len(roles) % 2:
            yield Finding("history", f"roles are {', '.join(roles)}", question.id)


def check_reviews(given: EvalSet) -> Iterator[Finding]:
    """Find drafts that nobody has read."""
    for question in given.questions:
        if UNREVIEWED in question.tags:
            yield Finding("unreviewed", _shown(question), question.id)


def check_parts(given: EvalSet) -> Iterator[Finding]:
    """Find what leaks between questions with the tag "tune" and those with the tag "test"."""
    tune = [question for question in given.questions if TUNE in question.tags]
    test = [question for question in given.questions if TEST in question.tags]
    return check_leaks(tune, test)


def check_leaks(tune: Sequence[Question], test: Sequence[Question]) -> Iterator[Finding]:
    """Find test questions that tuning has seen: nearly the same, or resting on the same words."""
    border = len(tune)
    texts = [question.text for question in (*tune, *test)]
    for one, other, similarity in near_duplicates(texts):
        if one < border <= other and tune[one].history == test[other - border].history:
            question = test[other - border]
            said = f"{similarity:.0%} like {tune[one].id}, which tunes: {_shown(question)}"
            yield Finding("leak", said, question.id)
    yield from _shared_gold(tune, test)


def _shared_gold(tune: Sequence[Question], test: Sequence[Question]) -> Iterator[Finding]:
    seen: dict[str, list[tuple[Span, str]]] = defaultdict(list)
    for question in tune:
        for span in question.spans:
            seen[span.source].append((span, question.id))
    for question in test:
        for span in question.spans:
            holders = [id_ for other, id_ in seen[span.source] if overlap(span, other)]
            if holders:
                place = f"{span.source}:{span.start_index}-{span.end_index}"
                said = f"{place} is also the gold of {holders[0]}, which tunes"
                yield Finding("leak", said, question.id)


def _shown(question: Question) -> str:
    words = " ".join(question.text.split())
    return repr(words if len(words) <= 80 else words[:79] + "…")
