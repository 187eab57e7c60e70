"""Citations in the shapes that chat clients read."""

from typing import Any

import pytest

from rag.answering.answer import Answer, Citation
from rag.answering.language import NO_CHAT_MODEL
from rag.server.openai.contents import appendix, without_sources
from rag.server.openai.references import Reference, references_of
from tests.answering.fakes import passage


def citation(number: int, **more: Any) -> Citation:
    given = {
        "source": "docs/handbook.md",
        "title": "Handbook",
        "page": None,
        "start_index": 10 * number,
        "end_index": 10 * number + 5,
        "quote": f"quote {number}",
        "verified": True,
    }
    return Citation(number=number, **{**given, **more})


def referred(text: str, *citations: Citation, question: str = "How long?") -> list[Reference]:
    answer = Answer(question, question, text, answered=True, citations=citations)
    return references_of(answer, "http://here", "default")


def test_each_citation_is_told_once_at_its_first_marker() -> None:
    text = "First [1]. Again [1], then [2]."
    first, second = referred(text, citation(1), citation(2, title="Guide"))
    assert (first.start, first.end) == (6, 9)
    assert text[second.start : second.end] == "[2]"


def test_markers_in_code_are_none() -> None:
    text = "Use `rows[1]` or\n```\na[1]\n```\nas told [1]."
    (reference,) = referred(text, citation(1))
    assert reference.start == text.rindex("[1]")


def test_a_citation_without_a_marker_points_behind_the_text() -> None:
    (reference,) = referred("No marker.", citation(1))
    assert (reference.start, reference.end) == (10, 10)


def test_places_count_characters_not_bytes() -> None:
    (reference,) = referred("保修期为 36 个月。[1]", citation(1))
    assert (reference.start, reference.end) == (11, 14)


@pytest.mark.parametrize(
    ("question", "label"), [("How long?", "Handbook, page 3"), ("多久？", "Handbook，第 3 页")]
)
def test_a_label_names_title_and_page(question: str, label: str) -> None:
    (reference,) = referred("Yes [1]", citation(1, page=3), question=question)
    assert reference.label == label


def test_no_two_labels_are_the_same() -> None:
    references = referred("[1][2][3]", citation(1), citation(2), citation(3, title="", page=2))
    labels = [reference.label for reference in references]
    assert labels == ["Handbook (1)", "Handbook (2)", "handbook.md, page 2"]


def test_a_source_carries_the_score_of_the_passage_that_holds_it() -> None:
    found = passage("x" * 30, source="docs/handbook.md", score=0.75)
    other = passage("y" * 30, source="other.md", score=0.9)
    answer = Answer("q", "q", "Yes [1]", True, (citation(1),), (other, found))
    (reference,) = references_of(answer, "http://here", "default")
    assert reference.source()["distances"] == [0.75]


def test_the_link_survives_names_in_any_language() -> None:
    (reference,) = referred("[1]", citation(1, source="文档/手册 (新)#1.md"))
    assert "(" not in reference.url.partition("reference=")[2]
    assert reference.url.isascii()
    assert "#1" not in reference.url


def test_a_title_cannot_break_out_of_its_link() -> None:
    answer = Answer("q", "q", "[1]", True, (citation(1, title="a](http://evil) [b", quote="x\ny"),))
    listed = appendix(answer, references_of(answer, "http://here", "default"))
    assert r"1. [a\](http://evil) \[b](http://here/" in listed
    assert listed.endswith("“x y”")


@pytest.mark.parametrize("question", ["How long?", "保修期多久？"])
@pytest.mark.parametrize("notice", [None, NO_CHAT_MODEL["en"], NO_CHAT_MODEL["zh"]])
def test_an_earlier_answer_loses_what_was_put_behind_it(question: str, notice: str | None) -> None:
    text = "It is *36* months [1].\n\n*Mind the gap.*"
    answer = Answer(question, question, text, True, (citation(1), citation(2)), notice=notice)
    content = text + appendix(answer, references_of(answer, "http://here", "default"))
    assert content != text
    assert without_sources(content) == text
    assert without_sources(text) == text
    unanswered = Answer(question, question, text, False, notice=notice)
    assert without_sources(text + appendix(unanswered, [])) == text
