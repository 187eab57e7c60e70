import re
from dataclasses import replace

import pytest

from rag.answering.answer import Answer, Citation
from rag.server.page.rendering import GrowingAnswer, render_answer, render_markdown, render_text

MARK = re.compile(r"<mark>(.*?)</mark>", re.DOTALL)
ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><a xlink:href='javascript:alert(1)'>x</a></svg>",
    "[press](javascript:alert(1))",
    "[press](JaVaScRiPt&colon;alert(1))",
    "[press](data:text/html;base64,PHNjcmlwdD4=)",
    "[press](vbscript:x)",
    "![x](https://elsewhere.example/pixel.png)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    '<https://a.example/"onmouseover=alert(1)>',
    "[x](https://a.example 'a\" onclick=\"alert(1)')",
    "<style>body{display:none}</style>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "| a |\n|:-:|\n| <form action=//evil><input></form> |",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "<button class='cite' data-number='1' onclick='alert(1)'>1</button>",
    "\u202e<script>gnp.exe</script>",
)
# What may stand in the HTML, attribute by attribute.
TAG = re.compile(r"<(/?)([a-z0-9]+)((?:\s+[a-z-]+=\"[^\"<>]*\")*)\s*>")
ATTRIBUTE = re.compile(r"\s([a-z-]+)=\"([^\"]*)\"")
KNOWN = {"class", "data-number", "href", "rel", "start", "target", "title", "type"}


def assert_harmless(html: str) -> None:
    assert "<" not in TAG.sub("", html)
    for _, tag, attributes in TAG.findall(html):
        assert tag not in {"script", "style", "img", "svg", "iframe", "form", "input", "object"}
        for name, value in ATTRIBUTE.findall(attributes):
            assert name in KNOWN
            if name == "href":
                assert value.startswith(("https://", "http://", "mailto:"))


def citation(number: int, *, verified: bool = True) -> Citation:
    return Citation(number, "docs/a.md", "A", None, 0, 4, "word", verified)


def answer(text: str, *citations: Citation) -> Answer:
    return Answer("q", "q", text, answered=True, citations=citations)


def document(text: str, quote: str, *, nth: int = 0, context: int = 10_000) -> str:
    start = -1
    for _ in range(nth + 1):
        start = text.index(quote, start + 1)
    end = start + len(quote)
    return render_markdown(text, start, end, first=start - context, last=end + context)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left_in_an_answer(attack: str) -> None:
    assert_harmless(render_answer(answer(f"Before {attack} after [1]", citation(1))))
    assert_harmless(render_answer(answer(attack, citation(1))))


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_of_an_attack_is_left_in_a_document(attack: str) -> None:
    assert_harmless(document(f"# Title\n\n{attack}\n\nThe end.", "The end"))
    assert_harmless(document(attack, attack))
    assert_harmless(render_text(attack, attack, attack))
    assert_harmless(render_text(attack, attack, attack, is_code=True))


def test_markers_become_buttons_that_say_whether_they_were_confirmed() -> None:
    shown = answer("Twelve [1]. Dreizehn [2].", citation(1), citation(2, verified=False))
    html = render_answer(shown)
    assert '<button type="button" class="cite" data-number="1">1</button>' in html
    assert '<button type="button" class="cite unverified" data-number="2">2</button>' in html


def test_only_markers_of_citations_outside_of_code_become_buttons() -> None:
    html = render_answer(answer("a [1] `x[1]` [3] [01x]\n\n    y[1]\n", citation(1)))
    assert html.count("<button") == 1
    assert "[3]" in html


def test_a_marker_is_no_link_even_where_the_answer_defines_one() -> None:
    html = render_answer(answer("Twelve [1].\n\n[1]: https://evil.example", citation(1)))
    assert "href" not in html
    assert html.count("<button") == 2


def test_a_marker_at_a_chinese_word_becomes_a_button() -> None:
    html = render_answer(answer("保修期为 **36 个月**[1]。", citation(1)))
    assert "<strong>36 个月</strong><button" in html


def test_an_answer_without_citations_keeps_its_brackets() -> None:
    assert "[1]" in render_answer(replace(answer("See [1]."), answered=False))


def test_an_answer_is_rendered_while_it_grows_but_not_at_every_piece() -> None:
    growing = GrowingAnswer()
    drawn = [growing.add(piece) for piece in ["**Twelve** [1]. ", *["word "] * 400]]
    assert drawn[0] is not None
    assert "<strong>Twelve</strong> <button" in drawn[0]
    rendered = [html for html in drawn if html is not None]
    assert 10 < len(rendered) < 40
    assert_harmless(rendered[-1])


def test_links_open_elsewhere_and_tell_nothing() -> None:
    html = render_answer(answer("[site](https://a.example/b)"))
    assert 'target="_blank"' in html
    assert 'rel="noopener noreferrer nofollow"' in html


def test_a_quote_is_marked_where_it_stands_not_where_its_words_stand_first() -> None:
    text = "The pump weighs 12 kg.\n\nAgain: The pump weighs 12 kg.\n"
    html = document(text, "The pump weighs 12 kg.", nth=1)
    first, second = html.split("</p>")[:2]
    assert "<mark>" not in first
    assert MARK.findall(second) == ["The pump weighs 12 kg."]


@pytest.mark.parametrize(
    ("text", "quote", "marked"),
    [
        ("# Pumps and **hubs**", "Pumps and **hubs**", ["Pumps and ", "hubs"]),
        ("A **bold claim.** Next", "bold claim.", ["bold claim."]),
        ("See [the pump](https://a.b/c) now.", "pump](https://a.b/c) now", ["pump", " now"]),
        ("- one\n- two three\n", "two", ["two"]),
        ("> quoted\n> words here\n", "words", ["words"]),
        ("| a | b |\n|---|---|\n| a | x a |\n", "x a", ["x a"]),
        ("| a | b |\n|---|---|\n| p \\| q | r |\n", "p \\| q | r", ["p | q", "r"]),
        ("```py\nfirst\nsecond\n```\n", "second", ["second"]),
        ("    first\n    second\n", "second", ["second"]),
        ("Fish &amp; chips are 5 \\* 3.", "amp; chips are 5 \\*", ["&amp;", " chips are 5 ", "*"]),
        ("水泵的保修期为三年。第二句。", "第二句。", ["第二句。"]),
        ("Title\n=====\n\nText", "Title", ["Title"]),
        ("The `code span` ends", "span` ends", ["<code>code span</code>", " ends"]),
        ("a\r\n\r\nwarranty here\r\n", "warranty", ["warranty"]),
        ("two  \nlines here", "lines", ["lines"]),
    ],
)
def test_a_quote_is_marked_inside_every_kind_of_block(
    text: str, quote: str, marked: list[str]
) -> None:
    assert MARK.findall(document(text, quote)) == marked


def test_a_quote_over_several_blocks_is_marked_in_each() -> None:
    text = "# Head\n\nFirst words.\n\n- item 一\n- item two\n\n| a |\n|---|\n| cell |\n\nLast."
    html = document(text, "words.\n\n- item 一\n- item two\n\n| a |\n|---|\n| cell")
    assert MARK.findall(html) == ["words.", "item 一", "item two", "a", "cell"]


def test_without_a_quote_nothing_is_marked() -> None:
    assert "<mark>" not in render_markdown("# A\n\nb", 0, 0, first=0, last=100)


def test_only_whole_blocks_around_the_quote_are_shown() -> None:
    text = "\n\n".join(f"Paragraph {number:03}." for number in range(100))
    html = document(text, "Paragraph 050.", context=40)
    assert html.count("Paragraph") in range(3, 8)
    assert html.count('class="cut"') == 2
    assert "<mark>Paragraph 050.</mark>" in html


def test_cells_keep_their_side_without_a_style() -> None:
    html = document("| a | b |\n|:-:|--:|\n| 1 | 2 |\n", "1")
    assert '<td class="center"><mark>1</mark></td>' in html
    assert "style" not in html


def test_text_keeps_its_lines() -> None:
    html = render_text("before\n", "引文 <b>", "\nafter")
    assert html == '<div class="text">before\n<mark>引文 &lt;b&gt;</mark>\nafter</div>'


def test_a_long_block_is_shown_as_it_is_with_its_quote_marked() -> None:
    rows = "".join(f"| {number} | words |\n" for number in range(5_000))
    html = document(f"| a | b |\n|---|---|\n{rows}", "| 4321 | words |")
    assert "<table>" not in html
    assert MARK.findall(html) == ["| 4321 | words |"]


@pytest.mark.parametrize("hostile", ["[" * 20_000, "*a " * 8_000, "> " * 20_000, "`" * 20_000])
def test_hostile_markdown_is_rendered_too(hostile: str) -> None:
    assert_harmless(document(f"{hostile}\n\nThe end", "The end"))
    assert_harmless(render_answer(answer(hostile)))
