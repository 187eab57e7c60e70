"""The sample's questions are bound to the words of its documents; knows nothing of retrieval."""

import copy
import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from evals.data.sample import make_binaries, resolve_spans
from rag.documents import load
from rag.documents.document import LoadedDocument

SAMPLE = Path(make_binaries.__file__).parent
PATHS = sorted(path for path in (SAMPLE / "documents").rglob("*") if path.is_file())
LINES = (SAMPLE / "questions.jsonl").read_text("utf-8").splitlines()
QUESTIONS = [json.loads(line) for line in LINES]
ANSWERABLE = [question for question in QUESTIONS if question["answerable"]]
README = (SAMPLE / "README.md").read_text("utf-8")


@cache
def loaded(source: str) -> LoadedDocument:
    return load(SAMPLE / source)


def tagged(tag):
    return [question for question in QUESTIONS if tag in question["tags"]]


def sources_of(question):
    return {gold["source"] for gold in question["gold"]}


def is_chinese(text):
    letters = [character for character in text if character.isalpha()]
    ideographs = [character for character in letters if "\u4e00" <= character <= "\u9fff"]
    return len(ideographs) > len(letters) / 3


def id_of(item):
    return item["id"] if isinstance(item, dict) else item.name


@pytest.mark.parametrize("path", PATHS, ids=id_of)
def test_every_document_loads_with_text_of_a_document_s_length(path):
    text = loaded(path.relative_to(SAMPLE).as_posix()).text
    units = len(re.findall(r"[A-Za-z0-9]+|[\u4e00-\u9fff]", text))
    assert 350 <= units <= 3000


def test_there_are_documents_of_every_kind_and_a_third_is_chinese():
    documents = [loaded(path.relative_to(SAMPLE).as_posix()) for path in PATHS]
    assert len(documents) >= 22
    kinds = {document.kind for document in documents}
    assert kinds == {"markdown", "text", "html", "pdf", "docx", "csv", "code"}
    chinese = sum(is_chinese(document.text) for document in documents)
    assert 0.28 <= chinese / len(documents) <= 0.4


def test_one_document_is_in_gb18030_and_not_in_utf_8():
    path = SAMPLE / "documents/zh/dealer-pricing-2026.txt"
    with pytest.raises(UnicodeDecodeError):
        path.read_bytes().decode("utf-8")
    assert loaded("documents/zh/dealer-pricing-2026.txt").text == path.read_text("gb18030")


def test_the_sample_is_small_enough_to_ship():
    files = [path for path in SAMPLE.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    # `make demo` leaves its index here.
    files = [path for path in files if ".rag" not in path.parts]
    assert sum(path.stat().st_size for path in files) < 400_000


def test_there_are_enough_questions_in_both_languages_with_unique_ids():
    assert len(QUESTIONS) >= 160
    assert len({question["id"] for question in QUESTIONS}) == len(QUESTIONS)
    asked = {(question["question"], str(question.get("history"))) for question in QUESTIONS}
    assert len(asked) == len(QUESTIONS)
    languages = Counter(question["language"] for question in QUESTIONS)
    assert set(languages) == {"en", "zh"}
    assert 0.4 <= languages["zh"] / len(QUESTIONS) <= 0.5


@pytest.mark.parametrize("question", QUESTIONS, ids=id_of)
def test_a_question_has_the_documented_fields_and_its_language(question):
    fields = {"id", "question", "language", "answerable", "tags", "answers", "gold"}
    assert set(question) - {"history"} == fields
    assert question["id"].startswith(question["language"] + "-")
    assert is_chinese(question["question"]) is (question["language"] == "zh")
    assert question["tags"]
    assert ("unanswerable" in question["tags"]) is not question["answerable"]
    assert bool(question["answers"]) is question["answerable"]
    assert bool(question["gold"]) is question["answerable"]


@pytest.mark.parametrize("question", ANSWERABLE, ids=id_of)
def test_every_gold_quote_is_the_text_of_its_span_and_occurs_once(question):
    for gold in question["gold"]:
        assert set(gold) == {"source", "quote", "start_index", "end_index"}
        text = loaded(gold["source"]).text
        assert gold["quote"].strip() == gold["quote"] != ""
        assert text[gold["start_index"] : gold["end_index"]] == gold["quote"]
        assert text.count(gold["quote"]) == 1


def test_follow_ups_and_only_they_have_a_history_of_alternating_turns():
    languages = Counter(question["language"] for question in tagged("follow-up"))
    assert languages["en"] >= 8
    assert languages["zh"] >= 25
    assert set(map(id_of, tagged("topic-switch"))) <= set(map(id_of, tagged("follow-up")))
    assert len(tagged("topic-switch")) >= 5
    for question in QUESTIONS:
        assert ("history" in question) is ("follow-up" in question["tags"])
        roles = [role for role, text in question.get("history", []) if text]
        assert roles == ["user", "assistant"] * (len(question.get("history", [])) // 2)


def test_two_document_questions_have_gold_in_two_documents():
    assert len(tagged("two-documents")) >= 8
    for question in tagged("two-documents"):
        assert len(sources_of(question)) == 2
        assert "either" not in question["tags"]


def test_either_questions_have_the_choice():
    for question in tagged("either"):
        assert len(question["gold"]) >= 2


def test_unanswerable_questions_come_in_both_languages():
    languages = Counter(question["language"] for question in tagged("unanswerable"))
    assert languages["en"] >= 15
    assert languages["zh"] >= 14


def test_cross_language_questions_have_gold_in_the_other_language():
    directions = set()
    for question in tagged("cross-language"):
        other = "en" if question["language"] == "zh" else "zh"
        languages = {"zh" if "/zh/" in source else "en" for source in sources_of(question)}
        assert other in languages
        directions.add(other)
    assert directions == {"en", "zh"}


def test_every_document_answers_a_question():
    used = set().union(*map(sources_of, QUESTIONS))
    assert used == {path.relative_to(SAMPLE).as_posix() for path in PATHS}


def test_the_readme_counts_the_questions_of_every_tag():
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (\d+) \|", README, flags=re.MULTILINE))
    counts = Counter(tag for question in QUESTIONS for tag in question["tags"])
    assert {tag: int(count) for tag, count in rows.items()} == counts
    assert f"{len(PATHS)} documents, {len(QUESTIONS)} questions" in README


def test_resolving_the_spans_again_changes_nothing():
    questions = copy.deepcopy(QUESTIONS)
    problems = [problem for question in questions for problem in resolve_spans.resolve(question)]
    assert problems == []
    assert [json.dumps(question, ensure_ascii=False) for question in questions] == LINES


def test_resolving_finds_a_quote_across_line_ends_and_reports_a_missing_or_double_one():
    source = "documents/support-policy-2024.txt"
    text = loaded(source).text

    def gold(quote):
        return {"source": source, "quote": quote, "start_index": 0, "end_index": 0}

    question = {"id": "x", "gold": [gold("Contracts that were signed"), gold("nowhere"), gold("e")]}
    problems = list(resolve_spans.resolve(question))
    found = question["gold"][0]
    assert found["quote"] == "Contracts that were\nsigned"
    assert text[found["start_index"] : found["end_index"]] == found["quote"]
    assert [problem.split(" times")[0] for problem in problems] == ["x: 0", f"x: {text.count('e')}"]


def test_the_pdf_and_the_docx_are_what_the_script_writes(tmp_path):
    make_binaries.write_pdf(tmp_path / "made.pdf")
    make_binaries.write_docx(tmp_path / "made.docx")
    assert load(tmp_path / "made.pdf") == loaded("documents/temperature-mapping-guide.pdf")
    assert load(tmp_path / "made.docx") == loaded("documents/customer-onboarding-plan.docx")
    assert len(loaded("documents/temperature-mapping-guide.pdf").page_starts) == 6
