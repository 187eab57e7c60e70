"""Ways to search for follow-ups compared by groups of turns, over a result made by hand."""

from dataclasses import replace

import pytest

from evals.follow_ups import AUTHORS, gap_closed, groups, table
from evals.gold import Question, Turn
from tests.evals.report_results import PRIMARY, bench_result


def asked(result, **fields):
    """Return the result's questions, the first three with these fields."""
    return [
        Question(one.id, f"question {one.id}", **(fields if at < 3 else {}))
        for at, one in enumerate(result.questions)
    ]


def test_each_group_holds_the_turns_that_every_cell_scored() -> None:
    result = bench_result(questions=6)
    ids = [one.id for one in result.questions]
    scores = {**result.cells[1].per_question[PRIMARY], ids[0]: None}
    partly = replace(result.cells[1], per_question={PRIMARY: scores})
    result = replace(result, cells=(result.cells[0], partly))
    found = groups(result, asked(result, rewrite="in full"))
    assert found == {"turns with a rewrite": ids[1:3], "all": ids[1:]}


def test_without_rewrites_follow_ups_are_told_by_language_and_topic() -> None:
    result = bench_result(questions=6)
    ids = [one.id for one in result.questions]
    questions = asked(result, history=(Turn("user", "before"),), language="zh")
    questions[1] = replace(questions[1], tags=("follow-up", "topic-switch"))
    questions[2] = replace(questions[2], language="en")
    assert groups(result, questions) == {
        "follow-ups in en": [ids[2]],
        "follow-ups in zh": [ids[0]],
        "turns that leave the subject": [ids[1]],
        "turns with a history": ids[:3],
    }


def test_the_gap_is_counted_from_the_baseline_to_the_authors() -> None:
    result = bench_result(questions=2)
    ids = [one.id for one in result.questions]
    scores = {result.baseline: (0.5, 0.7), "weighed": (0.6, 0.78), AUTHORS: (0.7, 0.8)}
    cells = tuple(
        replace(
            result.cells[0], name=name, per_question={PRIMARY: dict(zip(ids, own, strict=True))}
        )
        for name, own in scores.items()
    )
    assert gap_closed(replace(result, cells=cells), ids, "weighed") == pytest.approx(0.6)


def test_a_line_compares_each_cell_with_the_baseline() -> None:
    result = bench_result(questions=40)
    baseline = next(cell for cell in result.cells if cell.name == result.baseline)
    other = next(cell for cell in result.cells if cell.name != result.baseline)
    cells = (baseline, replace(other, name=AUTHORS))
    lines = table(replace(result, cells=cells), [one.id for one in result.questions])
    assert len(lines) == 2
    assert " p=" not in lines[0]
    assert " p=" in lines[1]
