"""Markdown keeps the file's own text, and its structure is found where it stands."""

from rag.documents.markdown import load_markdown

TEXT = """\
---
title: "The Guide"
tags: [a, b]
---
Intro paragraph.

Setup *now*
===========

```sh
# not a heading
ls
```

- one
  more of one

- two
    - nested

After the list.

| a | b |
|---|---|
| 1 | 2 |

## Use [the link](http://x.y) ##

~~~
## neither
~~~

Sub
---
Text.
"""


def load(text):
    return load_markdown(text.encode())


def blocks(text):
    document = load(text)
    return [(b.kind, document.text[b.start_index : b.end_index]) for b in document.blocks]


def test_text_is_the_files_own():
    assert load(TEXT).text == TEXT


def test_headings_of_both_styles_are_found_where_they_stand():
    document = load(TEXT)
    assert [(h.level, h.title) for h in document.headings] == [
        (1, "Setup now"),
        (2, "Use the link"),
        (2, "Sub"),
    ]
    assert [document.text[h.start_index :].split("\n")[0] for h in document.headings] == [
        "Setup *now*",
        "## Use [the link](http://x.y) ##",
        "Sub",
    ]


def test_blocks_are_code_lists_and_tables():
    assert blocks(TEXT) == [
        ("code", "```sh\n# not a heading\nls\n```"),
        ("list", "- one\n  more of one\n\n- two\n    - nested"),
        ("table", "| a | b |\n|---|---|\n| 1 | 2 |"),
        ("code", "~~~\n## neither\n~~~"),
    ]


def test_front_matter_names_the_title():
    assert load(TEXT).title == "The Guide"


def test_without_front_matter_the_opening_heading_is_the_title():
    assert load("# 安装指南\n\n## 第一步\n").title == "安装指南"
    assert load("Text first.\n\n## Only a section\n").title == ""


def test_a_rule_is_no_heading():
    assert load("One.\n\n---\n\nTwo.\n\n***\n").headings == ()


def test_an_unclosed_fence_reaches_to_the_end():
    assert blocks("```\n# no\n\nheading") == [("code", "```\n# no\n\nheading")]
    assert load("```\n# no\n\nheading").headings == ()


def test_a_long_fence_is_closed_by_none_shorter():
    assert load("````\n```\n# no\n````\n# yes\n").headings[0].title == "yes"


def test_code_within_a_list_holds_no_headings():
    text = "- run\n  ```sh\n  # comment\n\n  ls\n  ```\n- done\n\n# Next ##\n"
    assert [h.title for h in load(text).headings] == ["Next"]
    assert blocks(text) == [("list", text[: text.index("\n\n# Next")])]


def test_hash_tags_are_no_headings():
    assert load("#tag and #another\n\n#5 is alive\n").headings == ()
