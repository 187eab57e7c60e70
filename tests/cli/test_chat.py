"""What a conversation keeps, shows and survives, typed and piped."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import ChatServerError, IndexNotFoundError
from tests.cli.conftest import Run
from tests.cli.scripted import QUOTE, TEXT, ScriptedRag


def test_each_question_brings_the_turns_before_it(run: Run, scripted: ScriptedRag) -> None:
    result = run("chat", stdin="How long?\n\nAnd then?\n")
    assert result.exit_code == 0
    answer = "It is **two years** [1]."
    history = [("human", "How long?"), ("ai", answer)]
    assert scripted.asked == [("How long?", []), ("And then?", history)]
    assert result.stderr == "searching for: And then? (about the pump)\n"
    assert result.stdout.count(answer) == 2


def test_json_is_one_line_for_each_answer(run: Run, scripted: ScriptedRag) -> None:
    lines = run("chat", "--json", stdin="保修期？\nAnd then?\n").stdout.splitlines()
    assert [json.loads(line)["question"] for line in lines] == ["保修期？", "And then?"]
    assert scripted.asked[1][1][0] == ("human", "保修期？")


def test_notice_is_said_once(run: Run, scripted: ScriptedRag) -> None:
    scripted.notice = "no chat model is configured"
    assert run("chat", stdin="A?\nB?\n").stderr.count("no chat model") == 1


def test_sources_shows_the_passages_of_the_last_answer(run: Run, scripted: ScriptedRag) -> None:
    result = run("chat", stdin="/sources\nguaranteed?\n/sources\n")
    assert "nothing was asked yet" in result.stderr
    assert f"docs/warranty.md:0-{len(TEXT)}" in result.stdout


def test_quit_ends_before_the_next_question(run: Run, scripted: ScriptedRag) -> None:
    assert run("chat", stdin="/quit\nHow long?\n").exit_code == 0
    assert scripted.asked == []


def test_unknown_command_is_no_question(run: Run, scripted: ScriptedRag) -> None:
    result = run("chat", stdin="/qiut\n/help\n")
    assert "no command /qiut" in result.stderr
    assert "/save FILE" in result.stdout
    assert scripted.asked == []


def test_question_may_begin_with_a_slash(run: Run, scripted: ScriptedRag) -> None:
    run("chat", stdin="/etc/hosts 是什么？\n")
    assert scripted.asked == [("/etc/hosts 是什么？", [])]


def test_piped_bytes_that_are_no_text_are_a_usage_error(run: Run, scripted: ScriptedRag) -> None:
    result = run("chat", stdin=b"ok?\n\xff\xfe\n")
    assert result.exit_code == 2
    assert "is not UTF-8 text" in result.stderr


def test_save_writes_the_conversation_and_updates_it(
    run: Run, scripted: ScriptedRag, tmp_path: Path
) -> None:
    file = tmp_path / "my talk.md"
    run("chat", stdin=f"保修期？\n/save {file}\nAnd then?\n/save {file}\n")
    text = file.read_text("utf-8")
    cited = f"- [1] Warranty — `docs/warranty.md:12-49`: “{QUOTE}”\n"
    assert text.startswith(f"## 保修期？\n\nIt is **two years** [1].\n\n{cited}\n## And then?\n\n")
    assert "*Searched for: And then? (about the pump)*" in text


def test_save_leaves_other_files_alone(run: Run, scripted: ScriptedRag, tmp_path: Path) -> None:
    file = tmp_path / "precious.md"
    file.write_text("mine", "utf-8")
    missing = tmp_path / "missing" / "talk.md"
    result = run("chat", stdin=f"/save {file}\n/save {missing}\n/save\n")
    assert file.read_text("utf-8") == "mine"
    assert "exists already" in result.stderr
    assert "cannot write" in result.stderr
    assert "name a file" in result.stderr


def test_unfit_index_is_told_before_a_question(run: Run, scripted: ScriptedRag) -> None:
    scripted.unfit = IndexNotFoundError("no index here")
    result = run("chat", stdin="How long?\n")
    assert result.exit_code == 5
    assert scripted.asked == []


def test_failure_ends_a_piped_conversation(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = ChatServerError("500 from the endpoint")
    result = run("chat", stdin="How long?\nAnd then?\n")
    assert result.exit_code == 7
    assert len(scripted.asked) == 1


SCRIPT = """
import sys, time
from pathlib import Path
from rag.answering.answer import TextChunk
from rag.cli.root import cli
from rag.cli.shared import Invocation
from rag.errors import ChatServerError
from tests.cli.scripted import ScriptedRag

class Slow(ScriptedRag):
    def stream(self, question, *, history=()):
        if question == "fail":
            raise ChatServerError("500 from the endpoint")
        for event in super().stream(question, history=history):
            yield event
            if question == "slow" and isinstance(event, TextChunk):
                time.sleep(60)

rag = Slow(Path(sys.argv[1]))
Invocation.open = lambda _: rag.open()
cli(["chat"])
"""


class Terminal:
    """A person at `rag chat`."""

    def __init__(self, index_dir: Path) -> None:
        import pty

        self.master, slave = pty.openpty()
        environment = os.environ | {"TERM": "xterm", "COLUMNS": "100", "LINES": "40"}
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(index_dir)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=Path(__file__).parents[2],
            env=environment,
            start_new_session=True,
            preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
        )
        os.close(slave)
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def interrupt(self, shown: str) -> None:
        """Press Ctrl-C until `shown` appears.

        Once need not do: CPython's `input` overlooks a signal that comes just before it waits.
        """
        for _ in range(12):
            self.type("\x03")
            if self.sees(shown, seconds=5):
                break
        self.wait_for(shown)

    def wait_for(self, text: str) -> str:
        """Return what was shown up to `text`, and forget it."""
        assert self.sees(text, seconds=60), f"waited for {text!r}, saw {self.shown!r}"
        before, _, self.shown = self.shown.partition(text)
        return before + text

    def sees(self, text: str, *, seconds: float) -> bool:
        """Return whether `text` is shown within some seconds."""
        end = time.monotonic() + seconds
        while text not in self.shown:
            ready, _, _ = select.select([self.master], [], [], max(0, end - time.monotonic()))
            if not ready:
                return False
            try:
                self.shown += os.read(self.master, 65536).decode("utf-8", "replace")
            except OSError:
                raise AssertionError(f"ended before {text!r}: {self.shown!r}") from None
        return True

    def close(self) -> int:
        code = self.process.wait(60)
        os.close(self.master)
        return code


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    pytest.importorskip("pty", reason="needs a pseudo-terminal")
    opened = Terminal(tmp_path)
    try:
        yield opened
    finally:
        opened.process.kill()
        opened.process.wait()


def test_conversation_at_a_terminal(terminal: Terminal) -> None:
    terminal.wait_for("> ")
    terminal.type("How long?\n")
    shown = terminal.wait_for("\n> ")
    assert "\x1b[1mtwo years" in shown, "markdown is drawn"
    assert "\x1b[1;36m[1]" in shown, "markers are coloured"
    assert QUOTE in shown
    terminal.type("slow\n")
    terminal.wait_for("searching for: slow (about the pump)")
    terminal.wait_for("It is")
    terminal.interrupt("cancelled")
    terminal.wait_for("> ")
    terminal.type("fail\n")
    terminal.wait_for("error: 500 from the endpoint")
    terminal.wait_for("> ")
    terminal.type("again\n")
    terminal.wait_for("searching for: again (about the pump)")
    terminal.wait_for("\n> ")
    terminal.type("\x04")
    assert terminal.close() == 0


def test_interrupt_at_the_prompt_does_not_leave(terminal: Terminal) -> None:
    terminal.wait_for("> ")
    terminal.type("half a quest")
    terminal.wait_for("half a quest")
    terminal.interrupt("Ctrl-D leaves")
    terminal.wait_for("> ")
    terminal.type("/quit\n")
    assert terminal.close() == 0
