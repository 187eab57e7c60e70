"""Sentences end where readers end them, in Western and CJK text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import sentences, whole_sentences


def parts(text):
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "wanted",
    [
        ["Dr. Smith paid 3.50 dollars.", "He left."],
        ["It costs e.g. five euros, i.e. little.", "Good!"],
        ["J. R. R. Tolkien wrote it.", "Did he?", "Yes."],
        ['"Why?" she asked.', "He was silent..."],
        ["He said “stop.”", "She stopped."],
        ["See section 4.2.1 and fig. 3 on p. 12.", "Then go on."],
        ["We met at 5 p.m. on Monday.", "It rained."],
        ["Offices in the U.S. and the U.K. are closed.", "Write to a@b.co now."],
        ["Version 2.0 is out.", "Use v1.9.3 no more!"],
        ["Acme Inc. was sold.", "Really?!", "Yes (for a song.)", "Sad."],
        ["Wait… what is it?", "Well…", "Nothing."],
        ["Das kostet z.B. 5 €.", "Nr. 7 ist frei."],
    ],
)
def test_western_sentences(wanted):
    assert parts(" ".join(wanted)) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        ["我们周一开门。", "你来吗？", "来！", "好；", "就这样……"],
        ["他说：“你好。”", "然后走了。"],
        ["「本当ですか？」", "はい。"],
        ["保修期为2.5年。", "价格是1,280.50元！"],
        ["（见第三章。）", "下一句"],
        ["他用 Python 3.11 写的.", "然后发布了。"],
    ],
)
def test_chinese_and_japanese_sentences(wanted):
    assert parts("".join(wanted)) == wanted


def test_mixed_text():
    assert parts("保修期两年。The warranty is two years. 完") == [
        "保修期两年。",
        "The warranty is two years.",
        "完",
    ]


def test_wrapped_lines_are_one_sentence():
    text = (
        "This is a paragraph of a file whose lines were wrapped at\n"
        "Seventy characters, so that its sentences go on. Here the next one\n"
        "begins."
    )
    assert parts(text) == [text[: text.index(" Here")], text[text.index("Here") :]]


def test_short_lines_are_sentences():
    assert parts("Name: R2\nPrice: 5\n\nNote") == ["Name: R2", "Price: 5", "Note"]


def test_list_items_are_sentences():
    items = ["- one thing", "* another", "3. a third", "（一）第四", "• last"]
    assert parts("\n".join(items)) == items


def test_numbers_of_items_do_not_stand_alone():
    assert parts("1. Open the box. Take it out.\n2. Done.") == [
        "1. Open the box.",
        "Take it out.",
        "2. Done.",
    ]


def test_leading_dots_end_nothing():
    assert parts("Contents ........ 12") == ["Contents ........ 12"]


def test_a_long_run_of_dots_takes_no_time():
    assert len(parts("." * 200_000 + "x")) == 1


def test_table_rows_are_sentences():
    assert parts("| a | b |\n| 1 | 2 |") == ["| a | b |", "| 1 | 2 |"]


@given(st.text(st.one_of(st.characters(), st.sampled_from(' \n.。!？"”a')), max_size=200))
def test_every_character_that_is_not_blank_lies_in_one_sentence(text):
    spans = sentences(text)
    assert all(start < end for start, end in spans)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)
    inside = {at for start, end in spans for at in range(start, end)}
    assert all(at in inside or character.isspace() for at, character in enumerate(text))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("他说：“我不去。你去吧。”门关了。", ["他说：“我不去。你去吧。”", "门关了。"]),
        ("甲在北京；乙在上海。丙不在。", ["甲在北京；乙在上海。", "丙不在。"]),
        ("甲（见图一。）在北京。乙不在。", ["甲（见图一。）在北京。", "乙不在。"]),
        ("It ran (see below. Twice.) and stopped. So.", None),
        ("A “quote that never ends. Next one. And one more.", None),
        ("“" + "很长。" * 200, None),
    ],
)
def test_what_brackets_and_semicolons_hold_together_is_one_whole_sentence(text, wanted):
    found = [text[start:end] for start, end in whole_sentences(text)]
    if wanted is not None:
        assert found == wanted
    assert "".join("".join(found).split()) == "".join(text.split())
    assert len(found) <= len(sentences(text))


def test_an_endless_quotation_stays_in_its_parts():
    assert len(whole_sentences("“" + "很长。" * 200)) == 200
