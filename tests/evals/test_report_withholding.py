"""What answering only the surest questions costs, in every form of a report."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evals.report.csv_files import csv_tables
from evals.report.figures import curve_figures
from evals.report.html import render_html
from evals.report.markdown import render_markdown
from evals.report.withholding import curves
from evals.report.writing import write_reports
from evals.results import BenchResult, CellResult, Judgement
from tests.evals.report_results import bench_result, with_judgements


@pytest.fixture(scope="module")
def result() -> BenchResult:
    return with_judgements(bench_result(questions=60, sizes=(64, 128), modes=("hybrid", "dense")))


def four_questions(rate: float) -> BenchResult:
    """Chances .1, .2, .3 and .9; the second has no answer, the gold of the third was lost."""
    whole = bench_result(questions=4, sizes=(64,), modes=("hybrid",))
    first, *_ = whole.cells
    ids = [question.id for question in whole.questions]
    chances = dict(zip(ids, (0.1, 0.2, 0.3, 0.9), strict=True))
    judged = Judgement({}, rate, {key: -value for key, value in chances.items()}, chances)
    cell = replace(first, judgement=judged, losses={ids[2]: "below k"})
    asked = tuple(replace(one, answerable=one.id != ids[1]) for one in whole.questions)
    return replace(whole, cells=(cell,), questions=asked, baseline=cell.name)


def test_a_curve_adds_the_surest_question_first() -> None:
    (curve,) = curves(four_questions(0.3))
    assert curve.coverage == (0.25, 0.5, 0.75, 1.0)
    assert curve.chances == (0.1, 0.2, 0.3, 0.9)
    assert curve.false == pytest.approx((0, 1 / 2, 1 / 3, 1 / 4))
    assert curve.wrong == pytest.approx((0, 1 / 2, 2 / 3, 2 / 4))
    assert curve.auroc == pytest.approx(1 / 3)


def test_what_was_withheld_is_not_wrong_for_not_being_cited() -> None:
    found = four_questions(0.3)
    (cell,) = found.cells
    third, fourth = (question.id for question in found.questions[2:])
    uncited = replace(cell, losses={third: "not cited", fourth: "not cited"})
    (curve,) = curves(replace(found, cells=(uncited,)))
    assert curve.wrong == pytest.approx((0, 1 / 2, 2 / 3, 2 / 4))


def test_a_line_tells_both_kinds_of_questions_apart_at_the_cells_own_rate() -> None:
    (curve,) = curves(four_questions(0.25))
    assert [line.rate for line in curve.lines] == [0.1, 0.2, 0.25, 0.3]
    line = curve.set_line
    assert line.figures() == pytest.approx((1 / 3, 1.0, 0.5, 0.5, 0.5))
    assert curve.lines[0].figures() == pytest.approx((1 / 3, 0.0, 0.25, 0.0, 0.0))


def test_where_nothing_is_answered_nothing_answered_is_wrong() -> None:
    (curve,) = curves(four_questions(0.05))
    assert curve.set_line.figures() == (0.0, 0.0, 0.0, None, None)
    assert "–" in render_markdown(four_questions(0.05))
    assert 'class="mark' not in curve_figures(four_questions(0.05))[0].svg


def test_questions_that_are_level_share_what_they_cost() -> None:
    found = four_questions(0.3)
    (cell,) = found.cells
    assert cell.judgement is not None
    level = dict.fromkeys(cell.judgement.chances, 0.5)
    judged = replace(cell.judgement, chances=level, odds=level)
    (curve,) = curves(replace(found, cells=(replace(cell, judgement=judged),)))
    assert curve.false == (0.25,) * 4
    assert curve.auroc == 0.5


def test_the_page_shows_curves_with_a_table_of_rates(result: BenchResult) -> None:
    page = render_html(result, {})
    part = page[page.index('id="withholding"') :].partition("</section>")[0]
    assert part.count("<svg") == 2 or result.baseline == curves(result)[0].cell
    assert 'class="curve false"' in part
    assert 'class="curve wrong"' in part
    assert part.count('scope="row"') == len(curves(result)) * (3 + 1)
    assert "answer.false_answer_rate" in part


def test_markdown_and_csv_hold_the_same_figures(result: BenchResult) -> None:
    first = curves(result)[0]
    text = render_markdown(result)
    shares = " | ".join("–" if one is None else f"{one:.3f}" for one in first.set_line.figures())
    assert f"| `{first.cell}` | **0.3** | {shares} |" in text
    assert f"AUROC of {first.auroc:.3f}" in text
    rows = list(csv.DictReader(io.StringIO(csv_tables(result)["risk_coverage.csv"])))
    own = [row for row in rows if row["cell"] == first.cell]
    assert [float(row["false of these"]) for row in own] == list(first.false)
    assert len(rows) == len(curves(result)) * len(result.questions)


def test_plots_are_written_as_files(result: BenchResult, tmp_path: Path) -> None:
    written = write_reports(result, tmp_path, formats=["plots"], texts={})
    names = [path.name for path in written if path.name.startswith("answered-")]
    assert names
    assert all(re.fullmatch(r"[a-z0-9._-]+\.svg", name) for name in names)


def test_nothing_is_said_where_every_question_has_an_answer() -> None:
    plain = bench_result(questions=10, sizes=(64,))
    assert curves(plain) == []
    assert "withholding" not in render_html(plain, {})
    assert "risk_coverage.csv" not in csv_tables(plain)
    assert "AUROC" not in render_markdown(plain)


def test_a_result_keeps_its_judgements(result: BenchResult) -> None:
    kept = BenchResult.from_json(result.to_json())
    assert kept == BenchResult.from_json(kept.to_json())
    first: CellResult = result.cells[0]
    assert first.judgement is not None
    assert kept.cells[0].judgement is not None
    assert kept.cells[0].judgement.chances == first.judgement.chances
