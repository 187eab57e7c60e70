"""The gate of a spec, and sets that no score should be taken of, as they are typed."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.results import read_result, write_result
from rag import assembly
from rag.cli.root import cli
from tests.evals.report_results import with_scores
from tests.fakes import BagOfWordsEmbeddings


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(assembly, "open_embeddings", lambda _: BagOfWordsEmbeddings(max_tokens=300))


def typed(*words: object) -> Result:
    result = CliRunner().invoke(cli, ["bench", *map(str, words)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write_spec(folder: Path, text: str = "", *, dataset: str = "sample") -> Path:
    file = folder / "held.yaml"
    file.write_text(
        f"dataset: {dataset}\nquestions: 30\nlatency: {{questions: 0}}\nserved: false\n"
        f"base: {{retrieval.mode: dense}}\nmeasures: [slot-recall@5, nDCG@10]\n{text}",
        encoding="utf-8",
    )
    return file


GATE = "gate: {baseline: held/results.json, measures: [slot-recall@5, nDCG@10]}\n"


def raise_baseline(file: Path) -> None:
    """Write the result again as if every question had been answered rightly."""
    result = read_result(file)
    cell = result.cells[0]
    perfect = {
        key: None if score is None else 1.0
        for key, score in cell.per_question[result.primary].items()
    }
    raised = with_scores(result, cell.name, perfect, measure=result.primary)
    write_result(raised, file)


def test_a_run_is_held_to_its_specs_gate_once_there_is_a_baseline(tmp_path: Path) -> None:
    spec = write_spec(tmp_path, GATE)
    first = typed("run", spec, "-q")
    assert first.exit_code == 8
    assert "put the results.json there" in first.stderr
    assert (tmp_path / "bench-held" / "results.json").is_file()
    (tmp_path / "bench-held").rename(tmp_path / "held")
    held = typed(spec, "-q")
    assert held.exit_code == 0
    assert "passed: none of 1 cells dropped (slot-recall@5, " in held.stdout
    assert "passed: none of 1 cells dropped (nDCG@10, " in held.stdout
    raise_baseline(tmp_path / "held" / "results.json")
    for words in ((spec,), ("check", spec)):
        failed = typed(*words, "-q")
        assert failed.exit_code == 1
        assert failed.stderr.startswith("failed: default fell from")
        assert failed.stderr.count("\n") == 1
    assert typed("check", spec, "-q", "--margin", "0.9").exit_code == 0
    assert typed("check", spec, "-q", "--measure", "nDCG@10").exit_code == 0


def test_a_gate_is_told_in_json(tmp_path: Path) -> None:
    typed("run", write_spec(tmp_path), "--out", tmp_path / "held", "-q")
    spec = write_spec(tmp_path, GATE)
    told = json.loads(typed("run", spec, "-q", "--json").stdout)
    assert [(one["measure"], one["passed"]) for one in told["gate"]] == [
        ("slot-recall@5", True),
        ("nDCG@10", True),
    ]
    raise_baseline(tmp_path / "held" / "results.json")
    failed = typed("check", spec, "-q", "--json")
    assert failed.exit_code == 1
    assert [one["passed"] for one in json.loads(failed.stdout)] == [False, True]


def test_check_of_a_spec_without_a_baseline_runs_nothing(tmp_path: Path) -> None:
    assert typed("check", write_spec(tmp_path)).exit_code == 2
    absent = typed("check", write_spec(tmp_path, GATE))
    assert absent.exit_code == 8
    assert absent.stderr.count("\n") == 1
    assert not (tmp_path / ".rag-bench").exists()
    assert not (tmp_path / "bench-held").exists()


def test_a_run_is_never_held_to_the_file_it_writes(tmp_path: Path) -> None:
    """It would be written first, and then compared with itself."""
    spec = write_spec(tmp_path, "gate: {baseline: bench-held/results.json}\n")
    assert "which this run writes" in typed("run", spec).stderr
    other = write_spec(tmp_path)
    assert typed("run", other, "-q").exit_code == 0
    file = tmp_path / "bench-held" / "results.json"
    before = file.read_bytes()
    held = typed("check", other, "--baseline", file)
    assert held.exit_code == 8
    assert "keep the baseline elsewhere" in held.stderr
    assert file.read_bytes() == before
    assert typed("check", other, "--baseline", file, "--out", tmp_path / "new").exit_code == 0


def test_a_cell_that_the_budget_left_out_fails_closed(tmp_path: Path) -> None:
    grid = "grid: {splitter.max_tokens: [100, 200]}\n"
    typed("run", write_spec(tmp_path, grid), "--out", tmp_path / "held", "-q")
    spec = write_spec(tmp_path, f"{grid}{GATE}budget: {{embed_texts: 500}}\n")
    closed = typed("check", spec, "-q", "--cache", tmp_path / "empty")
    assert closed.exit_code == 8
    assert "no cell is called" in closed.stderr


def write_set(folder: Path, *, relevant: str) -> Path:
    folder.mkdir()
    document = {"_id": "d1", "title": "", "text": "The pump is guaranteed for two years."}
    (folder / "corpus.jsonl").write_text(json.dumps(document) + "\n")
    questions = [{"_id": f"q{n}", "text": f"How long is pump {n} guaranteed?"} for n in (1, 2)]
    (folder / "queries.jsonl").write_text("".join(json.dumps(one) + "\n" for one in questions))
    (folder / "qrels.tsv").write_text(f"query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\t{relevant}\t1\n")
    return folder


def test_a_set_with_errors_is_refused_unless_one_insists(tmp_path: Path) -> None:
    write_set(tmp_path / "mine", relevant="d9")
    spec = write_spec(tmp_path, dataset="./mine").read_text().replace("slot-recall@5, ", "")
    (tmp_path / "held.yaml").write_text(spec)
    refused = typed("run", tmp_path / "held.yaml", "-q")
    assert refused.exit_code == 8
    assert "has 1 error, the first: gold is in no document" in refused.stderr
    assert "q2: d9 is not in the set" in refused.stderr
    assert not (tmp_path / "bench-held").exists()
    assert typed("run", tmp_path / "held.yaml", "-q", "--despite-errors").exit_code == 0


def test_a_sound_set_is_run(tmp_path: Path) -> None:
    write_set(tmp_path / "mine", relevant="d1")
    spec = write_spec(tmp_path, dataset="./mine").read_text().replace("slot-recall@5, ", "")
    (tmp_path / "held.yaml").write_text(spec)
    assert typed("run", tmp_path / "held.yaml", "-q").exit_code == 0
