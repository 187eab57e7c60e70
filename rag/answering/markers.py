"""Renumbers the citation markers of an answer while it is written; knows no passages' content."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.marker_forms import REACH, find_marker, link_end, numbers_in, settled_length

_BLANKS: Final = re.compile(r"[ \t\u00a0\u3000]+\Z")
_TICKS: Final = re.compile(r"`+|~~~+")


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
    with the blanks before it. Of a marker written as a link, `[1](https://…)`, the link is dropped:
    its target is the model's, not the passage's. Code in backticks is left alone.

    Args:
        passages: How many passages the model was given; its markers count them from 1.
    """

    def __init__(self, passages: int) -> None:
        self._passages = passages
        self._held = ""
        self._out = ""
        self._fence = ""
        self._skip_blanks = False
        self._behind_marker = False
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
        start = len(self._out)
        # Asked again after every step: a fence that opens or closes changes what is settled.
        while settled := len(self._held) - self._unsettled():
            self._step(settled)
        return self._out[start:]

    def close(self) -> str:
        """Return what was held back: nothing more comes."""
        start = len(self._out)
        while self._held:
            self._step(len(self._held))
        return self._out[start:]

    def _step(self, settled: int) -> None:
        """Let one run of text, marker or code fence through."""
        self._held = self._held[self._pass_one(settled) :]

    def _pass_one(self, settled: int) -> int:
        """Return how much of the text held was let through, which is at least a character."""
        ticks = _TICKS.search(self._held, 0, settled)
        end = ticks.start() if ticks else settled
        if self._fence:
            return self._pass_code(settled, ticks)
        if self._behind_marker and (linked := link_end(self._held, settled)):
            return linked
        marker = find_marker(self._held, end, self._out[-REACH:])
        if marker is not None:
            self._write(self._held[: marker.start()])
            self._mark(marker)
            return marker.end()
        self._write(self._held[:end])
        if ticks is None:
            return settled
        if ticks[0][0] == "`" or _at_line_start(self._out):
            self._fence = ticks[0]
        self._write(ticks[0])
        return ticks.end()

    def _pass_code(self, settled: int, ticks: re.Match[str] | None) -> int:
        """Copy code up to its closing fence; inline code never closed ends with its line."""
        if len(self._fence) < 3:
            line_end = self._held.find("\n", 0, ticks.start() if ticks else settled)
            if line_end >= 0:
                self._write(self._held[: line_end + 1])
                self._fence = ""
                return line_end + 1
        if ticks is None:
            self._write(self._held[:settled])
            return settled
        self._write(self._held[: ticks.end()])
        if _closes(ticks[0], self._fence):
            self._fence = ""
        return ticks.end()

    def _mark(self, marker: re.Match[str]) -> None:
        cited = numbers_in(marker, self._passages)
        self._behind_marker = marker[0][-1] in "]］"
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
        self._behind_marker = self._behind_marker and not text
        self._out += text

    def _unsettled(self) -> int:
        """Return how many characters at the end may still turn out to be part of something else."""
        text = self._held
        if self._fence:
            return _run_at_end(text, self._fence[0])
        text = text[: settled_length(text, behind_marker=self._behind_marker)]
        if len(text) == len(self._held):
            text = text[: len(text) - max(_run_at_end(text, "`"), _run_at_end(text, "~"))]
        blanks = _BLANKS.search(text)
        return len(self._held) - (blanks.start() if blanks else len(text))


def _run_at_end(text: str, character: str) -> int:
    return len(text) - len(text.rstrip(character))


def _closes(ticks: str, fence: str) -> bool:
    if len(fence) < 3:
        return ticks == fence
    return ticks[0] == fence[0] and len(ticks) >= len(fence)


def _at_line_start(text: str) -> bool:
    return not text[text.rfind("\n") + 1 :].strip()
