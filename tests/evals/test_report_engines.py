"""Engines in a result: one line for all cells that share what was measured, in every form."""

import csv
import io
from dataclasses import replace

import pytest

from evals.report.csv_files import csv_tables
from evals.report.engines import engine_rows, engine_summary, without_engines
from evals.report.html import render_html
from evals.report.markdown import render_markdown
from tests.evals.report_results import bench_result, with_engines


@pytest.fixture(scope="module")
def result():
    return with_engines(bench_result(questions=24))


def test_cells_that_share_an_index_share_a_line(result):
    rows = engine_rows(result)
    assert [row.engine for row in rows].count("chroma") == 3
    (flat,) = [row for row in rows if row.engine == "faiss-flat"]
    assert len(flat.cells) == 18
    assert flat.served.endswith(" and 17 more")
    assert flat.facts == {"ann_recall@10": 1.0, "search_ms_p50": 0.25}


def test_a_summary_is_the_range_over_all_indexes_and_a_dash_for_what_is_not_known(result):
    headings, lines = engine_summary(result)
    assert headings == ["engine", "of the exact 10", "p50 ms", "MB"]
    assert lines == [["chroma", "0.906–0.926", "–", "3.0"], ["faiss-flat", "1.000", "0.25", "–"]]
    assert engine_summary(bench_result(questions=4))[1] == []


def test_the_page_and_the_markdown_have_a_table_of_engines_only_where_there_are_any(result):
    page = render_html(result, {})
    assert 'id="engines"' in page
    assert "and 17 more" in page
    assert "chroma.ann" not in page
    assert "| faiss-flat | 1.000 | 0.25 | – |" in render_markdown(result)
    plain = bench_result(questions=4)
    assert 'id="engines"' not in render_html(plain, {})
    assert "of the exact 10" not in render_markdown(plain)


def test_the_table_of_cells_has_a_column_for_each_fact(result):
    rows = list(csv.DictReader(io.StringIO(csv_tables(result)["cells.csv"])))
    assert rows[0]["faiss-flat.search_ms_p50"] == "0.25"
    assert rows[-1]["faiss-flat.search_ms_p50"] == ""


def test_what_is_measured_of_a_cell_itself_is_told_apart(result):
    assert set(without_engines(result.cells[0].timings)) == {"latency_ms_p50"}


def test_a_fact_has_one_column_whether_it_is_ours_or_a_rivals(result):
    (rival,) = (cell for cell in result.cells if cell.rival)
    sizes = {"passages": 7.0, "index_bytes": 99.0}
    sized = replace(rival, cost={}, timings={**rival.timings, **sizes})
    table = csv_tables(replace(result, cells=(*result.cells[:-1], sized)))["cells.csv"]
    headings = table.splitlines()[0].split(",")
    assert len(headings) == len(set(headings))
    rows = list(csv.DictReader(io.StringIO(table)))
    assert (rows[-1]["passages"], rows[-1]["index_bytes"]) == ("7.0", "99.0")
    assert float(rows[0]["index_bytes"]) == result.cells[0].cost["index_bytes"]
