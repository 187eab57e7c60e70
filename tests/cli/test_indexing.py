"""What `rag add`, `remove` and `list` take, report and exit with."""

import json
from typing import Literal

from rag.store.records import SourceRecord
from rag.sync import Failure, SyncReport
from tests.cli.conftest import Run
from tests.cli.scripted import ScriptedRag


def record(source: str, *, error: str | None = None) -> SourceRecord:
    status: Literal["indexed", "failed"] = "indexed" if error is None else "failed"
    return SourceRecord(
        source, "题\t目", "text", 3, "ab", "2026-01-31T10:00:00+00:00", status, error
    )


def test_paths_come_as_arguments_and_from_stdin(run: Run, scripted: ScriptedRag) -> None:
    result = run("add", "--meta", "team=ops", "first", "-", stdin="docs/a b.md\r\n\n文档\x0c.md\n")
    assert result.exit_code == 0
    assert scripted.given == [(("first", "docs/a b.md", "文档\x0c.md"), {"team": "ops"})]
    run("remove", "-", stdin="x\n")
    assert scripted.given[1:] == [(("x",), {})]
    assert run("add", "-", stdin="\n").exit_code == 2


def test_metadata_keeps_what_is_no_plain_number_as_text(run: Run, scripted: ScriptedRag) -> None:
    pairs = ("year=2026", "share=0.5", "version=1.10", "code=007", "day=2026-01-31", "note=a=b")
    run("add", *(part for pair in pairs for part in ("--meta", pair)), "docs")
    assert scripted.given[0][1] == {
        "year": 2026,
        "share": 0.5,
        "version": "1.10",
        "code": "007",
        "day": "2026-01-31",
        "note": "a=b",
    }
    assert run("add", "--meta", "team", "docs").exit_code == 2


def test_report_is_one_line_and_quiet_drops_it(run: Run, scripted: ScriptedRag) -> None:
    assert run("add", "docs").stdout == "1 added; 1 passage embedded in 0.2 s\n"
    assert run("add", "-q", "docs").output == ""
    scripted.report = SyncReport(unchanged=1200)
    assert run("add", "docs").stdout == "1,200 unchanged; 0 passages embedded in 0.0 s\n"
    scripted.report = SyncReport()
    assert run("add", "docs").stdout.startswith("nothing to do; ")


def test_failed_documents_are_listed_with_exit_code_3(run: Run, scripted: ScriptedRag) -> None:
    failed = (Failure("scan.pdf", "scan.pdf: no text"), Failure("b.md", "too large"))
    scripted.report = SyncReport(added=2, failed=failed)
    result = run("add", "docs")
    assert result.exit_code == 3
    assert result.stderr == "failed: scan.pdf: no text\nfailed: b.md: too large\n"
    assert result.stdout.startswith("2 added, 2 failed; ")


def test_report_as_json_has_the_documented_shape(run: Run, scripted: ScriptedRag) -> None:
    scripted.report = SyncReport(added=1, failed=(Failure("坏.pdf", "no text"),), seconds=0.25)
    result = run("add", "--json", "docs")
    assert result.exit_code == 3
    assert result.stderr == ""
    assert "坏.pdf" in result.stdout
    assert json.loads(result.stdout) == {
        "added": 1,
        "updated": 0,
        "removed": 0,
        "unchanged": 0,
        "failed": [{"source": "坏.pdf", "error": "no text"}],
        "passages_embedded": 0,
        "seconds": 0.25,
    }


def test_list_in_a_pipe_is_a_line_of_columns_for_each_source(
    run: Run, scripted: ScriptedRag
) -> None:
    scripted.records = [record("a.md"), record("b\n.md", error="no\ttext")]
    assert run("list").stdout.splitlines() == [
        "a.md\ttext\t3\t2026-01-31T10:00:00+00:00\tindexed\t题 目\t",
        "b .md\ttext\t3\t2026-01-31T10:00:00+00:00\tfailed\t题 目\tno text",
    ]


def test_list_as_json_has_the_documented_shape(run: Run, scripted: ScriptedRag) -> None:
    scripted.records = [record("a.md")]
    assert json.loads(run("list", "--json").stdout) == {
        "sources": [
            {
                "source": "a.md",
                "title": "题\t目",
                "kind": "text",
                "passages": 3,
                "sha256": "ab",
                "modified": "2026-01-31T10:00:00+00:00",
                "status": "indexed",
                "error": None,
            }
        ]
    }


def test_name_that_is_no_text_is_printed_as_an_escape(run: Run, scripted: ScriptedRag) -> None:
    scripted.records = [record("bad\udcff.md")]
    assert run("list").stdout.startswith("bad\\udcff.md\t")
    assert json.loads(run("list", "--json").stdout)["sources"][0]["source"] == "bad\udcff.md"
