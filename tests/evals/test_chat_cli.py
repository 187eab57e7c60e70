"""A spec over the sample with a chat model and a judge, from the command line to every report."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.results import read_result
from rag import assembly
from rag.cli.root import cli
from tests.answering.openai_server import Reply
from tests.evals.bench_cli import run_bench
from tests.evals.chat_server import bench_server, plainly
from tests.fakes import BagOfWordsEmbeddings

SPEC = """
dataset: sample
questions: 30
base: {chat.max_retries: 0}
grid: {chat.model: [null, writer], retrieval.history: [auto, ignore]}
baseline: {chat.model: null}
measures: [answer-contains, correctness, faithfulness, slot-recall@5]
judge: {model: judge, max_retries: 0}
latency: {questions: 0}
served: false
statistics: {resamples: 200}
report: [html, markdown, csv]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    model = BagOfWordsEmbeddings(max_tokens=300)
    monkeypatch.setattr(assembly, "open_embeddings", lambda _: model)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "replies.yaml").write_text(SPEC, encoding="utf-8")
    return tmp_path


def test_a_spec_is_planned_run_and_reported(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def script(kind: str, prompt: str) -> Reply | str:
        fails = kind == "answer" and "R4" in prompt.rpartition("<question>")[2]
        return Reply(status=503, error={"message": "busy"}) if fails else plainly(kind, prompt)

    with bench_server(script) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        planned = json.loads(run_bench("plan", "replies.yaml", "--json").output)
        assert server.requests == []
        run = run_bench("replies.yaml", "-q")
        assert run.exit_code == 0, run.output
        made = len(server.requests)
        assert 0 < made <= planned["rewrites"] + planned["answers"] + planned["verdicts"]
        assert set(server.keys) == {"Bearer sk-of-the-environment"}
        again = run_bench("replies.yaml", "-q", "--out", "again")
        left = len(server.requests) - made
    failed = read_result(folder / "bench-replies" / "results.json")
    cell = failed.cell("model=writer, history=auto")
    missing = cell.unscored["correctness"]
    assert all("503" in why for why in missing.values())
    assert left == 2 * len(missing)
    assert 0 < cell.estimates["correctness"].coverage < 1
    assert failed.cell("model=none, history=auto").unscored == {}
    for text in (run.output, again.output, _report(folder, "html"), _report(folder, "md")):
        assert f"{cell.estimates['correctness'].coverage:.1%}" in text
    assert not any(b"sk-of-the" in f.read_bytes() for f in folder.rglob("*") if f.is_file())


def _report(folder: Path, ending: str) -> str:
    (file,) = (folder / "bench-replies").glob(f"*.{ending}")
    return file.read_text(encoding="utf-8")


def test_key_and_endpoint_may_stand_in_the_products_own_settings(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with bench_server() as server:
        chat = f'[chat]\nbase_url = "{server.url}"\napi_key = "sk-of-the-file"\n'
        (folder / "mine.toml").write_text(chat, encoding="utf-8")
        spec = folder / "replies.yaml"
        spec.write_text(SPEC.replace("questions: 30", "questions: 2"), encoding="utf-8")
        asked = ["--config", "mine.toml", "bench", "replies.yaml", "-q"]
        run = CliRunner().invoke(cli, asked)
        assert run.exit_code == 0, run.output
        assert set(server.keys) == {"Bearer sk-of-the-file"}


def test_no_key_and_no_endpoint_is_one_clear_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    run = run_bench("replies.yaml", "-q")
    assert run.exit_code == 8
    assert "needs a key" in run.output
    assert "OPENAI_API_KEY" in run.output
    assert "Traceback" not in run.output
