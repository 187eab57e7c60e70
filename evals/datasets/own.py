"""Read a user's own questions over their own index; knows no other form.

The file is YAML:

    index: .rag              # beside this file; the default
    questions:
      - question: How long is the pump guaranteed?
        quotes:              # each must be found; a list in place of one holds alternatives
          - source: docs/warranty.md
            quote: Pumps are guaranteed for two years.
        answers: [two years] # optional, as are id, tags, history, language, answerable, reviewed
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar

import yaml

from evals.datasets.base import EvalDocument, EvalSet
from evals.datasets.language import detect_language, fill_languages
from evals.datasets.quotes import QuotedText, QuoteError
from evals.gold import Question, Slots, Span, Turn
from evals.located import Located
from evals.yaml_lines import read_yaml
from rag.errors import BenchError
from rag.store.catalog import Catalog

UNREVIEWED = "unreviewed"
"""Tag of drafted questions that nobody has read yet (`reviewed: false`)."""

Value = TypeVar("Value")

_TOP = ("index", "name", "licence", "questions")
_KEYS = (
    "question",
    "quotes",
    "answers",
    "id",
    "tags",
    "history",
    "language",
    "answerable",
    "reviewed",
)


@dataclass(frozen=True, slots=True)
class OwnQuestions:
    """A questions file that was read.

    Attributes:
        set: Its documents, and those questions that could be read.
        lines: Question id to its line.
        problems: What is wrong with the others: a message that names file and line, each.
    """

    set: EvalSet
    lines: Mapping[str, int]
    problems: tuple[str, ...]


def own_set(path: Path) -> EvalSet:
    """Return the set of a questions file.

    Raises:
        BenchError: The file cannot be read, or something in it is wrong; one line for each
            question.
        IndexNotFoundError: There is no index where the file says.
    """
    own = read_own(path)
    if own.problems:
        raise BenchError("\n".join(own.problems))
    return own.set


def read_own(path: Path, *, index: Path | None = None) -> OwnQuestions:
    """Read a questions file as far as it can be.

    Args:
        path: The file.
        index: The index directory; default the one that the file names.

    Raises:
        BenchError: It is no questions file.
        IndexNotFoundError: There is no index.
    """
    # Scalars stay as they are written: the answer 3.50 is neither 3.5 nor a number.
    file = read_yaml(path, loader=yaml.BaseLoader)
    top = Located(file.value, file)
    top.expect(dict, "the key questions; evals/datasets/README.md shows the form")
    top.refuse_unknown(_TOP)
    entries = top.entries()
    if "questions" not in entries:
        raise top.error("wanted the key questions, a list")
    named = Path(_text(entries["index"]) if "index" in entries else ".rag").expanduser()
    documents = indexed_documents(index or path.parent / named)
    reader = _Reader(documents)
    for entry in entries["questions"].children():
        reader.take(entry)
    licence = _text(entries["licence"]) if "licence" in entries else ""
    name = _text(entries["name"]) if "name" in entries else path.stem
    questions = fill_languages(reader.questions)
    return OwnQuestions(
        EvalSet.of(name, documents, questions, licence=licence),
        reader.lines,
        tuple(reader.problems),
    )


def indexed_documents(index: Path) -> tuple[EvalDocument, ...]:
    """Return the documents of an index with the text that was extracted from them.

    Raises:
        IndexNotFoundError: There is no index.
        BenchError: It is empty.
    """
    catalog = Catalog(index)
    try:
        found = [(one.source, catalog.document(one.source)) for one in catalog.sources()]
    finally:
        catalog.close()
    documents = tuple(
        EvalDocument(source, document.title, document.text, document.kind, document)
        for source, document in found
        if document is not None
    )
    if not documents:
        raise BenchError(f"{index}: wanted an index with documents, found none; `rag add` some")
    return documents


class _Reader:
    """Takes questions one by one; a wrong one becomes a problem."""

    def __init__(self, documents: tuple[EvalDocument, ...]) -> None:
        self._texts = {document.source: document.text for document in documents}
        self._quoted: dict[str, QuotedText] = {}
        self.questions: list[Question] = []
        self.lines: dict[str, int] = {}
        self.problems: list[str] = []

    def take(self, entry: Located) -> None:
        try:
            question = self._question(entry)
            if question.id in self.lines:
                raise entry.error(
                    f"id {question.id!r} is that of line {self.lines[question.id]} too; "
                    "ask something else, or give one of them another id"
                )
        except BenchError as error:
            self.problems.append(str(error))
            return
        self.lines[question.id] = entry.file.line(*entry.place)
        self.questions.append(question)

    def _question(self, entry: Located) -> Question:
        entry.refuse_unknown(_KEYS)
        given = entry.entries()
        if "question" not in given:
            raise entry.error("wanted the key question")
        text = _text(given["question"])
        history: tuple[Turn, ...] = _optional(given, "history", _history, ())
        tags: tuple[str, ...] = _optional(given, "tags", _texts, ())
        reviewed = _optional(given, "reviewed", _truth, True)
        slots: Slots = _optional(given, "quotes", self._slots, ())
        answerable = _optional(given, "answerable", _truth, True)
        if bool(slots) is not answerable:
            raise entry.error(
                "wanted quotes that answer it, found none; or say `answerable: false`"
                if answerable
                else "wanted no quotes, because it says `answerable: false`; drop one of the two"
            )
        return Question(
            id=_optional(given, "id", _text, "") or _id_of(text, history),
            text=text,
            language=_optional(given, "language", _text, "") or detect_language(text),
            answerable=answerable,
            tags=tags if reviewed else (*tags, UNREVIEWED),
            history=history,
            answers=_optional(given, "answers", _texts, ()),
            slots=slots,
        )

    def _slots(self, entry: Located) -> Slots:
        return tuple(
            tuple(map(self._span, one.children()))
            if isinstance(one.value, list)
            else (self._span(one),)
            for one in entry.children()
        )

    def _span(self, entry: Located) -> Span:
        entry.refuse_unknown(("source", "quote"))
        given = entry.entries()
        if set(given) != {"source", "quote"}:
            raise entry.error("wanted the keys source and quote")
        source = _text(given["source"])
        if source not in self._texts:
            near = get_close_matches(source, self._texts, n=1)
            meant = f"did you mean {near[0]!r}?" if near else "`rag list` shows what is"
            raise given["source"].error(f"{source!r} is not in the index; {meant}")
        if source not in self._quoted:
            self._quoted[source] = QuotedText(source, self._texts[source])
        try:
            return self._quoted[source].find(_text(given["quote"]))
        except QuoteError as error:
            raise given["quote"].error(str(error)) from error


def _optional(
    given: Mapping[str, Located], key: str, read: Callable[[Located], Value], default: Value
) -> Value:
    return read(given[key]) if key in given and given[key].value != "" else default


def _text(entry: Located) -> str:
    text: str = entry.expect(str, "text")
    if not text.strip():
        raise entry.error("wanted text, found none")
    return text.strip()


def _texts(entry: Located) -> tuple[str, ...]:
    return tuple(_text(one) for one in entry.children())


def _truth(entry: Located) -> bool:
    if entry.value not in ("true", "false"):
        raise entry.error(f"wanted true or false, found {str(entry.value)!r}")
    return bool(entry.value == "true")


def _history(entry: Located) -> tuple[Turn, ...]:
    """Read turns such as `- user: And in Porto?`."""
    turns = []
    for one in entry.children():
        one.refuse_unknown(("user", "assistant"))
        turns += [Turn(role, _text(said)) for role, said in one.entries().items()]
    return tuple(turns)


def _id_of(text: str, history: tuple[Turn, ...]) -> str:
    """Return an id that stays when questions are moved: results are compared by it."""
    said = "\n".join([*(turn.text for turn in history), text])
    return "q-" + hashlib.sha256(said.encode()).hexdigest()[:10]
