from pathlib import Path

import pytest

from evals.spec import BenchSpec, Judge
from evals.spec_reading import read_spec
from rag.errors import BenchError

JUDGED = "dataset: sample\nmeasures: [correctness]\n"
REPLIES = "dataset: sample\nmeasures: [answer-F1]\n"
SPECS = Path(__file__).resolve().parents[2] / "evals" / "specs"


def read(folder: Path, text: str) -> BenchSpec:
    file = folder / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    return read_spec(file)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(BenchError) as caught:
        read(folder, text)
    return str(caught.value)


def test_a_spec_takes_its_name_from_its_file_and_settings_dotted_or_nested(tmp_path: Path) -> None:
    dotted = read(tmp_path, "dataset: sample\ngrid:\n  retrieval.mode: [dense, lexical]\n")
    nested = read(tmp_path, "dataset: sample\ngrid:\n  retrieval:\n    mode: [dense, lexical]\n")
    assert dotted == nested
    assert dotted.name == "mine"
    assert dotted.grid == {"retrieval.mode": ("dense", "lexical")}


def test_everything_a_spec_can_say_is_read(tmp_path: Path) -> None:
    spec = read(
        tmp_path,
        """
name: all
dataset: sample
questions: 5
base: {retrieval.k: 8}
grid: {splitter.max_tokens: [64, 128]}
cells: [{name: plain}, {name: mmr, settings: {retrieval.mmr_lambda: 0.5}}]
rivals: [{kind: bm25s, options: {k1: 1.2}}]
exclude: [{splitter.max_tokens: 64}]
baseline: plain
measures: [slot-recall@5, nDCG@10, span-recall@800t]
primary: nDCG@10
statistics: {alpha: 0.1, margin: 0, cluster: none, holdout: split}
latency: {questions: 0}
budget: {embed_texts: 100, minutes: 2.5}
served: false
calls_at_once: 2
report: [html, csv]
""",
    )
    assert spec.variants[1].overrides == {"retrieval.mmr_lambda": 0.5}
    assert (spec.rivals[0].name, spec.rivals[0].options) == ("bm25s", {"k1": 1.2})
    assert spec.statistics.cluster == "none"
    assert spec.budget.minutes == 2.5
    assert spec.to_dict()["report"] == ("html", "csv")


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("dataset: sample\nmesures: [nDCG@10]\n", 2, "measures"),
        ("dataset: sample\ngrid:\n  retrieval.mod: [dense]\n", 3, "retrieval.mode"),
        ("dataset: sample\ngrid:\n  retrieval.mode: [dense, sparse]\n", 3, "sparse"),
        ("dataset: sample\nbase:\n  retrieval:\n    k: 0\n", 4, "greater than or equal to 1"),
        ("dataset: sample\nstatistics:\n  margin: wide\n", 3, "wanted a number"),
        ("dataset: sample\nstatistics:\n  margin: -1\n", 3, "0 or more"),
        ("dataset: sample\nstatistics:\n  seed: true\n", 3, "whole number"),
        ("dataset: sample\nstatistics:\n  cluster: pages\n", 3, "documents"),
        ("dataset: sample\nmeasures:\n  - nDCG@10\n  - nDGC@10\n", 4, "nDGC@10"),
        ("dataset: sample\nrivals:\n  - kind: lucene\n", 3, "bm25s"),
        ("dataset: sample\nbase: {chat.model: x}\n", 2, "no effect"),
        ("dataset: sample\ngrid:\n  retrieval.k: [3, 3]\n", 3, "twice"),
        ("dataset: sample\nname: a\nname: b\n", 3, "twice"),
        ("dataset: sample\ncells: [{settings: {}}]\n", 2, "name"),
        ("dataset: sample\nreport: [pdf]\n", 2, "html"),
        ("dataset: sample\nbase: {chat: {api_key: sk-1}}\n", 2, "never stands in a spec"),
        ("dataset: sample\nbase:\n  chat.base_url: http://a:b@c/v1\n", 3, "without a user"),
        ("dataset: sample\ngrid:\n  answer.passage_tokens: [500]\n", 3, "no effect"),
        ("dataset: sample\ngrid:\n  retrieval.history: [join, human]\n", 3, "'rewrite'"),
        ("dataset: sample\nmeasures:\n  - nDCG@10\n  - faithfulness\n", 4, "judge: {model"),
        ("dataset: sample\nprimary: correctness\n", 2, "judge: {model"),
        ("dataset: sample\njudge: {model: x}\n", 2, "no measure needs a judge"),
        (f"{JUDGED}judge:\n  votes: 3\n", 3, "the key model"),
        (f"{JUDGED}judge: {{model: x, votes: 1}}\n", 3, "2 votes or more"),
        (f"{JUDGED}judge:\n  model: x\n  api_key: y\n", 5, "unknown key 'api_key'"),
        (f"{JUDGED}judge:\n  model: x\n  temperature: 3\n", 5, "less than or equal to 2"),
        (f"{JUDGED}judge:\n  model: x\n  base_url: http://a@b\n", 5, "without a user"),
        (f"{REPLIES}base:\n  chat.base_url: http://c/v1\n", 4, "add chat.model"),
        ("dataset: sample\ncalls_at_once: 0\n", 2, "1 or more"),
        ("dataset: sample\nbudget: {model_calls: -1}\n", 2, "0 or more"),
        ("dataset: [\n", 2, "YAML"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, said: str
) -> None:
    message = refused(tmp_path, text)
    assert f"line {line}" in message
    assert said in message
    assert "\n" not in message


def test_chat_models_may_be_varied_where_they_are_asked(tmp_path: Path) -> None:
    grid = "grid: {chat.model: [null, a, b], answer.prompts_dir: [null, mine]}\n"
    spec = read(tmp_path, f"dataset: sample\nmeasures: [answer-F1]\n{grid}")
    assert spec.grid["chat.model"] == (None, "a", "b")
    assert spec.grid["answer.prompts_dir"] == (None, str(tmp_path / "mine"))
    searched = "dataset: sample\nbase: {chat.model: a, retrieval.history: rewrite}\n"
    assert read(tmp_path, searched).base["chat.model"] == "a"


def test_a_judge_is_read_with_its_prompts_beside_the_spec(tmp_path: Path) -> None:
    about = "{model: x, temperature: none, votes: 5, max_retries: 0, prompts_dir: mine}"
    judge = read(tmp_path, f"{JUDGED}judge: {about}\n").judge
    assert judge == Judge("x", votes=5, max_retries=0, prompts_dir=str(tmp_path / "mine"))


def test_a_spec_without_a_set_or_without_anything_is_refused(tmp_path: Path) -> None:
    assert "dataset" in refused(tmp_path, "name: x\n")
    assert "dataset" in refused(tmp_path, "")
    with pytest.raises(BenchError, match=r"absent\.yaml"):
        read_spec(tmp_path / "absent.yaml")


def test_a_path_to_a_set_is_taken_from_the_specs_folder_and_a_name_is_a_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "scifact").mkdir()
    (tmp_path / "mine.yml").touch()
    assert read(tmp_path, "dataset: ./scifact\n").dataset == str(tmp_path / "scifact")
    assert read(tmp_path, "dataset: mine.yml\n").dataset == str(tmp_path / "mine.yml")
    assert read(tmp_path, "dataset: scifact\n").dataset == "scifact"
    assert read(tmp_path, "dataset: ./absent\n").dataset == "./absent"


CELLS = {
    "answers": 6,
    "chunking_grid": 24,
    "focus": 6,
    "follow_ups": 4,
    "follow_ups_sample": 3,
    "headers": 2,
    "overlap_grid": 21,
    "prompts": 4,
    "sample": 6,
    "scifact_grid": 25,
    "withholding": 1,
}


def test_every_shipped_spec_expands_to_the_cells_it_is_known_for() -> None:
    from evals.cells import expand

    found = {path.stem: len(expand(read_spec(path)).cells) for path in SPECS.glob("*.yaml")}
    assert found == CELLS
