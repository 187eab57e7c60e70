"""The citations of an answer in the shapes that chat clients read; knows no stream and no wire."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from rag.answering.answer import Answer, Citation
from rag.answering.language import detect_language
from rag.server.links import source_link

_CODE: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
_MARKER: Final = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Reference:
    """A citation with its link and its place in the answer's text.

    Attributes:
        citation: What is cited.
        label: What a person reads; no two of an answer are the same, because Open WebUI takes
            sources of one name for one source.
        url: Where the page for people shows the cited words.
        start: First character of its first marker in the answer's text.
        end: One past the last character of that marker.
        score: Of the passage that holds it, None if it is not known.
    """

    citation: Citation
    label: str
    url: str
    start: int
    end: int
    score: float | None

    def to_dict(self) -> dict[str, Any]:
        """Return the citation as our own interface tells it, with its link."""
        return {**self.citation.to_dict(), "url": self.url}

    def annotation(self) -> dict[str, Any]:
        """Return the annotation of a chat message, as OpenAI's own search gives it."""
        place = {"start_index": self.start, "end_index": self.end}
        return {
            "type": "url_citation",
            "url_citation": {**place, "title": self.label, "url": self.url},
        }

    def response_annotations(self) -> list[dict[str, Any]]:
        """Return the annotations of a response: the file, and where to see it."""
        source = self.citation.source
        name = source.rpartition("/")[2]
        place = {"start_index": self.start, "end_index": self.end}
        return [
            {"type": "file_citation", "index": self.start, "file_id": source, "filename": name},
            {"type": "url_citation", **place, "title": self.label, "url": self.url},
        ]

    def source(self) -> dict[str, Any]:
        """Return the source as Open WebUI keeps it with a message."""
        # The link is the id as well, as it is in the source that Open WebUI makes of an
        # annotation: so it shows both as one.
        about = {"source": self.url, "source_url": self.url, "name": self.label}
        found: dict[str, Any] = {
            "source": {"id": self.url, "name": self.label, "url": self.url},
            "document": [self.citation.quote],
            "metadata": [{**about, "page": self.citation.page}],
        }
        return found if self.score is None else {**found, "distances": [self.score]}


def references_of(answer: Answer, base: str, collection: str) -> list[Reference]:
    """Return the citations of an answer, one for each number and in their order.

    Chat pages number what they are sent: a second entry for a second marker of one citation
    would shift all behind it.
    """
    places = {number: place for number, *place in reversed(list(_markers(answer.text)))}
    labels = _labels(answer)
    found = []
    for citation, label in zip(answer.citations, labels, strict=True):
        start, end = places.get(citation.number, (len(answer.text), len(answer.text)))
        span = citation.start_index, citation.end_index
        url = source_link(base, collection, citation.source, *span)
        found.append(Reference(citation, label, url, start, end, _score(answer, citation)))
    return found


def _markers(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of what reads as a marker, outside of code."""
    code = set(chain.from_iterable(range(*match.span()) for match in _CODE.finditer(text)))
    for match in _MARKER.finditer(text):
        if match.start() not in code:
            yield int(match[1]), match.start(), match.end()


def _labels(answer: Answer) -> list[str]:
    chinese = detect_language(answer.question) == "zh"
    labels = [_label(citation, chinese=chinese) for citation in answer.citations]
    counts = Counter(labels)
    return [
        f"{label} ({citation.number})" if counts[label] > 1 else label
        for citation, label in zip(answer.citations, labels, strict=True)
    ]


def _label(citation: Citation, *, chinese: bool) -> str:
    title = " ".join((citation.title or citation.source.rpartition("/")[2]).split())
    if citation.page is None:
        return title
    return f"{title}，第 {citation.page} 页" if chinese else f"{title}, page {citation.page}"


def _score(answer: Answer, citation: Citation) -> float | None:
    for passage in answer.passages:
        about = passage.metadata
        start, end = about.get("start_index"), about.get("end_index")
        if about.get("source") != citation.source or start is None or end is None:
            continue
        if start <= citation.start_index < end:
            score = about.get("score")
            return float(score) if isinstance(score, int | float) else None
    return None
