"""Reports for other programs: Markdown, CSV and TREC files that they read back to the same."""

import csv
import io
from dataclasses import replace

import ir_measures
import numpy as np
import pytest

from evals.report.csv_files import csv_tables
from evals.report.markdown import render_markdown
from evals.report.trec import run_files
from evals.report.writing import write_reports
from evals.results import AskedQuestion, RankedPassage
from rag.errors import BenchError
from tests.evals.report_results import MEASURES, PRIMARY, bench_result, document_texts


@pytest.fixture(scope="module")
def result():
    return bench_result(questions=24)


def rows_of(table: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table)))


def judged_by_documents(result, rankings):
    asked = tuple(
        AskedQuestion(key, "?", "?", graded={"d 1": 2, "d2": 1, "d3": 0}) for key in rankings
    )
    cell = replace(result.cells[0], rankings=rankings)
    return replace(result, questions=asked, cells=(cell,))


def test_markdown_has_a_line_for_each_cell_with_interval_and_verdict(result):
    written = render_markdown(result)
    lines = [line for line in written.splitlines() if line.startswith("| ")]
    assert len(lines) == 2 + len(result.cells)
    assert len({line.count(" | ") for line in lines}) == 1
    best = result.recommendation.cell
    assert f"**`{best}`**" in written
    assert "▲ better" in written
    assert "Held out" in written
    assert "size=512" in written


def test_markdown_cells_keep_to_their_column(result):
    named = replace(result.cells[0], name="a|b`c`\n<img>")
    written = render_markdown(replace(result, cells=(named,), skipped={"x": "no | <b> here"}))
    row = next(line for line in written.splitlines() if "a\\|b" in line)
    assert row.replace("\\|", "").count("|") == 7 + len(MEASURES)
    assert "<b>" not in written


def test_csv_holds_every_score_in_full_and_empty_for_none(result):
    scores = {**result.cells[0].per_question[PRIMARY], "q000": None, "q001": 1 / 3}
    cell = replace(result.cells[0], per_question={PRIMARY: scores})
    table = csv_tables(replace(result, cells=(cell,)))["questions.csv"]
    rows = rows_of(table)
    assert rows[0][PRIMARY] == ""
    assert float(rows[1][PRIMARY]) == 1 / 3
    assert rows[0]["tags"] == "table"


def test_csv_cells_have_their_settings_costs_and_intervals(result):
    rows = rows_of(csv_tables(result)["cells.csv"])
    assert len(rows) == len(result.cells)
    assert rows[0]["splitter.max_tokens"] == "64"
    assert rows[-1]["rival"] == "bm25s"
    assert rows[-1]["k1"] == "1.2"
    assert float(rows[0][f"{PRIMARY} low"]) == result.cells[0].estimates[PRIMARY].low
    compared = rows_of(csv_tables(result)["comparisons.csv"])
    assert {row["verdict"] for row in compared} <= {"better", "worse", "equivalent", "undecided"}


def test_csv_text_is_no_formula(result):
    asked = (replace(result.questions[0], id="=1+1"),)
    table = csv_tables(replace(result, questions=asked))["questions.csv"]
    assert rows_of(table)[0]["question"] == "'=1+1"


def test_runs_of_document_sets_score_elsewhere_as_here(result):
    tied = [RankedPassage("d2", 0, 5, 0.5), RankedPassage("d 1", 0, 5, 0.5)]
    rankings = {"q1": tied, "q2": [RankedPassage("d9", 0, 5, 0.9), *reversed(tied)], "q3": []}
    files = run_files(judged_by_documents(result, rankings))
    run = list(ir_measures.read_trec_run(io.StringIO(next(iter(files.values())))))
    qrels = list(ir_measures.read_trec_qrels(io.StringIO(files["qrels.txt"])))
    found = {one.query_id: one.value for one in ir_measures.iter_calc([ir_measures.RR], qrels, run)}
    assert found["q1"] == 1.0
    ndcg = {o.query_id: o.value for o in ir_measures.iter_calc([ir_measures.nDCG @ 2], qrels, run)}
    # d2 (grade 1) before d1 (grade 2): were ties sorted again by id, this would be 1.
    assert ndcg["q1"] < 1
    assert ndcg["q2"] == pytest.approx((2 / 1.5849625) / (2 + 1 / 1.5849625))


def test_a_document_is_in_a_run_once_at_its_best_place(result):
    passages = [RankedPassage(*place) for place in (("d2", 0, 5, 0.9), ("d2", 5, 9, 0.1))]
    files = run_files(judged_by_documents(result, {"q1": passages}))
    (line,) = next(iter(files.values())).splitlines()
    assert line.split()[2:5] == ["d2", "1", "0.9"]


def test_scores_fall_also_in_the_single_precision_that_trec_eval_reads(result):
    near = [RankedPassage(f"d{n}", 0, 5, 0.5 - n * 1e-10) for n in range(4)]
    near.append(RankedPassage("last", 0, 5, 0.4))
    files = run_files(judged_by_documents(result, {"q1": near}))
    lines = next(iter(files.values())).splitlines()
    scores = np.array([line.split()[4] for line in lines], dtype=np.float32)
    assert (np.diff(scores) < 0).all()
    assert scores[-1] == np.float32(0.4)


def test_ids_with_white_space_stay_one_column(result):
    rankings = {"question 1": [RankedPassage("d 1", 0, 5, 0.5)]}
    files = run_files(judged_by_documents(result, rankings))
    line = next(iter(files.values())).splitlines()[0]
    assert line.split() == ["question%201", "Q0", "d%201", "1", "0.5", result.cells[0].name]


def test_runs_of_span_sets_name_places_and_have_no_qrels(result):
    files = run_files(result)
    assert "qrels.txt" not in files
    assert len(files) == len(result.cells)
    assert "docs/0.md:" in files["bm25s.run"]


def test_cells_with_names_alike_get_files_of_their_own(result):
    named = [replace(result.cells[0], name=name) for name in ("a/b", "a:b", "A_B", "…", "/")]
    assert len({name.lower() for name in run_files(replace(result, cells=tuple(named)))}) == 5


def test_all_formats_are_written_and_twice_the_same(result, tmp_path):
    formats = ["html", "markdown", "csv", "trec", "plots"]
    first, second = (
        write_reports(result, tmp_path / name, formats=formats, texts=document_texts())
        for name in ("first", "second")
    )
    assert {path.suffix for path in first} == {".html", ".md", ".csv", ".run", ".svg"}
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert any(path.name.startswith("heat-") for path in first)


def test_an_unknown_format_and_an_unwritable_folder_are_said_plainly(result, tmp_path):
    with pytest.raises(BenchError, match="found pdf"):
        write_reports(result, tmp_path, formats=["pdf"], texts={})
    (tmp_path / "file").write_text("")
    with pytest.raises(BenchError, match="another folder"):
        write_reports(result, tmp_path / "file", formats=["markdown"], texts={})
