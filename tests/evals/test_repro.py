"""Reproductions say what was measured, what was published, and whether both agree."""

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from evals.cli import bench
from evals.datasets.found import DEFAULT_DATA
from evals.repro.chunking import MINILM, reproduce_chunking
from evals.repro.documents import reproduce_scifact, reproduce_xquad
from evals.repro.figures import Figure, Reproduction
from rag.errors import BenchError
from tests.fakes import BagOfWordsEmbeddings

DATA = Path(os.environ.get("RAG_DATA", DEFAULT_DATA))


def silent(what, done, total):
    pass


def write_beir(folder):
    folder.mkdir()
    documents = {"d1": "Otters hold hands", "d2": "Beavers build dams", "d3": "水獭会手拉手"}
    rows = [{"_id": key, "title": "", "text": text} for key, text in documents.items()]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n")
    queries = [{"_id": "q1", "text": "who builds dams"}, {"_id": "q2", "text": "手拉手"}]
    (folder / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)) + "\n")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td2\t1\nq2\td3\t1\n")


def write_chunking(folder):
    (folder / "corpora").mkdir(parents=True)
    text = "Otters hold hands. " * 60 + "Beavers build dams"
    (folder / "corpora" / "animals.md").write_text(text)
    start = text.index("Beavers")
    reference = {"content": text[start:], "start_index": start, "end_index": len(text)}
    question = {"_id": "1", "corpus_id": "animals", "text": "Beavers build dams"}
    (folder / "questions.jsonl").write_text(json.dumps({**question, "references": [reference]}))


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("a", "m", 0.65, published=0.64, allowed=0.02), "holds"),
        (Figure("a", "m", 0.67, published=0.64, allowed=0.02), "off"),
        (Figure("a", "m", 0.61, published=0.64, allowed=0.02), "off"),
        (Figure("a", "m", 0.65, published=0.64), "shown"),
        (Figure("a", "m", 0.65), "shown"),
        (Figure("a", "m", 0.65, at_least=0.65), "holds"),
        (Figure("a", "m", 0.64, at_least=0.65), "off"),
    ],
)
def test_a_figure_is_held_to_what_is_allowed(figure, verdict):
    assert figure.verdict == verdict


def test_one_figure_that_is_off_fails_the_reproduction():
    good = Figure("a", "m", 0.65, published=0.64, allowed=0.02)
    off = Figure("b", "m", 0.1, published=0.64, allowed=0.02)
    assert Reproduction("t", (good, Figure("c", "m", 1.0))).holds
    assert not Reproduction("t", (good, off)).holds


def test_the_table_shows_both_figures_and_the_difference():
    figure = Figure("MiniLM", "nDCG@10", 0.65012, published=0.64508, allowed=0.002, digits=5)
    text = Reproduction("SciFact", (figure,), ("as cut there",)).to_text()
    row = next(line for line in text.splitlines() if line.startswith("MiniLM")).split()
    assert row == ["MiniLM", "nDCG@10", "0.65012", "0.64508", "+0.00504", "±0.002", "off"]
    assert text.splitlines()[0] == "SciFact" and text.endswith("as cut there")


def test_scifact_measures_the_model_the_rival_and_our_own(tmp_path, monkeypatch):
    pytest.importorskip("bm25s", reason="needs the extra bench")
    write_beir(tmp_path / "scifact")
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    found = reproduce_scifact(BagOfWordsEmbeddings(), silent)
    scores = {figure.row: figure.measured for figure in found.figures}
    # bm25s knows no Chinese words; our own leg does.
    assert scores["bm25s, English stems"] == pytest.approx(0.5)
    assert scores["our words"] == 1.0


def test_xquad_measures_both_languages(tmp_path, monkeypatch):
    for name in ("xquad_en", "xquad_zh"):
        write_beir(tmp_path / name)
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    rows = [figure.row for figure in reproduce_xquad(BagOfWordsEmbeddings(), silent).figures]
    assert len(rows) == 6
    assert sum(row.startswith("xquad_zh") for row in rows) == 3


def test_chunking_measures_every_row_at_both_depths(tmp_path, monkeypatch):
    pytest.importorskip("langchain_text_splitters", reason="needs the extra bench")
    pytest.importorskip("bpe_openai", reason="needs the extra repro")
    write_chunking(tmp_path / "chroma_chunking")
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    found = reproduce_chunking(BagOfWordsEmbeddings(), silent)
    for row in MINILM:
        measured = {one.measure: one.measured for one in found.figures if one.row == row.name}
        # Two chunks at most, so both depths take them all.
        assert measured["recall@5"] == measured["recall@10"] == 100
        assert 0 < measured["omega"] <= 100
        assert {"precision@5", "IoU@10", "omega, strict"} < set(measured)


def test_a_missing_set_is_said_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    with pytest.raises(BenchError, match=r"no set 'scifact'.*RAG_DATA"):
        reproduce_scifact(BagOfWordsEmbeddings(), silent)


def run(monkeypatch, tmp_path, *arguments):
    model = BagOfWordsEmbeddings()
    monkeypatch.setattr("rag.embeddings.SentenceTransformerEmbeddings", lambda *name: model)
    command = ["repro", *arguments, "--cache", str(tmp_path / "cache")]
    return CliRunner().invoke(bench, command), model


def test_the_command_exits_1_when_a_figure_is_off_and_embeds_nothing_twice(tmp_path, monkeypatch):
    for name in ("xquad_en", "xquad_zh"):
        write_beir(tmp_path / name)
    monkeypatch.setenv("RAG_DATA", str(tmp_path))
    first, model = run(monkeypatch, tmp_path, "xquad", "--json")
    assert first.exit_code == 1
    found = json.loads(first.stdout)
    assert found["holds"] is False
    assert {figure["verdict"] for figure in found["figures"]} <= {"holds", "off", "shown"}
    assert model.texts
    second, model = run(monkeypatch, tmp_path, "xquad", "--json")
    assert second.stdout == first.stdout
    assert model.texts == []


def test_only_known_reproductions_are_offered(tmp_path, monkeypatch):
    result, _ = run(monkeypatch, tmp_path, "beir")
    assert result.exit_code == 2
    assert "chroma-chunking" in result.output
