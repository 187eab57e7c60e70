"""Loads Markdown, keeping the file's own text and noting its structure; renders nothing."""

import re
from dataclasses import dataclass, field

from rag.documents.document import Block, Heading, LoadedDocument
from rag.documents.text import read_text

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?=[ \t]|$)(.*)")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_LIST_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_FRONT_MATTER_TITLE = re.compile(r"title[ \t]*[:=][ \t]*(.+)", re.IGNORECASE)
_LONGEST_TITLE = 500  # anything longer is no heading
_INLINE_MARKS = (
    (re.compile(r"!?\[([^\]]*)\]\([^)]*\)"), r"\1"),
    (re.compile(r"(\*\*|__|`)(.+?)\1"), r"\2"),
    (re.compile(r"(?<!\w)([*_])(\S(?:.*?\S)?)\1(?!\w)"), r"\2"),
    (re.compile(r"<[^>]+>|\{#[^}]*\}"), ""),
)


def load_markdown(data: bytes) -> LoadedDocument:
    """Return the file's own text, with headings, code, tables and lists marked in it."""
    text = read_text(data)
    scan = _Scan(text)
    scan.run()
    return LoadedDocument(
        text=text,
        kind="markdown",
        title=scan.title or _first_top_heading(scan.headings),
        headings=tuple(scan.headings),
        blocks=tuple(scan.blocks),
    )


def _first_top_heading(headings: list[Heading]) -> str:
    """The only level-1 heading is the title; of several, the first if it opens the headings."""
    return headings[0].title if headings and headings[0].level == 1 else ""


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    text: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()


def _lines(text: str) -> list[_Line]:
    lines, start = [], 0
    for line in text.split("\n"):
        lines.append(_Line(start, start + len(line), line))
        start += len(line) + 1
    return lines


def _fence_after(line: str, fence: str) -> str:
    """Return the fence of code open after `line` of a list item, "" if none."""
    mark = line[:3]
    if fence:
        return "" if line == mark == fence else fence
    return mark if mark in {"```", "~~~"} else ""


@dataclass
class _Scan:
    """One pass over the lines of `text`, collecting headings and blocks."""

    text: str
    title: str = ""
    headings: list[Heading] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def run(self) -> None:
        self.lines = _lines(self.text)
        at = self._front_matter()
        while at < len(self.lines):
            at = (
                self._fence(at)
                or self._atx(at)
                or self._table(at)
                or self._list(at)
                or self._paragraph(at)
            )

    def _front_matter(self) -> int:
        rule = self.lines[0].text.rstrip()
        if rule not in {"---", "+++"}:
            return 0
        for at, line in enumerate(self.lines[1:], 1):
            if line.text.rstrip() in {rule, "..."}:
                return at + 1
            match = _FRONT_MATTER_TITLE.match(line.text)
            if match:
                self.title = match[1].strip().strip("\"'")
        self.title = ""
        return 0

    def _fence(self, at: int) -> int | None:
        opening = _FENCE.match(self.lines[at].text)
        if not opening or ("`" in opening[1] and "`" in opening[2]):
            return None
        closing = re.compile(rf" {{0,3}}{opening[1][0]}{{{len(opening[1])},}}[ \t]*$")
        end = at + 1
        while end < len(self.lines) and not closing.match(self.lines[end].text):
            end += 1
        return self._add_block("code", at, min(end, len(self.lines) - 1))

    def _atx(self, at: int) -> int | None:
        match = _ATX.match(self.lines[at].text)
        if not match:
            return None
        title = match[2].strip()
        bare = title.rstrip("#")
        closed = bare != title and (not bare or bare[-1].isspace())
        self._add_heading(len(match[1]), bare if closed else title, at)
        return at + 1

    def _table(self, at: int) -> int | None:
        rule = self.lines[at + 1].text if at + 1 < len(self.lines) else ""
        if "|" not in self.lines[at].text or "-" not in rule or not _TABLE_RULE.match(rule):
            return None
        end = at + 1
        while end + 1 < len(self.lines) and "|" in self.lines[end + 1].text:
            end += 1
        return self._add_block("table", at, end)

    def _list(self, at: int) -> int | None:
        if not _LIST_ITEM.match(self.lines[at].text):
            return None
        last, fence = at, ""
        for end in range(at + 1, len(self.lines)):
            line = self.lines[end]
            if line.is_blank:
                continue
            if not fence and self._ends_list(end):
                break
            last, fence = end, _fence_after(line.text.strip(), fence)
        return self._add_block("list", at, last)

    def _ends_list(self, at: int) -> bool:
        line = self.lines[at]
        after_blank = self.lines[at - 1].is_blank
        return bool(_ATX.match(line.text)) or (after_blank and not self._belongs_to_list(line))

    @staticmethod
    def _belongs_to_list(line: _Line) -> bool:
        return bool(_LIST_ITEM.match(line.text)) or line.text.startswith(("  ", "\t"))

    def _paragraph(self, at: int) -> int:
        if self.lines[at].is_blank:
            return at + 1
        end = at
        while end + 1 < len(self.lines) and self._continues(end + 1):
            end += 1
            rule = _SETEXT.match(self.lines[end].text)
            if rule:
                title = " ".join(line.text.strip() for line in self.lines[at:end])
                self._add_heading(1 if "=" in rule[1] else 2, title, at)
                return end + 1
        return end + 1

    def _continues(self, at: int) -> bool:
        line = self.lines[at].text
        return not (
            self.lines[at].is_blank
            or _ATX.match(line)
            or _FENCE.match(line)
            or (_LIST_ITEM.match(line) and not _SETEXT.match(line))
        )

    def _add_heading(self, level: int, title: str, at: int) -> None:
        if len(title) > _LONGEST_TITLE:
            return
        for pattern, replacement in _INLINE_MARKS:
            title = pattern.sub(replacement, title)
        title = " ".join(title.split())
        if title:
            self.headings.append(Heading(level, title, self.lines[at].start))

    def _add_block(self, kind: str, first: int, last: int) -> int:
        self.blocks.append(
            Block(kind, self.lines[first].start, self.lines[last].end)  # type: ignore[arg-type]
        )
        return last + 1
