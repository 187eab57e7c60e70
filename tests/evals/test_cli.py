import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evals.cli import COMMANDS, bench
from evals.results import read_result, write_result
from rag import assembly
from rag.cli.root import cli
from rag.settings import load_settings
from tests.evals.benches import MODES, run
from tests.fakes import BagOfWordsEmbeddings

SPECS = Path(__file__).resolve().parents[2] / "evals" / "specs"


def rag_bench(*arguments: str) -> Result:
    result = CliRunner().invoke(cli, ["bench", *arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch) -> BagOfWordsEmbeddings:
    model = BagOfWordsEmbeddings(max_tokens=300)
    monkeypatch.setattr(assembly, "open_embeddings", lambda _: model)
    return model


def write_spec(folder: Path, text: str = "") -> Path:
    file = folder / "small.yaml"
    file.write_text(
        f"dataset: sample\nquestions: 20\nlatency: {{questions: 0}}\nserved: false\n{text}",
        encoding="utf-8",
    )
    return file


def test_bench_is_a_command_of_rag() -> None:
    result = CliRunner().invoke(cli, ["--help"])
    assert "bench" in result.output
    listed = rag_bench("--help").output
    assert all(name in listed for name in COMMANDS)


def test_every_subcommand_explains_itself() -> None:
    for name in COMMANDS:
        result = rag_bench(name, "--help")
        assert result.exit_code == 0, name
        assert "Usage" in result.output


def test_a_spec_alone_is_run_and_leaves_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: BagOfWordsEmbeddings
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = write_spec(tmp_path, "grid: {retrieval.mode: [hybrid, lexical]}\nreport: [markdown]\n")
    result = rag_bench(str(spec))
    assert result.exit_code == 0, result.output
    assert "mode=lexical" in result.stdout
    assert "recommended: " in result.stdout
    found = read_result(tmp_path / "bench-small" / "results.json")
    assert [cell.name for cell in found.cells] == ["mode=hybrid", "mode=lexical"]
    assert (tmp_path / "bench-small" / "report.md").is_file()
    assert fake_model.texts


def test_a_run_and_a_plan_print_json_for_pipes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_model: BagOfWordsEmbeddings
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = str(write_spec(tmp_path, "grid: {splitter.max_tokens: [100, 200]}\n"))
    before = json.loads(rag_bench("plan", spec, "--json").stdout)
    assert fake_model.texts == []
    ran = json.loads(rag_bench("run", spec, "--json", "-q").stdout)
    after = json.loads(rag_bench("plan", spec, "--json").stdout)
    assert before["to_embed"] == before["texts"] == len(set(fake_model.texts)) > 0
    assert before["passages"] == sum(one["passages"] for one in before["indexes"])
    assert after["to_embed"] == 0
    assert all(one["built"] for one in after["indexes"])
    assert before["detectable_difference"] > 0
    assert [one["cell"] for one in ran["leaderboard"]] == before["cells"]


def test_export_writes_the_recommendation_and_leaves_the_rest_of_the_file(tmp_path: Path) -> None:
    grid = {"retrieval.mode": MODES, "splitter.max_tokens": (30, None)}
    result = run(tmp_path / "cache", grid=grid)
    write_result(result, tmp_path / "results.json")
    target = tmp_path / "rag.toml"
    target.write_text(
        '# ours\n[retrieval]\nk = 9  # nine\nmode = "dense"\n\n[chat]\nmodel = "x"\n',
        encoding="utf-8",
    )
    done = rag_bench("export", str(tmp_path / "results.json"), "--to", str(target))
    assert done.exit_code == 0, done.output
    text = target.read_text(encoding="utf-8")
    assert "# ours" in text
    assert "k = 9  # nine" in text
    assert tomllib.loads(text)["chat"] == {"model": "x"}
    assert result.recommendation is not None
    settings = load_settings(config=target, environ={}).settings
    wanted = result.recommendation.overrides
    assert settings.retrieval.mode == wanted["retrieval.mode"]
    assert settings.splitter.max_tokens == wanted["splitter.max_tokens"]


def test_export_of_another_cell_and_of_none(tmp_path: Path) -> None:
    write_result(run(tmp_path / "c", grid={"retrieval.mode": MODES}), tmp_path / "r.json")
    target = tmp_path / "new.toml"
    arguments = ("export", str(tmp_path / "r.json"), "--to", str(target))
    assert rag_bench(*arguments, "--cell", "mode=lexical").exit_code == 0
    assert tomllib.loads(target.read_text(encoding="utf-8"))["retrieval"]["mode"] == "lexical"
    wrong = rag_bench(*arguments, "--cell", "mode=sparse")
    assert wrong.exit_code == 8
    assert "mode=lexical" in wrong.stderr


def test_a_users_mistake_is_one_line_and_exit_code_8(tmp_path: Path) -> None:
    for arguments in (
        ("plan", str(tmp_path / "absent.yaml")),
        (str(write_spec(tmp_path, "mesures: [AP]\n")),),
        ("export", str(SPECS / "sample.yaml")),
    ):
        result = rag_bench(*arguments)
        assert result.exit_code == 8, result.output
        assert result.stderr.startswith("error: ")
        assert result.stderr.count("\n") == 1


def test_ctrl_c_says_that_what_was_made_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("evals.running.run_bench", stop)
    result = rag_bench(str(write_spec(tmp_path)), "--cache", str(tmp_path / "kept"))
    assert result.exit_code == 130
    assert f"kept in {tmp_path / 'kept'}" in result.stderr


def test_a_misspelt_subcommand_gets_a_suggestion() -> None:
    result = rag_bench("exprot")
    assert result.exit_code == 2
    assert "export" in result.stderr


def test_help_and_plans_of_mistakes_import_nothing_heavy() -> None:
    code = (
        "import sys\nfrom evals.cli import bench\n"
        "bench.main(['--help'], standalone_mode=False)\n"
        "heavy = {'torch', 'chromadb', 'numpy', 'langchain_core'} & set(sys.modules)\n"
        "sys.exit(str(sorted(heavy)) if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_it_also_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "evals", "nothing"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "nothing" in done.stderr
    assert bench.name == "bench"


def test_the_shipped_sample_is_benched_with_the_real_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    spec = write_spec(tmp_path, "grid: {retrieval.mode: [hybrid, lexical]}\n")
    spec.write_text(spec.read_text(encoding="utf-8").replace("questions: 20\n", ""))
    result = rag_bench(str(spec), "-q")
    assert result.exit_code == 0, result.output
    found = read_result(tmp_path / "bench-small" / "results.json")
    assert found.dataset.questions > 100
    assert found.dataset.languages == ("en", "zh")
    # Measured .836 and .814; a broken cell scores far less.
    for cell in found.cells:
        assert cell.estimates["slot-recall@5"].mean > 0.75
