"""Renumbers the citation markers of an answer while it is written; knows no passages' content."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

_LABELS: Final = (
    r"sources?|passages?|documents?|docs?|references?|refs?|citations?|excerpts?|snippets?"
    r"|来源|资料|文档|段落|文献|片段|参考文献|参考资料|参考|引用|出处|注"
)
_DASH: Final = "[-–—~～]"
_NUMBER: Final = r"[0-9０-９]{1,3}(?![0-9０-９])"
_LABEL: Final = rf"(?:(?:{_LABELS})\s*[.:：]?\s*)?(?:no\.?\s*|#|№)?"
_ITEM: Final = rf"{_LABEL}\^?{_NUMBER}\^?(?:\s*{_DASH}\s*\^?{_NUMBER}\^?)?"
_SEPARATOR: Final = r"\s*(?:[,，、;；&+]|\band\b|和|与|及)\s*"
_LIST: Final = rf"{_ITEM}(?:{_SEPARATOR}{_ITEM})*"

# "[1]", "[1, 2]", "[1-3]", "[^1]", "[Source: 1]", "［1］", "【1】", "〖1〗", "【4:0†handbook.md】".
_BRACKETED: Final = rf"[\[［]\s*(?P<square>{_LIST})\s*(?:†[^\]］\n]{{0,80}})?[\]］]"
_LENTICULAR: Final = (
    rf"[【〔〖]\s*(?P<corner>{_LIST})(?::\d{{1,3}})?\s*(?:†[^】〕〗\n]{{0,80}})?[】〕〗]"
)
# "(source 1)", "（来源 1、2）": round brackets only with a label, "(1)" numbers a list.
_ROUND: Final = (
    rf"[(（]\s*(?:see\s+|见)?"
    rf"(?P<round>(?:{_LABELS})\s*[.:：]?\s*(?:no\.?\s*|#)?{_LIST})\s*[)）]"
)
_RAISED: Final = r"(?P<raised>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}(?:[,⁻–-][⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})*)"
_MARKER: Final = re.compile(f"{_BRACKETED}|{_LENTICULAR}|{_ROUND}|{_RAISED}", re.IGNORECASE)
_SPAN: Final = re.compile(rf"({_NUMBER})\^?(?:\s*{_DASH}\s*\^?({_NUMBER}))?")
_FROM_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

# What may still become a marker, or code, when more text arrives. No marker is longer than this.
_LONGEST_MARKER: Final = 100
_OPEN: Final = re.compile(r"[\[［【〔〖(（][^\[［【〔〖(（\]］】〕〗)）\n`]*\Z")
_OPEN_RAISED: Final = re.compile(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+[,⁻–-]?[⁰¹²³⁴⁵⁶⁷⁸⁹]*\Z")
_BLANKS: Final = re.compile(r"[ \t\u00a0\u3000]+\Z")
_TICKS: Final = re.compile(r"`+|~~~+")

# `a[1]`, `rows[0]`, `f(x)[2]`, `my_list[1]`: an index rather than a citation. Prose words may be
# followed by a marker at once ("in Paris[1]"), so only what cannot be prose counts.
_INDEXED: Final = re.compile(
    r"(?:(?<![^\W\d])[A-Za-z]|\w*_\w*|\w+\.\w*[A-Za-z_]\w*|[a-z]+[A-Z]\w*|\w\(\w*\)|\w\[\w*\])\Z"
)
# A raised number is an exponent or a unit after a digit or a short word: "10²", "km²", "x²".
_POWER: Final = re.compile(r"(?:\d|(?<![^\W\d_])[^\W\d_\u3040-\u9fff]{1,3}|[\u7c73\u91cc]|\))\Z")

_MOST_IN_RANGE: Final = 20


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker `[number]` at `[start, end)` of the answer, for the passage `passage` (0-based)."""

    number: int
    passage: int
    start: int
    end: int


class MarkerReader:
    """Rewrites the markers in a stream of text to `[n]`, numbered by first use.

    A marker split over pieces is held back until it is whole; text that only looked like the start
    of one is let through unchanged. A marker for a passage that was not given is removed together
    with the blanks before it. Code in backticks is left alone.

    Args:
        passages: How many passages the model was given; its markers count them from 1.
    """

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._held = ""
        self._out = ""
        self._fence = ""
        self._skip_blanks = False
        self._numbers: dict[int, int] = {}
        self._marks: list[Mark] = []

    @property
    def text(self) -> str:
        """The text let through so far, with its markers renumbered."""
        return self._out

    @property
    def marks(self) -> Sequence[Mark]:
        """The markers let through so far, in reading order."""
        return self._marks

    def feed(self, piece: str) -> str:
        """Take the next piece and return what is settled by now."""
        self._held += piece
        return self._advance(len(self._held) - self._unsettled())

    def close(self) -> str:
        """Return what was held back: nothing more comes."""
        return self._advance(len(self._held))

    def _advance(self, settled: int) -> str:
        start = len(self._out)
        position = 0
        while position < settled:
            position = self._step(position, settled)
        self._held = self._held[position:]
        return self._out[start:]

    def _step(self, position: int, settled: int) -> int:
        """Let one run of text, marker or code fence through; return the position behind it."""
        ticks = _TICKS.search(self._held, position, settled)
        end = ticks.start() if ticks else settled
        if self._fence:
            return self._pass_code(position, settled, ticks)
        marker = next(self._markers(position, end), None)
        if marker is not None:
            self._write(self._held[position : marker.start()])
            self._mark(marker)
            return marker.end()
        self._write(self._held[position:end])
        if ticks is None:
            return settled
        if ticks[0][0] == "`" or _at_line_start(self._out):
            self._fence = ticks[0]
        self._write(ticks[0])
        return ticks.end()

    def _pass_code(self, position: int, settled: int, ticks: re.Match[str] | None) -> int:
        """Copy code up to its closing fence; inline code never closed ends with its line."""
        if len(self._fence) < 3:
            line_end = self._held.find("\n", position, ticks.start() if ticks else settled)
            if line_end >= 0:
                self._write(self._held[position : line_end + 1])
                self._fence = ""
                return line_end + 1
        if ticks is None:
            self._write(self._held[position:settled])
            return settled
        self._write(self._held[position : ticks.end()])
        if _closes(ticks[0], self._fence):
            self._fence = ""
        return ticks.end()

    def _markers(self, start: int, end: int) -> Iterator[re.Match[str]]:
        for match in _MARKER.finditer(self._held, start, end):
            before = (self._out[-40:] + self._held[start : match.start()])[-40:]
            if match["raised"] and _POWER.search(before):
                continue
            if match["square"] and _INDEXED.search(before):
                continue
            yield match

    def _mark(self, marker: re.Match[str]) -> None:
        cited = [n for n in _numbers(marker) if 1 <= n <= self._passages]
        if not cited:
            self._out = self._out.rstrip(" \t\u00a0\u3000")
            self._skip_blanks = not self._out or self._out.endswith("\n")
            return
        for passage in cited:
            number = self._numbers.setdefault(passage, len(self._numbers) + 1)
            start = len(self._out)
            if any(m.number == number for m in self._adjacent()):
                continue
            self._out += f"[{number}]"
            self._marks.append(Mark(number, passage - 1, start, len(self._out)))

    def _adjacent(self) -> Iterator[Mark]:
        """Yield the markers that stand right before the end of the text, nothing between them."""
        end = len(self._out)
        for mark in reversed(self._marks):
            if mark.end != end:
                return
            yield mark
            end = mark.start

    def _write(self, text: str) -> None:
        if self._skip_blanks:
            text = text.lstrip(" \t\u00a0\u3000")
            self._skip_blanks = not text
        self._out += text

    def _unsettled(self) -> int:
        """Return how many characters at the end may still turn out to be part of something else."""
        text = self._held
        if self._fence:
            return _run_at_end(text, self._fence[0])
        recent = max(0, len(text) - _LONGEST_MARKER)
        opened = _OPEN.search(text, recent)
        if opened and _could_be_marker(opened[0]):
            text = text[: opened.start()]
        elif raised := _OPEN_RAISED.search(text, recent):
            text = text[: raised.start()]
        if len(text) == len(self._held):
            text = text[: len(text) - max(_run_at_end(text, "`"), _run_at_end(text, "~"))]
        blanks = _BLANKS.search(text)
        return len(self._held) - (blanks.start() if blanks else len(text))


def _numbers(marker: re.Match[str]) -> list[int]:
    """Return the numbers a marker names, ranges written out, each once."""
    listed = next(group for group in marker.groups() if group is not None)
    numbers: dict[int, None] = {}
    for first, last in _SPAN.findall(listed.translate(_FROM_RAISED)):
        start, stop = int(first), int(last or first)
        if not start <= stop < start + _MOST_IN_RANGE:
            stop = start
        numbers.update(dict.fromkeys(range(start, stop + 1)))
    return list(numbers)


# A round bracket is held back only while its word may become a label.
_ROUND_START: Final = re.compile(r"[(（]\s*(?:see\s+|见)?([^\W\d_]*)(.*)\Z", re.IGNORECASE)
_INSIDE: Final = re.compile(r"[\w\s,，、;；&+#^№.:：~～\-–—]*(?:†.*)?\Z")


def _could_be_marker(text: str) -> bool:
    """Return whether an unclosed bracket may still become a marker."""
    if not _INSIDE.match(text, 1):
        return False
    opened = _ROUND_START.match(text)
    if opened is None:
        return True
    word, rest = opened[1].lower(), opened[2]
    labels = [*_LABELS.replace("?", "").split("|"), "see", "见"]
    return any(label.startswith(word) or (word in label and rest) for label in labels)


def _run_at_end(text: str, character: str) -> int:
    return len(text) - len(text.rstrip(character))


def _closes(ticks: str, fence: str) -> bool:
    if len(fence) < 3:
        return ticks == fence
    return ticks[0] == fence[0] and len(ticks) >= len(fence)


def _at_line_start(text: str) -> bool:
    return not text[text.rfind("\n") + 1 :].strip()
