"""Makes the rich console that results or talk are drawn on; does not know what is drawn."""

import sys
from typing import TYPE_CHECKING, TextIO

from rag.cli.shared import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def make_console(stream: TextIO) -> "Console":
    """Return a console on `stream`: styled on a terminal unless NO_COLOR is set, else plain.

    Text keeps its own lines where `stream` is no terminal, so that a pipe gets whole paragraphs.
    """
    from rich.console import Console

    console = Console(file=stream, highlight=False, markup=False, emoji=False)
    if console.no_color or not console.is_terminal:
        # rich's no_color keeps bold and underline; whoever sets NO_COLOR wants no escapes at all.
        console = Console(
            file=stream, highlight=False, markup=False, emoji=False, color_system=None
        )
    console.soft_wrap = not console.is_terminal
    return console


def remark(text: str) -> None:
    """Say something beside the results: dim, on stderr."""
    make_console(sys.stderr).print(printable(text), style="dim")


def print_hanging(console: "Console", text: "Text") -> None:
    """Print lines that keep their indent where a terminal is too narrow for them."""
    for line in text.split("\n", allow_blank=True):
        indent = len(line.plain) - len(line.plain.lstrip(" "))
        rest = line[indent:]
        room = max(20, console.width - indent)
        for part in rest.wrap(console, room) if console.is_terminal else [rest]:
            part.rstrip()
            console.print(" " * indent, part, sep="")
