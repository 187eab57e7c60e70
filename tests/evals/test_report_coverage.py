"""Scores that are missing are shown as coverage in every form of a report, and never as 0."""

import csv
import io
import json
from dataclasses import replace

import pytest

from evals.commands.leaderboard import print_leaderboard
from evals.commands.run import summary
from evals.report.coverage import coverage_of, gaps
from evals.report.csv_files import csv_tables
from evals.report.html import render_html
from evals.report.markdown import render_markdown
from evals.results import BenchResult
from tests.evals.report_results import PRIMARY, bench_result, with_gaps


@pytest.fixture(scope="module")
def whole() -> BenchResult:
    return bench_result(questions=60, sizes=(64, 128))


@pytest.fixture(scope="module")
def result(whole: BenchResult) -> BenchResult:
    return with_gaps(whole)


def test_gaps_name_cell_measure_share_and_the_commonest_reason(result: BenchResult) -> None:
    found = {(one.cell, one.measure): one for one in gaps(result)}
    first, second = result.cells[0].name, result.cells[1].name
    partly, none = found[first, PRIMARY], found[second, "R@5"]
    assert len(found) == 2
    assert (partly.scored, partly.due, partly.why) == (57, 60, "no | votes")
    assert (none.scored, none.due, none.share) == (0, 60, 0.0)
    assert coverage_of(result.cells[1], "R@5") == 0.0
    assert coverage_of(result.cells[2], "R@5") == 1.0
    assert coverage_of(replace(result.cells[2], estimates={}), "R@5") is None


def test_every_report_shows_coverage_where_scores_are_missing(
    result: BenchResult, capsys: pytest.CaptureFixture[str]
) -> None:
    page, markdown = render_html(result, {}), render_markdown(result)
    print_leaderboard(result)
    printed = capsys.readouterr().out
    assert '<section id="coverage">' in page
    assert f"{PRIMARY}, coverage" in page
    for text in (page, markdown, printed):
        assert "95.0%" in text
        assert "57/60" in text
    assert "no \\| votes" in markdown
    cells = list(csv.DictReader(io.StringIO(csv_tables(result)["cells.csv"])))
    assert [float(row[f"{PRIMARY} coverage"]) for row in cells[:2]] == [0.95, 1.0]
    assert (cells[1]["R@5"], float(cells[1]["R@5 coverage"])) == ("", 0.0)
    told = json.loads(json.dumps(summary(result)))["leaderboard"]
    assert told[0]["coverage"] == {PRIMARY: 0.95}
    assert told[2]["coverage"] == {}


def test_nothing_is_said_where_none_is_missing(
    whole: BenchResult, capsys: pytest.CaptureFixture[str]
) -> None:
    print_leaderboard(whole)
    for text in (render_html(whole, {}), render_markdown(whole), capsys.readouterr().out):
        assert "overage" not in text


def test_gaps_survive_the_json(result: BenchResult) -> None:
    assert BenchResult.from_json(result.to_json()).to_json() == result.to_json()
