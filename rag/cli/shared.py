"""What every command needs: the index it works on, its options, stdin and JSON; draws nothing."""

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from rag.app import Rag
    from rag.settings import LoadedSettings

Command = TypeVar("Command", bound=Callable[..., object])

# C0 but tab and newline, DEL, C1, and the marks that turn the direction of writing round: a
# document must not be able to move the cursor or to disguise what it says.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Invocation:
    """What stands before the command: `--index` and `--config`."""

    index: Path | None
    config: Path | None

    def load_settings(self) -> "LoadedSettings":
        """Return the effective settings with the origin of each.

        Raises:
            SettingsError: See `rag.settings.load_settings`.
        """
        from rag.settings import load_settings

        overrides = {} if self.index is None else {"index_dir": self.index}
        return load_settings(config=self.config, overrides=overrides)

    @contextmanager
    def open(self) -> "Iterator[Rag]":
        """Give the index and close it afterwards."""
        from rag.app import Rag

        with Rag(settings=self.load_settings().settings) as rag:
            yield rag


def json_option(command: Command) -> Command:
    """Add `--json` as the parameter `as_json`."""
    text = "Print the result as JSON."
    return click.option("--json", "as_json", is_flag=True, help=text)(command)


def quiet_option(command: Command) -> Command:
    """Add `-q/--quiet` as the parameter `quiet`."""
    text = "No progress and no remarks on stderr."
    return click.option("-q", "--quiet", is_flag=True, help=text)(command)


def print_json(value: object) -> None:
    """Write `value` to stdout as one line of UTF-8, whatever the locale.

    A file name that is no text (lone surrogates) comes out as JSON escapes.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    click.echo(json.dumps(value, ensure_ascii=False))


def printable(text: str) -> str:
    """Return `text` with control characters shown as "�", so that it cannot steer the terminal."""
    return _CONTROLS.sub("�", text.replace("\r\n", "\n"))


def as_text(given: str) -> str:
    """Return what was typed with bytes that are no text as "?": no model could read them."""
    return given.encode("utf-8", "replace").decode("utf-8")


def text_or_stdin(text: str | None, *, name: str) -> str:
    """Return the argument `name`, or all of stdin where it is "-" or left out in a pipe.

    Raises:
        click.UsageError: There is nothing to read, or it is not text.
    """
    if text is not None and text != "-":
        return as_text(text)
    if text is None and sys.stdin.isatty():
        raise click.UsageError(f"Missing argument '{name}'.")
    piped = _decode(sys.stdin.buffer.read()).strip()
    if not piped:
        raise click.UsageError(f"{name} on stdin is empty.")
    return piped


def lines_of_stdin() -> Iterator[str]:
    """Yield the lines of stdin as they come, without white space round them.

    Raises:
        click.UsageError: A line is not text.
    """
    for line in sys.stdin.buffer:
        yield _decode(line).strip()


def _decode(piped: bytes) -> str:
    try:
        return piped.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError("What comes on stdin is not UTF-8 text.") from error


def paths_or_stdin(paths: tuple[str, ...]) -> tuple[str, ...]:
    """Return the paths; in the place of "-" stand the lines of stdin.

    Raises:
        click.UsageError: stdin is empty.
    """
    if "-" not in paths:
        return paths
    # As the file system spells them: a name need not be text, and may hold other line ends.
    lines = os.fsdecode(sys.stdin.buffer.read()).replace("\r\n", "\n").split("\n")
    piped = [line for line in lines if line.strip()]
    if not piped:
        raise click.UsageError("PATH on stdin is empty.")
    return tuple(path for given in paths for path in (piped if given == "-" else [given]))
