"""`rag bench report`, `compare` and `check` as they are typed."""

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from evals.cli import bench
from evals.datasets.found import load_dataset
from evals.definitions import definitions_of
from evals.results import write_result
from rag.errors import BenchError
from tests.evals.report_results import PRIMARY, bench_result, with_scores


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("results")
    result = replace(bench_result(), definitions=definitions_of((PRIMARY, "R@5")))
    write_result(result, place / "first.json")
    scores = {key: score - 0.2 for key, score in result.cells[0].per_question[PRIMARY].items()}
    write_result(with_scores(result, result.cells[0].name, scores), place / "worse.json")
    return place


def typed(*words: object):
    return CliRunner().invoke(bench, [str(word) for word in words])


def test_report_writes_the_page_beside_the_result(folder):
    done = typed("report", folder / "first.json")
    assert done.exit_code == 0
    assert done.stdout.strip() == str(folder / "report.html")
    assert "without their words" in done.stderr  # the drawn result is of no set that is here
    assert (folder / "report.html").read_text("utf-8").startswith("<!doctype html>")


def test_report_quotes_the_documents_of_a_set_that_is_here(folder, tmp_path):
    sample = load_dataset("sample")
    result = bench_result(questions=4)
    digest = replace(result.dataset, digest=sample.digest)
    source = sample.documents[0].source
    asked = (replace(result.questions[0], slots=(((source, 0, 12),),)),)
    write_result(replace(result, dataset=digest, questions=asked), tmp_path / "results.json")
    done = typed("report", tmp_path / "results.json", "-q")
    assert done.exit_code == 0
    data = (tmp_path / "report.html").read_text("utf-8")
    assert json.dumps(sample.documents[0].text[:12], ensure_ascii=False) in data


def test_report_prints_markdown_for_a_pull_request(folder):
    done = typed("report", folder / "first.json", "-f", "markdown", "-o", "-")
    assert done.exit_code == 0
    assert done.stdout.startswith("### loggers")
    assert typed("report", folder / "first.json", "-o", "-").exit_code == 2


def test_report_writes_several_formats_into_a_folder(folder, tmp_path):
    done = typed("report", folder / "first.json", "-f", "csv", "-f", "trec", "-o", tmp_path / "out")
    assert done.exit_code == 0
    assert (tmp_path / "out" / "cells.csv").is_file()
    assert (tmp_path / "out" / "runs" / "bm25s.run").is_file()


def test_compare_prints_rows_for_a_pipe(folder):
    done = typed("compare", folder / "first.json", folder / "worse.json")
    assert done.exit_code == 0
    heading, first, *_ = done.stdout.splitlines()
    assert heading.split("\t")[0] == "cell"
    assert first.split("\t")[-1] == "worse"
    assert "second against first, on 60 questions" in done.stderr


def test_compare_gives_json_and_markdown_and_takes_the_margin_of_the_spec(folder):
    done = typed("compare", folder / "first.json", folder / "worse.json", "--json")
    fields = json.loads(done.stdout)
    assert fields["margin"] == 0.02
    assert fields["pairs"][0]["verdict"] == "worse"
    written = typed(
        "compare", folder / "first.json", folder / "worse.json", "--markdown", "--margin", "0.5"
    ).stdout
    assert written.startswith("| cell |")
    assert "equivalent" in written.splitlines()[2]


def test_check_passes_and_fails_by_its_exit_code(folder):
    first, worse = folder / "first.json", folder / "worse.json"
    assert typed("check", "--baseline", first, first).exit_code == 0
    failed = typed("check", "--baseline", first, worse)
    assert failed.exit_code == 1
    assert failed.stderr.count("\n") == 1
    assert failed.stderr.startswith("failed: size=64,mode=dense,overlap=0 fell from")
    assert typed("check", "--baseline", first, worse, "--margin", "0.3").exit_code == 0
    assert (
        json.loads(typed("check", "--baseline", first, worse, "--json").stdout)["passed"] is False
    )


def test_check_refuses_what_it_cannot_read(folder, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    done = typed("check", "--baseline", folder / "first.json", tmp_path / "other.json")
    assert isinstance(done.exception, BenchError)
    assert done.exception.exit_code == 8
