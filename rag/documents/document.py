"""What a loader returns: extracted text with its page and section map; knows no file format."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

# From the opening fence of code to the closing one, or to the end where there is none.
FENCED = re.compile(r"^[ \t]*(```+|~~~+)[^\n]*\n.*?(?:^[ \t]*\1[^\n]*$|\Z)", re.M | re.S)
_AMOUNT = re.compile(r"[-+($€£¥]*\d[\d,.]*[)%]*")
_YEAR = re.compile(r"(?:19|20|21)\d\d")
# A first row that is longer explains nothing at a glance.
_LONGEST_LEAD_IN = 1000


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

    def lead_in(self, index: int) -> str:
        """Return the line that the text from `index` on cannot be understood without.

        That is the header row of the table or the opening fence of the code that it begins inside
        of, "" mostly. Rows of a CSV file name their columns themselves.
        """
        at = bisect_right(self.blocks, index, key=lambda block: block.start_index) - 1
        if at < 0 or index >= self.blocks[at].end_index or self.kind == "csv":
            return ""
        block = self.blocks[at]
        line = _header_row(self.text, block) if block.kind == "table" else ""
        if block.kind != "table":
            for fenced in FENCED.finditer(self.text, block.start_index, block.end_index):
                if fenced.start() < index < fenced.end():
                    line = fenced[0].partition("\n")[0]
        is_before = self.text.find(line, block.start_index) + len(line) <= index
        return line.strip() if is_before and len(line) <= _LONGEST_LEAD_IN else ""

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


def _header_row(text: str, block: Block) -> str:
    """Return the first row of a table, "" if it states amounts: then it is no header."""
    lines = text[block.start_index : block.end_index].split("\n")
    row = next((line for line in lines if "|" in line), "")
    cells = [cell.strip() for cell in row.split("|")]
    amounts = [cell for cell in cells if _AMOUNT.fullmatch(cell) and not _YEAR.fullmatch(cell)]
    return "" if amounts else row
