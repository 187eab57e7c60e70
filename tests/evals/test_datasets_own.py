"""A user's own questions are bound to their own documents; knows nothing of retrieval."""

import re
from pathlib import Path

import pytest

from evals import datasets
from evals.datasets import load_dataset
from evals.datasets.own import UNREVIEWED, read_own
from evals.datasets.quotes import QuotedText, QuoteError
from evals.gold import Span, Turn
from rag.errors import BenchError, IndexNotFoundError
from tests.indexing import Project

README = Path(datasets.__file__).with_name("README.md")
PUMP = """# Pump P9

The pump is guaranteed
for two years. Returns take 12 days.

Returns to Porto are free.
"""
ZH = "水泵保修期为两年，\n自收货之日起算。滤芯每月清洗一次。"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    with Project(tmp_path_factory.mktemp("project")) as opened:
        opened.write("docs/pump.md", PUMP)
        opened.write("docs/水泵.txt", ZH)
        opened.write("docs/copy.md", "Returns take 12 days. Ask first. Returns take 12 days.")
        opened.add("docs")
        yield opened


def write(project: Project, text: str) -> Path:
    path = project.folder / "questions.yaml"
    path.write_text(text, "utf-8")
    return path


def words(loaded, span):
    return loaded.texts[span.source][span.start_index : span.end_index]


def test_quotes_become_spans_of_the_indexed_text(project):
    path = write(
        project,
        """
questions:
  - question: How long is the pump guaranteed, and what do returns cost?
    quotes:
      - source: docs/pump.md
        quote: The pump is guaranteed for two years.
      - - {source: docs/pump.md, quote: Returns to Porto are free.}
        - {source: docs/copy.md, quote: Ask first.}
    answers: [two years, 2.0]
    tags: [returns]
    history:
      - user: Which pump?
      - assistant: The P9.
  - question: 水泵保修多久？
    id: zh
    quotes: [{source: docs/水泵.txt, quote: 水泵保修期为两年，自收货之日起算。}]
  - question: What does it weigh?
    answerable: false
    reviewed: false
""",
    )
    loaded = load_dataset(path)
    assert {document.source for document in loaded.documents} == {
        "docs/copy.md", "docs/pump.md", "docs/水泵.txt",
    }  # fmt: skip
    first, second, third = loaded.questions
    assert [[words(loaded, span) for span in slot] for slot in first.slots] == [
        ["The pump is guaranteed\nfor two years."],
        ["Returns to Porto are free.", "Ask first."],
    ]
    assert first.answers == ("two years", "2.0")
    assert first.history == (Turn("user", "Which pump?"), Turn("assistant", "The P9."))
    assert words(loaded, second.slots[0][0]) == "水泵保修期为两年，\n自收货之日起算。"
    assert (second.id, second.language, first.language) == ("zh", "zh", "en")
    assert not third.answerable
    assert third.tags == (UNREVIEWED,)


def test_an_id_follows_the_words_and_not_the_place(project):
    one = "- {question: 'What does it weigh?', answerable: false}"
    two = "- {question: 'What does it cost?', answerable: false}"
    ids = [
        {q.text: q.id for q in load_dataset(write(project, f"questions:\n{rows}")).questions}
        for rows in (f"{one}\n{two}", f"{two}\n{one}")
    ]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("quotes: [{source: docs/copy.md, quote: Returns take 12 days.}]", 3, "stands 2 times"),
        (
            "quotes: [{source: docs/pump.md, quote: Returns to Rome are free.}]",
            3,
            "nearest is 'Ret",
        ),
        ("quotes: [{source: docs/pump.md, quote: 2 days.}]", 3, "is not in docs/pump.md"),
        (
            "quotes:\n    - source: docs/pomp.md\n      quote: Pump",
            4,
            "'docs/pomp.md' is not in the index; did you mean 'docs/pump.md'",
        ),
        ("quotes: [{source: docs/pump.md}]", 3, "wanted the keys source and quote"),
        ("quote: [{source: docs/pump.md}]", 3, "unknown key 'quote'; did you mean 'quotes'"),
        ("answers: [x]", 2, "wanted quotes that answer it"),
        (
            "answerable: false\n    quotes: [{source: docs/pump.md, quote: Pump P9}]",
            2,
            "wanted no quotes",
        ),
        ("answerable: maybe", 3, "wanted true or false, found 'maybe'"),
        ("history: [{system: Hi}]", 3, "unknown key 'system'"),
        ("answerable: false\n    answers: two", 4, "wanted a list"),
    ],
)
def test_what_is_wrong_is_named_by_its_line(project, entry, line, said):
    path = write(project, f"questions:\n  - question: How long?\n    {entry}\n")
    with pytest.raises(BenchError, match=rf"questions\.yaml, line {line}: .*{said}"):
        load_dataset(path)


def test_every_wrong_question_is_named_and_the_others_are_read(project):
    path = write(
        project,
        """
questions:
  - {question: 'Weight?', answerable: false}
  - {question: 'Weight?', answerable: false}
  - {question: 'Price?'}
""",
    )
    with pytest.raises(BenchError) as caught:
        load_dataset(path)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == [
        "questions.yaml, line 4",
        "questions.yaml, line 5",
    ]
    assert [question.text for question in read_own(path).set.questions] == ["Weight?"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- question: a", "wanted the key questions"),
        ("index: .rag", "wanted the key questions"),
        ("question: []", "unknown key 'question'; did you mean 'questions'"),
        ("questions: [", "not YAML"),
        ("questions: []\nquestions: []", "line 2: key 'questions' stands twice"),
    ],
)
def test_a_file_of_another_form_is_refused(project, text, said):
    with pytest.raises(BenchError, match=said):
        load_dataset(write(project, text))


def test_the_index_is_looked_for_beside_the_file(project, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "q.yaml"
    elsewhere.write_text("questions: []")
    with pytest.raises(IndexNotFoundError):
        load_dataset(elsewhere)
    elsewhere.write_text(f"index: {project.index}\nquestions: []")
    assert len(load_dataset(elsewhere).documents) == 3


def test_the_example_of_the_readme_is_read(tmp_path):
    example = re.search(r"```yaml\n(.*?)```", README.read_text("utf-8"), re.DOTALL)[1]
    with Project(tmp_path) as opened:
        opened.write("docs/warranty.md", "Pumps are guaranteed for two years.")
        opened.write("docs/returns.md", "Returns are free.")
        opened.write("docs/porto.md", "In Porto, returns cost 5 euros.")
        opened.write("docs/porto-2026.md", "Returns from Porto cost 5 euros.")
        opened.add("docs")
        questions = load_dataset(write(opened, example)).questions
    assert [len(question.slots) for question in questions] == [1, 2, 0]
    assert [len(slot) for slot in questions[1].slots] == [1, 2]
    assert [question.answerable for question in questions] == [True, True, False]


def test_a_quote_is_found_whatever_its_white_space_but_not_inside_a_word():
    text = QuotedText("a", "In 12 days.\nOr  2\tdays. 保修 两年。")
    assert text.find("Or 2 days.") == Span("a", 12, 23)
    assert text.find("2 days.") == Span("a", 16, 23)
    assert text.find("保修两年") == Span("a", 24, 29)
    with pytest.raises(QuoteError, match="blank"):
        text.find("  ")
