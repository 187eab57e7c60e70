"""A hostile or broken file costs its own failure and nothing else."""

import io
import os
import subprocess
import sys
import textwrap
import threading
import time
import zipfile
from pathlib import Path

import pytest

from rag.documents import load
from rag.documents.isolation import DocumentParser, ParseLimits
from rag.errors import DocumentError, DocumentLimitError, UnsupportedFormatError

MISBEHAVING = "tests.documents.misbehaving:load"
ROOMY = ParseLimits(max_bytes=10_000_000, timeout_seconds=60, max_memory_bytes=1_000_000_000)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="POSIX only")
needs_memory_limit = pytest.mark.skipif(sys.platform != "linux", reason="no enforced memory limit")


@pytest.fixture
def parser():
    with DocumentParser(ROOMY) as parser:
        yield parser


@pytest.fixture
def misbehaving():
    limits = ParseLimits(max_bytes=1000, timeout_seconds=3, max_memory_bytes=200_000_000)
    with DocumentParser(limits, loader=MISBEHAVING) as parser:
        yield parser


@pytest.fixture
def note(tmp_path):
    def write(text, name="note.txt"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_the_child_returns_what_loading_here_returns(parser, note):
    path = note(
        "# Guide\n\nSome *words* 和中文 😀.\n\n- one\n- two\n\n## Next\n\nMore.", "guide.md"
    )
    assert parser.parse(path) == load(path)


def test_one_child_serves_many_files(misbehaving, note):
    pids = {misbehaving.parse(note("pid")).text for _ in range(3)}
    assert len(pids) == 1
    assert pids != {str(os.getpid())}


@pytest.mark.parametrize("way", ["hang", "spin"])
def test_a_parser_that_hangs_is_ended_in_time(misbehaving, note, way):
    with pytest.raises(DocumentLimitError, match=r"note\.txt.*documents\.timeout_seconds \(3\)"):
        misbehaving.parse(note(way))
    assert misbehaving.parse(note("the next one")).text == "the next one"


@needs_memory_limit
def test_a_parser_that_eats_memory_is_stopped(misbehaving, note):
    with pytest.raises(DocumentLimitError, match=r"documents\.max_memory_bytes"):
        misbehaving.parse(note("eat memory"))
    assert misbehaving.parse(note("the next one")).text == "the next one"


def test_a_parser_that_crashes_fails_its_file_only(misbehaving, note):
    with pytest.raises(DocumentError, match=r"note\.txt: its parser crashed \(exit status 7\)"):
        misbehaving.parse(note("crash"))
    assert misbehaving.parse(note("the next one")).text == "the next one"


def test_a_fault_in_a_parser_is_told_in_one_line(misbehaving, note):
    with pytest.raises(DocumentError, match=r"note\.txt.*ZeroDivisionError: by nought"):
        misbehaving.parse(note("fail"))
    assert misbehaving.parse(note("the next one")).text == "the next one"


def test_what_a_parser_prints_is_no_answer(misbehaving, note):
    assert misbehaving.parse(note("chatter")).text == "chatter"


def test_the_child_imports_no_model_and_no_framework(misbehaving, note):
    modules = misbehaving.parse(note("modules")).text.split("\n")
    heavy = {"torch", "langchain_core", "chromadb", "pydantic", "transformers", "numpy", "rich"}
    assert heavy.isdisjoint(modules)


def test_a_file_over_the_size_limit_is_never_opened(misbehaving, note):
    with pytest.raises(DocumentLimitError, match=r"1,001 bytes.*documents\.max_bytes \(1,000\)"):
        misbehaving.parse(note("x" * 1001))


def test_errors_keep_their_class_across_the_border(parser, note):
    with pytest.raises(UnsupportedFormatError, match=r"\.xlsx"):
        parser.parse(note("x", "table.xlsx"))


def test_a_missing_file_is_told_plainly(parser, tmp_path):
    with pytest.raises(DocumentError, match=r"gone\.txt: cannot be read"):
        parser.parse(tmp_path / "gone.txt")


@needs_posix
def test_pipes_and_devices_are_refused_at_once(parser, note, tmp_path):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    for name in ("pipe.txt", "zero.txt"):
        with pytest.raises(DocumentError, match="wanted a regular file"):
            parser.parse(tmp_path / name)
    assert parser.parse(note("fine")).text == "fine"


@pytest.mark.skipif(sys.platform != "linux", reason="names are Unicode elsewhere")
def test_a_name_that_is_no_unicode_is_read(parser, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_text("still read")
    assert parser.parse(path).text == "still read"


def _docx(document_xml: bytes) -> bytes:
    import docx

    plain = io.BytesIO()
    docx.Document().save(plain)
    made = io.BytesIO()
    with (
        zipfile.ZipFile(plain) as source,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            data = document_xml if name == "word/document.xml" else source.read(name)
            target.writestr(name, data)
    return made.getvalue()


_OPEN = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
)
_CLOSE = b"</w:body></w:document>"


@needs_memory_limit
def test_a_zip_bomb_in_a_docx_is_stopped(tmp_path, note):
    bomb = tmp_path / "bomb.docx"
    bomb.write_bytes(
        _docx(_OPEN + b"<w:p><w:r><w:t>" + b"A" * 300_000_000 + b"</w:t></w:r></w:p>" + _CLOSE)
    )
    assert bomb.stat().st_size < 1_000_000
    limits = ParseLimits(max_bytes=10_000_000, timeout_seconds=60, max_memory_bytes=200_000_000)
    with DocumentParser(limits) as parser:
        with pytest.raises(DocumentLimitError, match=r"documents\."):
            parser.parse(bomb)
        assert parser.parse(note("fine")).text == "fine"


def test_a_docx_of_very_many_paragraphs_is_parsed_or_stopped(tmp_path, note):
    many = tmp_path / "many.docx"
    many.write_bytes(_docx(_OPEN + b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 1_000_000 + _CLOSE))
    limits = ParseLimits(max_bytes=10_000_000, timeout_seconds=2, max_memory_bytes=2_000_000_000)
    with DocumentParser(limits) as parser:
        with pytest.raises(DocumentLimitError, match=r"documents\.timeout_seconds"):
            parser.parse(many)
        assert parser.parse(note("fine")).text == "fine"


def test_closing_ends_the_child(note):
    parser = DocumentParser(ROOMY, loader=MISBEHAVING)
    pid = int(parser.parse(note("pid")).text)
    parser.close()
    assert not _is_running(pid)
    assert parser.parse(note("again")).text == "again"
    parser.close()


@needs_posix
@pytest.mark.parametrize("state", ["idle", "spin"])
def test_the_child_dies_with_its_parent(note, state, tmp_path):
    note(state, "state.txt")
    script = textwrap.dedent(
        f"""
        import threading, time, pathlib
        from rag.documents.isolation import DocumentParser, ParseLimits
        parser = DocumentParser(ParseLimits(10**6, 60, 10**9), loader={MISBEHAVING!r})
        folder = pathlib.Path({str(tmp_path)!r})
        (folder / "pid.txt").write_text("pid")
        print(parser.parse(folder / "pid.txt").text, flush=True)
        threading.Thread(target=parser.parse, args=(folder / "state.txt",), daemon=True).start()
        time.sleep(600)
        """
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while _is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _is_running(child)


def test_a_script_without_a_main_guard_may_parse(note, tmp_path):
    path = note("plain words")
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import pathlib
            from rag.documents.isolation import DocumentParser, ParseLimits
            with DocumentParser(ParseLimits(10**6, 60, 10**9)) as parser:
                print(parser.parse(pathlib.Path({str(path)!r})).text)
            """
        )
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == "plain words\n"


def test_a_call_broken_off_never_answers_the_next(misbehaving, note, monkeypatch):
    slow = note("hang", "slow.txt")
    misbehaving.parse(note("start"))

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(misbehaving._child, "ask", interrupted)
    with pytest.raises(KeyboardInterrupt):
        misbehaving.parse(slow)
    assert misbehaving.parse(note("the next one")).text == "the next one"


def test_no_thread_outlives_the_parser(note):
    before = threading.active_count()
    with DocumentParser(ROOMY) as parser:
        parser.parse(note("fine"))
    assert threading.active_count() == before


def _is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
