"""What answers, progress and remarks look like on a terminal, in a pipe and with NO_COLOR."""

import io
import re

import pytest
from rich.console import Console

from rag.cli.console import make_console, print_hanging, remark
from rag.cli.markdown import MarkdownWriter, PlainWriter, answer_writer
from rag.cli.progress import progress_bars, spinner
from rag.cli.render import citation_text
from tests.cli.scripted import make_answer

MARKER = "\x1b[1;36m[{}]\x1b[0m"


class Screen(io.StringIO):
    """Text that was written to something that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Screen:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("LINES", "10")
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Screen()


def draw(console: Console, text: str, *, piece: int = 5) -> None:
    with answer_writer(console) as writer:
        for start in range(0, len(text), piece):
            writer.write(text[start : start + piece])


def last_drawn(screen: Screen) -> str:
    """Return what was drawn for good: what came after the last line was taken back."""
    return screen.getvalue().rpartition("\x1b[2K")[2]


def test_markers_are_coloured_in_text_and_tables_but_not_in_code(screen: Screen) -> None:
    draw(make_console(screen), "Two years [1], 两年 [12].\n\n| a | b |\n|-|-|\n| x | y [3] |")
    for number in (1, 12, 3):
        assert MARKER.format(number) in screen.getvalue()
    code = Screen()
    draw(make_console(code), "```python\nx = a[1]\n```")
    assert "[1]" in re.sub(r"\x1b\[[0-9;]*m", "", code.getvalue())
    assert MARKER.format(1) not in code.getvalue()


def test_link_shows_where_it_leads_and_markup_is_text(screen: Screen) -> None:
    draw(make_console(screen), "[safe](http://evil.example) [bold]x[/bold] \x1b]0;t\x07")
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen.getvalue())
    assert "http://evil.example" in shown
    assert "[bold]x[/bold]" in shown
    assert "\x1b]" not in screen.getvalue()


def test_answer_longer_than_the_screen_keeps_every_paragraph_once(screen: Screen) -> None:
    paragraphs = [f"Paragraph number {number} ends." for number in range(60)]
    draw(make_console(screen), "\n\n".join(paragraphs), piece=7)
    # Drop what was drawn only to be taken back: each redraw begins by erasing its lines.
    kept = re.sub(r"[^\n]*\r\x1b\[2K", "", screen.getvalue())
    for paragraph in paragraphs:
        assert paragraph in kept


def test_answer_that_breaks_off_leaves_what_came(screen: Screen) -> None:
    def break_off() -> None:
        with MarkdownWriter(make_console(screen)) as writer:
            writer.write("Half an **ans")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert "Half an **ans" in last_drawn(screen)
    assert "\x1b[?25h" in screen.getvalue(), "the cursor is shown again"


def test_no_color_means_no_styles_on_a_terminal(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    console = make_console(screen)
    draw(console, "**Two** years [1].")
    print_hanging(console, citation_text(make_answer("?").citations[0], 2))
    assert re.findall(r"\x1b\[[0-9;]+m", screen.getvalue()) == []
    assert "Two years [1]." in last_drawn(screen)


def test_pipe_gets_the_answer_as_it_was_written() -> None:
    pipe = io.StringIO()
    text = "**Two** years [1], and a line that is longer than any terminal would be. " * 3
    draw(make_console(pipe), text)
    assert pipe.getvalue() == text + "\n"


def test_dumb_terminal_is_written_to_as_a_pipe(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    assert isinstance(answer_writer(make_console(screen)), PlainWriter)


def test_wrapped_lines_keep_their_indent(screen: Screen) -> None:
    print_hanging(make_console(screen), citation_text(make_answer("?").citations[0], 2))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", screen.getvalue())
    assert plain.splitlines() == [
        "[1] Warranty — docs/warranty.md, line 2",
        "    “The pump is guaranteed for two",
        "    years.”",
    ]


def test_progress_is_drawn_on_a_terminal_only(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stderr", screen)
    with progress_bars(quiet=False) as progress:
        assert progress is not None
        progress("scan", 3, 0, "docs")
        progress("embed", 50, 200, "a/very/long/path/to/a/" * 3 + "\x1b[2Jevil.md")
    assert "embedding" in screen.getvalue()
    assert "50/200" in screen.getvalue()
    assert "evil.md" in screen.getvalue()
    assert "\x1b[2J" not in screen.getvalue()
    with progress_bars(quiet=True) as progress:
        assert progress is None
    monkeypatch.setattr("sys.stderr", io.StringIO())
    with progress_bars(quiet=False) as progress:
        assert progress is None


def test_spinner_leaves_a_pipe_alone(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    with spinner("searching"):
        pass
    assert pipe.getvalue() == ""
    monkeypatch.setattr("sys.stderr", screen)
    with spinner("searching"):
        pass
    assert "searching …" in screen.getvalue()


def test_remark_goes_to_stderr_without_control_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    remark("searching for: a\x1b[2J")
    assert capsys.readouterr() == ("", "searching for: a�[2J\n")
