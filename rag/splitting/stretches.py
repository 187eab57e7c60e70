"""Parts a document at headings and pages, which no passage may cross; knows no tokens."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from rag.documents.document import Heading, LoadedDocument
from rag.sentences import sentences

_LONGEST_SENTENCE = 2000


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch no passage may leave: a section, or bare headings with the section they open."""

    start: int
    end: int
    section: tuple[str, ...]


def stretches(document: LoadedDocument) -> list[Stretch]:
    """Cut at every heading and page, but leave a bare heading with what follows it."""
    sections = _sections(document)
    edges = sorted({0, *sections, *_page_edges(document), len(document.text)})
    found: list[Stretch] = []
    start, section = 0, tuple[str, ...]()
    for first, end in pairwise(edges):
        section = sections.get(first, section)
        is_bare = first in sections and _is_bare(document.text, first, end)
        if end == len(document.text) or not is_bare:
            found.append(Stretch(start, end, section))
            start = end
    return found


def _sections(document: LoadedDocument) -> dict[int, tuple[str, ...]]:
    """Map where each heading starts to the titles above what follows, in one pass."""
    sections: dict[int, tuple[str, ...]] = {}
    path: list[Heading] = []
    for heading in document.headings:
        while path and path[-1].level >= heading.level:
            path.pop()
        path.append(heading)
        sections[heading.start_index] = tuple(above.title for above in path)
    return sections


def _page_edges(document: LoadedDocument) -> Iterator[int]:
    """Yield where pages end, so that a passage has one page; the last sentence may run over."""
    for start in document.page_starts[1:]:
        if document.text.endswith("\n\n", 0, start):
            yield start
        else:
            ahead = sentences(document.text[start : start + _LONGEST_SENTENCE])
            yield start + (ahead[0][1] if ahead else 0)


def _is_bare(text: str, start: int, end: int) -> bool:
    """Say whether the stretch that opens with a heading line says nothing after it."""
    _, _, body = text[start:end].strip().partition("\n")
    return not any(character.isalnum() for character in body)
