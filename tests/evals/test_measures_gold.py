"""Gold is read from every form of questions; knows nothing of scores."""

import json
from pathlib import Path

import pytest

from evals.data import sample
from evals.gold import (
    Question,
    Span,
    Turn,
    question_from_beir,
    question_from_chunking,
    question_from_sample,
)

LINES = (Path(next(iter(sample.__path__))) / "questions.jsonl").read_text("utf-8").splitlines()
ROWS = [json.loads(line) for line in LINES]


def test_every_sample_question_is_read():
    questions = [question_from_sample(row) for row in ROWS]
    assert [question.id for question in questions] == [row["id"] for row in ROWS]
    for question, row in zip(questions, ROWS, strict=True):
        assert bool(question.slots) is question.answerable is bool(question.answers)
        assert sum(map(len, question.slots)) == len(row["gold"])
        assert question.sources == {gold["source"] for gold in row["gold"]}


def test_either_makes_alternatives_of_one_slot_and_all_else_slots_of_their_own():
    for question in map(question_from_sample, ROWS):
        sizes = [len(slot) for slot in question.slots]
        if "either" in question.tags:
            assert len(sizes) == 1
            assert sizes[0] > 1
        else:
            assert set(sizes) <= {1}


def test_a_follow_up_keeps_its_turns():
    row = next(row for row in ROWS if "history" in row)
    question = question_from_sample(row)
    assert question.history == tuple(Turn(*turn) for turn in row["history"])
    assert question.history[0].role == "user"


def test_a_chunking_question_has_a_slot_for_each_reference():
    row = {
        "_id": "finance-1",
        "corpus_id": "finance",
        "text": "How much?",
        "references": [
            {"content": "ab", "start_index": 3, "end_index": 5},
            {"content": "c", "start_index": 9, "end_index": 10},
        ],
    }
    question = question_from_chunking(row)
    assert question.slots == (
        (Span("corpora/finance.md", 3, 5),),
        (Span("corpora/finance.md", 9, 10),),
    )
    assert question.tags == ("finance",)


def test_a_beir_question_has_grades_answers_and_turns():
    row = {
        "_id": 7,
        "text": "And then?",
        "answers": ["x"],
        "history": [{"role": "user", "text": "First?"}],
        "answerability": "PARTIAL",
    }
    question = question_from_beir(row, {"d1": 2, "d2": 0}, language="en")
    assert question == Question(
        id="7",
        text="And then?",
        language="en",
        tags=("partial",),
        history=(Turn("user", "First?"),),
        answers=("x",),
        graded={"d1": 2, "d2": 0},
    )
    assert len({question, question}) == 1


@pytest.mark.parametrize("grades", [{}, {"d1": 0}])
def test_a_beir_question_without_a_relevant_document_is_not_answerable(grades):
    assert not question_from_beir({"_id": "1", "text": "?"}, grades).answerable


@pytest.mark.parametrize(("start", "end"), [(5, 5), (6, 5), (-1, 3)])
def test_an_empty_span_is_refused(start, end):
    with pytest.raises(ValueError, match="at least one character"):
        Span("a", start, end)


@pytest.mark.parametrize(
    ("read", "row"),
    [
        (question_from_sample, {"id": "q1", "question": "?"}),
        (question_from_sample, ROWS[0] | {"id": "q1", "gold": [{"source": "a"}]}),
        (question_from_chunking, {"_id": "q1", "corpus_id": "a", "text": "?"}),
        (lambda row: question_from_beir(row, {}), {"_id": "q1"}),
    ],
)
def test_a_row_that_lacks_a_field_is_refused_by_its_id(read, row):
    with pytest.raises(ValueError, match=r"question 'q1': no field '\w+'"):
        read(row)


def test_an_empty_span_is_refused_by_the_id_of_its_question():
    gold = [{"source": "a", "quote": "", "start_index": 4, "end_index": 4}]
    with pytest.raises(ValueError, match=r"question 'q1'.*found 4-4 in a"):
        question_from_sample(ROWS[0] | {"id": "q1", "gold": gold})
