"""Collects what shows why a question was won or lost: gold, places, words; writes no page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from evals.results import AskedQuestion, BenchResult, CellResult, RankedPassage

_PLACES = 5
"""Places of a ranking that are shown."""

_AROUND = 140
_BEGINNING = 260
_LONGEST_GOLD = 600
_MOST_CHARACTERS = 4_000_000
"""Words of passages in one page; beyond it only their places are shown."""

Part = list[Any]
"""[text, 1 if it is gold else 0]."""


def case_data(result: BenchResult, texts: Mapping[str, str]) -> dict[str, Any]:
    """Return the questions with gold and every cell's first places, ready for JSON.

    Args:
        result: What was measured.
        texts: Source to the document's text; sources without a text are shown by place only.

    Returns:
        `cells`; `questions` (id, text, query, about, gold); `scores`, `losses` and `tops` by cell
        and question (a top is [passage, 1 if it holds gold]); `passages` (place, parts); `cut`: 1
        if words were left out for the size of the page.
    """
    pool = _Passages(texts)
    questions = result.questions
    tops = [[pool.tops(cell, question) for question in questions] for cell in result.cells]
    return {
        "measure": result.primary,
        "cells": [cell.name for cell in result.cells],
        "questions": [_question(question, texts) for question in questions],
        "scores": [_scores(result, cell) for cell in result.cells],
        "losses": [[cell.losses.get(one.id, "") for one in questions] for cell in result.cells],
        "tops": tops,
        "passages": pool.written,
        "cut": int(pool.is_full),
    }


@dataclass(slots=True)
class _Passages:
    """The passages shown anywhere in the page, each once for all cells that found it."""

    texts: Mapping[str, str]
    written: list[list[Any]] = field(default_factory=list)
    numbers: dict[tuple[str, int, int, str], int] = field(default_factory=dict)
    characters: int = 0

    @property
    def is_full(self) -> bool:
        return self.characters >= _MOST_CHARACTERS

    def tops(self, cell: CellResult, question: AskedQuestion) -> list[list[int]]:
        places = list(cell.rankings.get(question.id, ()))[:_PLACES]
        return [[self._number(place, question), int(_is_gold(place, question))] for place in places]

    def _number(self, place: RankedPassage, question: AskedQuestion) -> int:
        # Only where it holds gold does a passage look different from question to question.
        marked = question.id if _is_gold(place, question) else ""
        key = (place.source, place.start_index, place.end_index, marked)
        if key not in self.numbers:
            self.numbers[key] = len(self.written)
            self.written.append([_place(*key[:3]), self._parts(place, question)])
        return self.numbers[key]

    def _parts(self, place: RankedPassage, question: AskedQuestion) -> list[Part]:
        text = self.texts.get(place.source)
        if text is None or self.is_full:
            return []
        inside = _gold_inside(place, question)
        parts = (
            _window(text, inside, place.start_index, place.end_index)
            if inside
            else _beginning(text, place.start_index, place.end_index)
        )
        self.characters += sum(len(part[0]) for part in parts)
        return parts


def _question(question: AskedQuestion, texts: Mapping[str, str]) -> dict[str, Any]:
    about = [question.language, *question.tags, *([] if question.answerable else ["no answer"])]
    return {
        "id": question.id,
        "text": question.text,
        "query": "" if question.query == question.text else question.query,
        "about": " · ".join(filter(None, about)),
        "gold": [*_gold_spans(question, texts), *_gold_documents(question, texts)],
    }


def _gold_spans(question: AskedQuestion, texts: Mapping[str, str]) -> list[list[Any]]:
    found = []
    for number, slot in enumerate(question.slots, start=1):
        for source, start, end in slot:
            text = texts.get(source)
            parts = [] if text is None else _window(text, [(start, end)], 0, len(text))
            label = _place(source, start, end)
            found.append([f"{number}. {label}" if len(question.slots) > 1 else label, parts])
    return found


def _gold_documents(question: AskedQuestion, texts: Mapping[str, str]) -> list[list[Any]]:
    relevant = sorted(
        (source for source, grade in question.graded.items() if grade > 0),
        key=lambda source: (-question.graded[source], source),
    )
    return [
        [source, _beginning(texts[source], 0, len(texts[source])) if source in texts else []]
        for source in relevant[:_PLACES]
    ]


def _scores(result: BenchResult, cell: CellResult) -> list[float | None]:
    scores = cell.per_question.get(result.primary, {})
    found = (scores.get(question.id) for question in result.questions)
    return [None if score is None else round(score, 4) for score in found]


def _is_gold(place: RankedPassage, question: AskedQuestion) -> bool:
    if question.graded.get(place.source, 0) > 0:
        return True
    return bool(_gold_inside(place, question))


def _gold_inside(place: RankedPassage, question: AskedQuestion) -> list[tuple[int, int]]:
    """Return the parts of gold spans that a passage holds, in order, none overlapping."""
    reach = sorted(
        (max(start, place.start_index), min(end, place.end_index))
        for slot in question.slots
        for source, start, end in slot
        if source == place.source and start < place.end_index and end > place.start_index
    )
    merged: list[tuple[int, int]] = []
    for start, end in reach:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, gold: Sequence[tuple[int, int]], low: int, high: int) -> list[Part]:
    """Return the gold with some text on either side, from within [low, high)."""
    parts: list[Part] = []
    at = max(low, gold[0][0] - _AROUND)
    parts.append(["…" if at > low else "", 0])
    for start, end in gold:
        if start - at > 2 * _AROUND:
            parts += [[text[at : at + _AROUND] + " … " + text[start - _AROUND : start], 0]]
        else:
            parts.append([text[at:start], 0])
        parts.append([_shortened(text[start:end]), 1])
        at = end
    last = min(high, at + _AROUND)
    parts.append([text[at:last] + ("…" if last < high else ""), 0])
    return [part for part in parts if part[0]]


def _beginning(text: str, start: int, end: int) -> list[Part]:
    last = min(end, start + _BEGINNING)
    return [[text[start:last] + ("…" if last < end else ""), 0]]


def _shortened(gold: str) -> str:
    if len(gold) <= _LONGEST_GOLD:
        return gold
    half = _LONGEST_GOLD // 2
    return f"{gold[:half]} … {gold[-half:]}"


def _place(source: str, start: int, end: int) -> str:
    return f"{source}:{start}-{end}"
