"""What a question comes back as: answer, citations and the events of a stream; knows no model."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from langchain_core.documents import Document

if TYPE_CHECKING:
    from rag.retrieval.explanation import Explanation, Why


PASSAGE_KEYS = (
    "rank",
    "score",
    "retrieval_score",
    "source",
    "title",
    "kind",
    "page",
    "section",
    "lead_in",
    "start_index",
    "end_index",
    "ordinal",
)
"""What the index itself says of a passage, in its metadata and beside its text in JSON."""


@dataclass(frozen=True, slots=True)
class Citation:
    """The words of a source that a marker `[number]` in an answer stands for.

    Attributes:
        number: What the marker in the answer's text says, 1-based, in order of first use.
        source: Name of the document in the index.
        title: The document's title, "" if it has none.
        page: 1-based page on which the cited passage starts, None where there are no pages.
        start_index: First character of the quote in the document's extracted text.
        end_index: One past the last character of the quote.
        quote: The document's own characters `[start_index, end_index)`. Where `verified` is False,
            the answer's words that the passage does not hold; the span is then the closest.
        verified: Whether the passage holds what the answer quotes from it and each number the
            answer states from it.
    """

    number: int
    source: str
    title: str
    page: int | None
    start_index: int
    end_index: int
    quote: str
    verified: bool

    def to_dict(self) -> dict[str, object]:
        """Return the citation as plain JSON values."""
        return {
            "number": self.number,
            "source": self.source,
            "title": self.title,
            "page": self.page,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "quote": self.quote,
            "verified": self.verified,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer whose markers `[1]`, `[2]` … are bound to `citations`.

    Attributes:
        question: The question as it was asked.
        search_query: What was searched for; differs from the question in a conversation.
        text: The answer; one sentence without markers when `answered` is False.
        answered: Whether the passages answer the question.
        citations: One for each number in the text, in order of number.
        passages: What was found, best first; with a chat model those that were shown to it.
        notice: What the reader should know about how the answer came about, None if nothing.
    """

    question: str
    search_query: str
    text: str
    answered: bool
    citations: tuple[Citation, ...] = ()
    passages: tuple[Document, ...] = ()
    notice: str | None = None

    def to_dict(self) -> dict[str, object]:
        """Return the answer as plain JSON values, stable across releases."""
        return {
            "question": self.question,
            "search_query": self.search_query,
            "text": self.text,
            "answered": self.answered,
            "citations": [citation.to_dict() for citation in self.citations],
            "passages": [passage_to_dict(passage) for passage in self.passages],
            "notice": self.notice,
        }


def passage_to_dict(passage: Document, why: "Why | None" = None) -> dict[str, object]:
    """Return a retrieved passage as plain JSON values, stable across releases.

    What its document was added with stands under `metadata`. With `why` it also says how each leg
    found it.
    """
    own = {name: value for name, value in passage.metadata.items() if name not in PASSAGE_KEYS}
    return {
        "id": passage.id,
        **{name: passage.metadata.get(name) for name in PASSAGE_KEYS},
        "metadata": own,
        "text": passage.page_content,
        **({} if why is None else why.to_dict()),
    }


def explanation_to_dict(explanation: "Explanation") -> dict[str, object]:
    """Return a search with its reasons as plain JSON values, stable across releases."""
    return {
        "query": explanation.query,
        "mode": explanation.mode,
        "dense_weight": explanation.dense_weight,
        "chance": explanation.chance,
        "passages": [passage_to_dict(one.passage, one.why) for one in explanation.passages],
        "left_out": [
            {**passage_to_dict(one.passage, one.why), "reason": one.left_out}
            for one in explanation.left_out
        ],
    }


@dataclass(frozen=True, slots=True)
class SearchStarted:
    """The query that is searched for, known before the search runs.

    `with_history` is True where what was said before counts in the search too.
    """

    query: str
    with_history: bool = False


@dataclass(frozen=True, slots=True)
class PassagesFound:
    """What the search found, best first."""

    passages: tuple[Document, ...]


@dataclass(frozen=True, slots=True)
class TextChunk:
    """A piece of the answer; the pieces joined are the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class AnswerFinished:
    """The last event: the whole answer with its citations."""

    answer: Answer


AnswerEvent: TypeAlias = SearchStarted | PassagesFound | TextChunk | AnswerFinished
