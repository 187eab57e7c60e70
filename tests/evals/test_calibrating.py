"""From labelled questions to a calibration that the product loads, and how many it takes."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from langchain_core.documents import Document

from evals.calibrating import (
    calibration_of,
    half_width,
    held_out,
    judgement_of,
    labels_for,
    require_labels,
)
from evals.datasets.base import EvalSet
from evals.gold import Question
from evals.results import BenchResult, write_result
from rag import Rag
from rag.answering.sufficiency.calibration import Basis, Calibration, read_calibration
from rag.errors import BenchError, SettingsError
from tests.evals.bench_cli import run_bench
from tests.evals.benches import run, small_set
from tests.fakes import BagOfWordsEmbeddings

BASIS = Basis("meaning", "hybrid", "abc", "a model", ("00",))
NOWHERE = ("Who won the cup?", "Which year was the bridge opened?", "What do the dogs eat?")


def drawn(labels: int, *, others: int = 200) -> Calibration:
    draw = np.random.default_rng(0)
    none, some = draw.normal(size=labels), draw.normal(loc=3, size=others)
    return Calibration(BASIS, tuple(sorted(none.tolist())), tuple(sorted(some.tolist())))


def labelled_set() -> EvalSet:
    whole = small_set("labelled")
    others = [
        Question(id=f"none-{at}", text=f"{text} Number {at}.", answerable=False)
        for at, text in enumerate(NOWHERE * 4)
    ]
    return EvalSet.of("labelled", whole.documents, [*whole.questions, *others])


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> BenchResult:
    return run(tmp_path_factory.mktemp("bench"), dataset=labelled_set())


@pytest.fixture
def project(tmp_path: Path, result: BenchResult) -> Path:
    """A folder with a result, an index of the same documents, and settings for it."""
    write_result(result, tmp_path / "results.json")
    (tmp_path / "rag.toml").write_text("[retrieval]\nk = 4  # mine\n", "utf-8")
    documents = [
        Document(one.text, metadata={"source": one.source, "title": one.title})
        for one in labelled_set().documents
    ]
    with Rag(tmp_path / ".rag", embeddings=BagOfWordsEmbeddings()) as rag:
        rag.add_documents(documents)
    return tmp_path


def opened(project: Path) -> Rag:
    return Rag(project / ".rag", config=project / "rag.toml", embeddings=BagOfWordsEmbeddings())


def test_the_labels_a_rate_takes_follow_from_the_binomial() -> None:
    assert labels_for(0.3, 0.1) == 81
    assert labels_for(0.3, 0.03) == 897
    assert labels_for(0.1, 0.03) == 385
    assert half_width(0.3, 81) == pytest.approx(0.1, abs=0.001)
    assert labels_for(0.3, 1.0) == 10


def test_too_few_labels_are_refused_with_what_they_would_hold() -> None:
    require_labels(drawn(81), 0.3, 0.1)
    with pytest.raises(BenchError, match=r"hold a rate of 0\.3 to within 0\.17.*takes 81"):
        require_labels(drawn(29), 0.3, 0.1)


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_what_half_of_the_labels_teach_holds_for_the_other_half(rate: float) -> None:
    held = held_out(drawn(900), rate)
    assert held.unanswerable == pytest.approx(rate, abs=0.01)
    assert held.spread < 0.03
    assert held.answerable > 0.9


def test_every_question_of_a_cell_teaches(result: BenchResult) -> None:
    made = calibration_of(result, judgement_of(result, None))
    assert (len(made.unanswerable), len(made.answerable)) == (13, 16)
    assert list(made.unanswerable) == sorted(made.unanswerable)
    assert np.median(made.answerable) > max(made.unanswerable)


def test_a_cell_that_was_not_asked_says_what_is_missing(result: BenchResult) -> None:
    silent = replace(result, cells=tuple(replace(one, judgement=None) for one in result.cells))
    with pytest.raises(BenchError, match="answerable: false"):
        judgement_of(silent, None)
    with pytest.raises(BenchError, match="--cell"):
        judgement_of(replace(result, recommendation=None), None)


def test_the_product_decides_by_what_the_command_wrote(project: Path) -> None:
    done = run_bench(
        "calibrate", project / "results.json", "--within", 1, "--to", project / "rag.toml"
    )
    assert done.exit_code == 0, done.output
    assert "13 questions without an answer hold a rate of 0.3 to within 0.25" in done.output
    text = (project / "rag.toml").read_text("utf-8")
    assert 'calibration = "calibration.json"' in text
    assert "k = 4  # mine" in text
    with opened(project) as rag:
        judge = rag.chain().judge
        assert rag.ask("How many bar does the pump run at, model pump 1?").answered
        assert not rag.ask(NOWHERE[0]).answered
        file = project / "calibration.json"
        made = read_calibration(file)
        assert made.basis == judge.basis()  # type: ignore[union-attr]
        # Were the unanswerable ones like this, nothing would be answered.
        file.write_text(replace(made, unanswerable=(99.0,) * 20).to_json(), "utf-8")
        assert not rag.ask("How many bar does the pump run at, model pump 1?").answered


def test_an_index_of_other_documents_refuses_it(project: Path) -> None:
    run_bench("calibrate", project / "results.json", "--within", 1, "--to", project / "rag.toml")
    others = [
        Document(
            f"Quite another page, number {at}, of a travel guide.", metadata={"source": str(at)}
        )
        for at in range(40)
    ]
    with opened(project) as rag:
        rag.add_documents(others)
        with pytest.raises(SettingsError, match="another index"):
            rag.ask("How many bar does the pump run at?")


def test_a_refusal_writes_nothing(project: Path) -> None:
    before = (project / "rag.toml").read_bytes()
    done = run_bench("calibrate", project / "results.json", "--to", project / "rag.toml")
    assert done.exit_code == 8
    assert "takes 81" in done.output
    assert (project / "rag.toml").read_bytes() == before
    assert not (project / "calibration.json").exists()


def test_json_has_what_holds(project: Path) -> None:
    done = run_bench(
        "calibrate", project / "results.json", "--within", 0.5, "--rate", 0.2, "--json",
        "--to", project / "rag.toml",
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["settings"]["answer.false_answer_rate"] == 0.2
    assert found["held_out"]["labels"] == 13
