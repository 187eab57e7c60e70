"""Questions and the places that answer them; knows neither files nor how anything is retrieved.

Gold is a document and a span of its characters, so it survives every other way of splitting.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Turn(NamedTuple):
    """One earlier turn of a conversation; `role` is "user" or "assistant"."""

    role: str
    text: str


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """The characters `[start_index, end_index)` of one document's extracted text.

    Raises:
        ValueError: The span is empty or starts before the text.
    """

    source: str
    start_index: int
    end_index: int

    def __post_init__(self) -> None:
        if not 0 <= self.start_index < self.end_index:
            raise ValueError(
                f"wanted a span of at least one character, found "
                f"{self.start_index}-{self.end_index} in {self.source}"
            )

    @property
    def length(self) -> int:
        """Number of characters."""
        return self.end_index - self.start_index


Slots = tuple[tuple[Span, ...], ...]
"""What must be found: every slot, by any one of its alternatives."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its gold.

    Attributes:
        id: Unique in its set.
        text: What the user types.
        language: ISO 639-1, "" if unknown.
        answerable: False: the documents do not hold the answer.
        tags: For scores by group.
        history: Earlier turns, oldest first.
        rewrite: The question as a person would ask it without the history, "" if nobody wrote it.
        answers: Short accepted answers; any one of them is right.
        slots: Every slot must be covered; the spans within one slot are alternatives.
        graded: Document to grade, for sets judged by whole documents; 1 or more is relevant.
    """

    id: str
    text: str
    language: str = ""
    answerable: bool = True
    tags: tuple[str, ...] = ()
    history: tuple[Turn, ...] = ()
    rewrite: str = ""
    answers: tuple[str, ...] = ()
    slots: Slots = ()
    graded: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def spans(self) -> tuple[Span, ...]:
        """All gold spans, alternatives too, in their order."""
        return tuple(span for slot in self.slots for span in slot)

    @property
    def sources(self) -> frozenset[str]:
        """Documents that hold a gold span."""
        return frozenset(span.source for slot in self.slots for span in slot)


def question_from_sample(row: Mapping[str, Any]) -> Question:
    """Read one line of the sample's `questions.jsonl`.

    Each gold entry is needed, unless the tag "either" makes them alternatives of one slot.

    Raises:
        ValueError: A field is missing or a span is empty; the message names the question.
    """
    try:
        tags = tuple(row["tags"])
        spans = [_span(gold["source"], gold) for gold in row["gold"]]
        return Question(
            id=row["id"],
            text=row["question"],
            language=row["language"],
            answerable=row["answerable"],
            tags=tags,
            history=_turns(row.get("history", ())),
            answers=tuple(row["answers"]),
            slots=_one_slot(spans) if "either" in tags else _slot_each(spans),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_row(row.get("id"), error) from error


def question_from_chunking(row: Mapping[str, Any]) -> Question:
    """Read one line of the chunking evaluation's `questions.jsonl`; every reference is a slot.

    Sources are the paths of its corpora ("corpora/finance.md"); the corpus is also the tag.

    Raises:
        ValueError: A field is missing or a span is empty; the message names the question.
    """
    try:
        source = f"corpora/{row['corpus_id']}.md"
        return Question(
            id=row["_id"],
            text=row["text"],
            language="en",
            tags=(row["corpus_id"],),
            slots=_slot_each([_span(source, reference) for reference in row["references"]]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_row(row.get("_id"), error) from error


def question_from_beir(
    row: Mapping[str, Any], grades: Mapping[str, int], *, language: str = ""
) -> Question:
    """Read one line of a BEIR `queries.jsonl` with its judgements.

    Args:
        row: `_id` and `text`; `answers`, `history`, `rewrite`, `tags` and `answerability` are read
            if there.
        grades: Document id to grade, empty if nothing was judged.
        language: ISO 639-1 of the set.

    Returns:
        The question; it is answerable if a document is relevant.

    Raises:
        ValueError: A field is missing; the message names the question.
    """
    try:
        answerability = str(row.get("answerability") or "").lower()
        return Question(
            id=str(row["_id"]),
            text=row["text"],
            language=language,
            answerable=any(grade > 0 for grade in grades.values()),
            tags=(*row.get("tags", ()), *filter(None, [answerability])),
            history=_turns(row.get("history", ())),
            rewrite=str(row.get("rewrite") or ""),
            answers=tuple(row.get("answers", ())),
            graded=dict(grades),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise _bad_row(row.get("_id"), error) from error


def _span(source: str, gold: Mapping[str, Any]) -> Span:
    return Span(source, int(gold["start_index"]), int(gold["end_index"]))


def _slot_each(spans: Iterable[Span]) -> Slots:
    return tuple((span,) for span in spans)


def _one_slot(spans: Sequence[Span]) -> Slots:
    return (tuple(spans),) if spans else ()


def _turns(history: Iterable[Any]) -> tuple[Turn, ...]:
    return tuple(
        Turn(turn["role"], turn["text"]) if isinstance(turn, Mapping) else Turn(*turn)
        for turn in history
    )


def _bad_row(question_id: object, error: Exception) -> ValueError:
    found = f"no field {error}" if isinstance(error, KeyError) else str(error)
    return ValueError(f"question {question_id!r}: {found}; correct this line of the questions file")
