"""What `rag ask` and `rag show` print, keep and refuse."""

import json
import os
import stat

import pytest

from rag.errors import ChatRateLimitError
from tests.cli.conftest import Run
from tests.cli.scripted import QUOTE, ScriptedRag, make_answer


def test_answer_is_printed_with_its_sources_and_lines(run: Run, scripted: ScriptedRag) -> None:
    result = run("ask", "How long?")
    assert result.exit_code == 0
    assert result.stdout == (
        "It is **two years** [1].\n\nSources\n"
        "[1] Warranty — docs/warranty.md, line 2\n"
        f"    “{QUOTE}”\n"
    )
    assert result.stderr == ""


def test_json_is_the_answer_alone_on_stdout(run: Run, scripted: ScriptedRag) -> None:
    scripted.notice = "no chat model is configured"
    result = run("ask", "--json", "保修期多久？")
    assert "保修期多久？" in result.stdout
    expected = make_answer("保修期多久？", notice=scripted.notice).to_dict()
    assert json.loads(result.stdout) == expected


def test_notice_goes_to_stderr_and_quiet_drops_it(run: Run, scripted: ScriptedRag) -> None:
    scripted.notice = "no chat model is configured"
    result = run("ask", "How long?")
    assert "no chat model" not in result.stdout
    assert result.stderr == "no chat model is configured\n"
    assert run("ask", "-q", "How long?").stderr == ""


@pytest.mark.parametrize("arguments", [("ask", "-"), ("ask",)])
def test_question_comes_from_stdin(run: Run, scripted: ScriptedRag, arguments: tuple[str]) -> None:
    assert run(*arguments, stdin="多久？\n").exit_code == 0
    assert scripted.asked == [("多久？", [])]


@pytest.mark.parametrize(
    ("stdin", "wrong"), [(b"", "QUESTION on stdin is empty"), (b"\xff\xfe\x00", "is not UTF-8")]
)
def test_stdin_without_a_question_is_a_usage_error(
    run: Run, scripted: ScriptedRag, stdin: bytes, wrong: str
) -> None:
    result = run("ask", "-", stdin=stdin)
    assert result.exit_code == 2
    assert wrong in result.stderr
    assert scripted.asked == []


def test_argument_that_is_no_text_is_asked_without_the_odd_bytes(
    run: Run, scripted: ScriptedRag
) -> None:
    run("ask", "long\udcff?")
    assert scripted.asked == [("long??", [])]


def test_unanswered_question_is_no_failure(run: Run, scripted: ScriptedRag) -> None:
    scripted.answered = False
    result = run("ask", "Who is king?")
    assert result.exit_code == 0
    assert result.stdout == "The documents do not say.\n"
    assert run("show", "1").stderr == "error: no citation 1: the last answer has no citations\n"


def test_failing_model_is_one_line_and_its_exit_code(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = ChatRateLimitError("429 from \x1b[31mthe endpoint; wait")
    result = run("ask", "How long?")
    assert result.exit_code == 7
    assert result.stdout == "It is **t\n"
    assert result.stderr == "error: 429 from �[31mthe endpoint; wait\n"


def test_other_exceptions_keep_their_traceback(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = ZeroDivisionError("a bug")
    with pytest.raises(ZeroDivisionError):
        run("ask", "How long?")


def test_interrupt_exits_130_with_one_line(run: Run, scripted: ScriptedRag) -> None:
    scripted.fail = KeyboardInterrupt()
    result = run("ask", "How long?")
    assert result.exit_code == 130
    assert result.stderr == "interrupted\n"


@pytest.mark.parametrize("citation", ["1", "[1]"])
def test_show_number_prints_the_last_answers_citation_in_context(
    run: Run, scripted: ScriptedRag, citation: str
) -> None:
    run("ask", "How long?")
    result = run("show", citation)
    assert result.exit_code == 0
    assert result.stdout == (
        "Warranty — docs/warranty.md, line 2\nTerms > Length\n\n" + scripted.text + "\n"
    )


def test_show_json_has_the_span_and_its_context(run: Run, scripted: ScriptedRag) -> None:
    shown = json.loads(run("show", "--json", "docs/warranty.md:12-49").stdout)
    assert shown["text"] == QUOTE
    assert shown["before"] + shown["text"] + shown["after"] == scripted.text
    assert (shown["line"], shown["page"], shown["section"]) == (2, None, "Terms > Length")


def test_show_says_when_the_document_changed_since_the_answer(
    run: Run, scripted: ScriptedRag
) -> None:
    run("ask", "How long?")
    scripted.text = scripted.text.replace("two years", "one years")
    result = run("show", "1")
    assert result.exit_code == 6
    assert "changed since; ask again" in result.stderr


def test_show_without_such_a_citation_says_what_there_is(run: Run, scripted: ScriptedRag) -> None:
    assert "nothing was asked" in run("show", "1").stderr
    run("ask", "How long?")
    result = run("show", "2")
    assert result.exit_code == 6
    assert result.stderr == "error: no citation 2: the last answer has citations 1 to 1\n"
    (scripted.index_dir / "last_answer.json").write_text("{")
    assert "is damaged; ask again" in run("show", "1").stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_kept_answer_is_its_owners_alone(run: Run, scripted: ScriptedRag) -> None:
    run("ask", "How long?")
    kept = scripted.index_dir / "last_answer.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert list(scripted.index_dir.iterdir()) == [kept]


def test_answer_that_cannot_be_kept_is_still_given(run: Run, scripted: ScriptedRag) -> None:
    scripted.index_dir.rmdir()
    result = run("ask", "How long?")
    assert result.exit_code == 0
    assert "two years" in result.stdout
    assert "will not know this answer" in result.stderr
