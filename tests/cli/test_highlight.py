"""Which words of a passage are marked, and what a snippet keeps."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rag.cli.highlight import find_words, make_snippet


def marked(text: str, question: str) -> list[str]:
    return [text[start:end] for start, end in find_words(text, question)]


def test_words_are_found_in_other_forms_and_function_words_are_not() -> None:
    text = "The pumps were tested at the factory; see code E-1042."
    question = "What is the pump test for E-1042?"
    assert marked(text, question) == ["pumps", "tested", "E-1042"]


def test_chinese_words_are_found_inside_a_sentence() -> None:
    text = "产品保修期为两年，电池除外。"
    assert marked(text, "保修期是多久？") == ["保修期"]


def test_mixed_scripts_are_told_apart() -> None:
    assert marked("Café naïve iPhone手机很好", "cafe naive 手机") == ["Café", "naïve", "手机"]


def test_lone_character_of_an_unspaced_script_is_found() -> None:
    assert marked("A 水 B", "水") == ["水"]


def test_snippet_is_the_stretch_with_most_words_marked_in_place() -> None:
    text = "filler words here. " * 30 + "The warranty lasts two years." + " more filler text." * 30
    snippet = make_snippet(text, find_words(text, "warranty years"), width=80)
    assert snippet.text.startswith("… ")
    assert snippet.text.endswith(" …")
    assert [snippet.text[a:b] for a, b in snippet.spans] == ["warranty", "years"]
    assert len(snippet.text) < 120


def test_snippet_of_a_short_text_is_all_of_it_on_one_line() -> None:
    text = "\n  Flow rate:\n\n3.5 L/min \n"
    snippet = make_snippet(text, find_words(text, "flow"), width=80)
    assert snippet.text == "Flow rate: 3.5 L/min"
    assert [snippet.text[a:b] for a, b in snippet.spans] == ["Flow"]


TEXTS = st.text(alphabet="pump warranty,保修期 \n\t.E-1042é", max_size=300)


@given(TEXTS, TEXTS, st.integers(min_value=10, max_value=200))
def test_spans_are_ordered_apart_and_survive_the_cut(text: str, question: str, width: int) -> None:
    spans = find_words(text, question)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    snippet = make_snippet(text, spans, width=width)
    assert "\n" not in snippet.text
    assert len(snippet.text) <= width + 4
    originals = [" ".join(text[start:end].split()) for start, end in spans]
    for start, end in snippet.spans:
        assert any(snippet.text[start:end] in original for original in originals)
