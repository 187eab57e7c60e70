"""HTML yields its article with structure, and nothing of what surrounds it."""

import pytest

from rag.documents.html import load_html

PAGE = """<!DOCTYPE html>
<html><head><title>Guide – Site</title><style>p { color: red }</style></head><body>
<nav><a href=/>Home</a></nav>
<div role="navigation">Menu</div>
<main>
<h1>Guide</h1>
<p>First   paragraph with <b>bold</b>
and a<br>break.</p>
<ul><li>one<ul><li>inner</li></ul></li><li>two</li></ul>
<ol><li>first</li><li><p>second</p></li></ol>
<pre>def f():
    return 1</pre>
<h2>Prices</h2>
<table><caption>Per month</caption><tr><th>Plan</th><th>Price</th></tr>
<tr><td>Basic</td><td>5 €</td></tr><tr><td>Free</td><td></td></tr></table>
tail text
<script>alert("no")</script>
</main>
<footer>Imprint</footer></body></html>
"""
TEXT = """\
Guide

First paragraph with bold and a
break.

- one
  - inner
- two

1. first
2. second

```
def f():
    return 1
```

Prices

Per month
Plan | Price
Basic | 5 €
Free |

tail text"""


def test_a_page_yields_its_article():
    document = load_html(PAGE.encode())
    assert [line.rstrip() for line in document.text.split("\n")] == TEXT.split("\n")
    assert document.title == "Guide – Site"


def test_headings_and_blocks_point_into_the_text():
    document = load_html(PAGE.encode())
    for heading in document.headings:
        assert document.text.startswith(heading.title, heading.start_index)
    assert [(h.level, h.title) for h in document.headings] == [(1, "Guide"), (2, "Prices")]
    assert [b.kind for b in document.blocks] == ["list", "list", "code", "table"]
    table = document.blocks[-1]
    assert document.text[table.start_index : table.end_index].startswith("Per month\nPlan | Price")


def test_the_declared_encoding_is_honoured():
    page = '<meta charset="gb2312"><p>质保期两年</p>'
    assert load_html(page.encode("gb2312")).text == "质保期两年"
    page = '<?xml version="1.0" encoding="iso-8859-1"?><html><p>Größe</p></html>'
    assert load_html(page.encode("iso-8859-1")).text == "Größe"


@pytest.mark.parametrize(
    "page",
    [
        "<nav><h1>All</h1><p>The whole text stands in the menu, for once.</p></nav>",
        "<article><p>Teaser</p></article><div><p>" + "The text. " * 50 + "</p></div>",
        "<body><footer><p>" + "The text is at the foot. " * 9 + "</p></footer><p>Hi</p></body>",
        "plain words without a tag",
    ],
)
def test_the_article_is_never_lost(page):
    text = load_html(page.encode()).text
    assert "text" in text or text == "plain words without a tag"


def test_a_table_for_layout_is_read_as_a_page():
    page = "<table><tr><td>Menu</td><td><h1>Title</h1><p>One.</p><p>Two.</p></td></tr></table>"
    document = load_html(page.encode())
    assert document.text == "Menu\n\nTitle\n\nOne.\n\nTwo."
    assert document.blocks == ()


def test_a_list_with_code_keeps_its_structure():
    page = "<ol><li>Run<pre>make\n  test</pre></li></ol>"
    assert load_html(page.encode()).text == "Run\n\n```\nmake\n  test\n```"


def test_long_lists_of_links_are_left_out():
    links = "".join(f"<li><a href=x>Language {n}</a></li>" for n in range(60))
    page = f"<p>{'The article says something. ' * 40}</p><ul>{links}</ul>"
    assert "Language" not in load_html(page.encode()).text


def test_hidden_text_is_left_out():
    assert load_html(b"<p>seen</p><p hidden>not</p><p>too</p>").text == "seen\n\ntoo"


def test_entities_and_soft_hyphens_are_resolved():
    assert load_html(b"<p>a&nbsp;b &lt;c&gt; Wort&shy;teil &#8232;</p>").text == "a b <c> Wortteil"


def test_deep_nesting_and_many_attributes_are_survived():
    deep = "<div>" * 5000 + "bottom" + "</div>" * 5000
    assert "bottom" in load_html(deep.encode()).text
    lists = "<ul><li>x" * 400 + "</li></ul>" * 400
    assert load_html(lists.encode()).text.count("x") == 400
    wide = "<p " + " ".join(f"a{n}=1" for n in range(20_000)) + ">text</p>"
    assert load_html(wide.encode()).text == "text"


@pytest.mark.parametrize("data", [b"", b"  \n", b"<!-- only a comment -->", b"<html></html>"])
def test_a_page_without_text_is_empty(data):
    assert load_html(data).text == ""


def test_code_that_holds_fences_is_fenced_by_longer_ones():
    assert load_html(b"<pre>```\nx\n```</pre>").text == "````\n```\nx\n```\n````"
