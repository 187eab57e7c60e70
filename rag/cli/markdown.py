"""Draws an answer's markdown, whole or while it arrives; does not know where it comes from."""

import re
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from rag.cli.console import remark
from rag.cli.shared import printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.live import Live
    from rich.segment import Segment

MARKER_STYLE = "bold cyan"
_MARKER = re.compile(r"(\[\d+\])")
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)", re.MULTILINE)
# A blank line ends a block unless what follows belongs to the same list or is indented under it.
_BLOCK_END = re.compile(r"\n[ \t]*\n+(?![ \t]|[-*+] |\d+[.)] |\n)(?=.)", re.DOTALL)


class AnswerWriter(Protocol):
    """Takes an answer in pieces and shows it; entered before the first, left after the last."""

    def __enter__(self) -> Self:
        """Begin to draw."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave what was written so far as it stands."""

    def write(self, text: str) -> None:
        """Show the next piece."""

    def remark(self, text: str) -> None:
        """Show a line that is not part of the answer."""


class CitedMarkdown:
    """Markdown with coloured citation markers `[1]` and no blank lines round it."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """Draw the markdown with its markers in their own style."""
        from rich.markdown import Markdown
        from rich.segment import Segment

        # Without hyperlinks the address is shown, so nobody follows a link unseen.
        drawn = console.render(Markdown(self._text, hyperlinks=False), options)
        for line in _without_blank_ends(Segment.split_lines(drawn)):
            yield from _colour_markers(line)
            yield Segment.line()


def _without_blank_ends(lines: Iterable[list["Segment"]]) -> list[list["Segment"]]:
    kept = list(lines)
    while kept and _is_blank(kept[-1]):
        kept.pop()
    while kept and _is_blank(kept[0]):
        kept.pop(0)
    return kept


def _is_blank(line: list["Segment"]) -> bool:
    return not any(segment.text.strip() for segment in line)


def _colour_markers(segments: Iterable["Segment"]) -> Iterator["Segment"]:
    from rich.segment import Segment
    from rich.style import Style

    marked = Style.parse(MARKER_STYLE)
    for segment in segments:
        in_code = segment.style is not None and segment.style.bgcolor is not None
        if segment.control or in_code or "[" not in segment.text:
            yield segment
            continue
        for piece in filter(None, _MARKER.split(segment.text)):
            is_marker = _MARKER.fullmatch(piece)
            style = (segment.style or Style()) + marked if is_marker else segment.style
            yield Segment(piece, style)


class PlainWriter:
    """Passes the pieces on as they come: for pipes and files."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._ends_line = True

    def __enter__(self) -> Self:
        """Begin; nothing needs drawing yet."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the last line."""
        if not self._ends_line:
            self._console.file.write("\n")
            self._console.file.flush()

    def write(self, text: str) -> None:
        """Write the next piece at once."""
        if text:
            self._console.file.write(printable(text))
            self._console.file.flush()
            self._ends_line = text.endswith("\n")

    def remark(self, text: str) -> None:
        """Write to stderr, so that a file gets the answer alone."""
        remark(text)


class MarkdownWriter:
    """Draws finished blocks for good and redraws only the one that still grows.

    A live display taller than the screen cannot be redrawn, so an answer is never one.
    """

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._pending = ""
        self._written = False
        self._live: Live | None = None

    def __enter__(self) -> Self:
        """Show that work is under way until the first piece comes."""
        from rich.spinner import Spinner

        self._start_live(Spinner("dots", style="dim"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Draw what is left, also when the answer broke off."""
        self._stop_live()
        self._print_block(self._pending)
        self._pending = ""

    def write(self, text: str) -> None:
        """Add a piece; a block that it completes is drawn for good."""
        self._pending += printable(text)
        done = _finished_length(self._pending)
        if done:
            self._stop_live()
            self._print_block(self._pending[:done])
            self._pending = self._pending[done:]
        if self._live is None:
            self._start_live(CitedMarkdown(self._pending))
        else:
            self._live.update(CitedMarkdown(self._pending))

    def remark(self, text: str) -> None:
        """Draw a dim line above what is being drawn."""
        self._console.print(printable(text), style="dim")

    def _start_live(self, shown: "RenderableType") -> None:
        from rich.live import Live

        self._live = Live(
            shown,
            console=self._console,
            transient=True,
            refresh_per_second=8,
            vertical_overflow="crop",
        )
        self._live.start()

    def _stop_live(self) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _print_block(self, block: str) -> None:
        if block.strip():
            if self._written:
                self._console.print()
            self._console.print(CitedMarkdown(block.strip("\n")))
            self._written = True


def _finished_length(text: str) -> int:
    """Return the length of the blocks at the start of `text` that no later piece can change."""
    done = 0
    for end in _BLOCK_END.finditer(text):
        if len(_FENCE.findall(text, 0, end.start())) % 2 == 0:
            done = end.end()
    return done


def answer_writer(console: "Console") -> AnswerWriter:
    """Return the writer that suits where `console` goes."""
    if console.is_terminal and not console.is_dumb_terminal:
        return MarkdownWriter(console)
    return PlainWriter(console)
