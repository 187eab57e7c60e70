"""What a loader returns: extracted text with its page and section map; knows no file format."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside the text: `level` 1 is the outermost, `start_index` its first character."""

    level: int
    title: str
    start_index: int


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch `[start_index, end_index)` that should stay whole if it fits: code, table, list."""

    kind: Literal["code", "table", "list"]
    start_index: int
    end_index: int


@dataclass(frozen=True, slots=True)
class LoadedDocument:
    """Text extracted from one source, with all that is needed to cite it.

    Attributes:
        text: The extracted text. Every character index in the project points into it.
        kind: The family of format: "text", "markdown", "html", "pdf", "docx", "csv" or "code".
        title: The title found *inside* the document, "" if none. Never the file name: a renamed
            file must keep its embeddings, and the title is embedded with every passage.
        headings: In order of `start_index`.
        page_starts: `start_index` of each page, page 1 first; empty where the format has no pages.
        blocks: In order, never overlapping.
    """

    text: str
    kind: str
    title: str = ""
    headings: tuple[Heading, ...] = ()
    page_starts: tuple[int, ...] = ()
    blocks: tuple[Block, ...] = ()

    def page_at(self, index: int) -> int | None:
        """Return the 1-based page that holds the character at `index`, None without pages."""
        if not self.page_starts:
            return None
        return max(1, bisect_right(self.page_starts, index))

    def section_at(self, index: int) -> tuple[str, ...]:
        """Return the titles of the headings above the character at `index`, outermost first."""
        path: list[Heading] = []
        for heading in self.headings:
            if heading.start_index > index:
                break
            while path and path[-1].level >= heading.level:
                path.pop()
            path.append(heading)
        return tuple(heading.title for heading in path)
