"""Citation markers in every form models write, whole and in pieces."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering.markers import MarkerReader

FORMS = [
    ("A [2]. B [1]. C [2].", "A [1]. B [2]. C [1]."),
    ("A [1, 3] b [2][3]", "A [1][2] b [3][2]"),
    ("all [1-3] of them", "all [1][2][3] of them"),
    ("all [1–3] of them", "all [1][2][3] of them"),
    ("all [1]-[2]", "all [1]-[2]"),
    ("答案【1】。另【2】", "答案[1]。另[2]"),
    ("tool【1†source】 and【2†handbook.md】", "tool[1] and[2]"),
    ("答案［1］", "答案[1]"),
    ("in Paris¹ and Rome².", "in Paris[1] and Rome[2]."),
    ("退款需要十四天¹。", "退款需要十四天[1]。"),
    ("so (source 1) or (Sources 2 and 3)", "so [1] or [2][3]"),
    ("so (see source 2)", "so [1]"),
    ("退款（来源 1、2）。见（文档3）", "退款[1][2]。见[3]"),
    ("note [^1] and [^2]", "note [1] and [2]"),
    ("so [Source 2] and [passage 1]", "so [1] and [2]"),
    ("so [Source 1, Source 2]", "so [1][2]"),
    ("twice [1][1]", "twice [1]"),
    ("全角［１，２］", "全角[1][2]"),
    ("so (Source: 2) or [ref. 1]", "so [1] or [2]"),
    ("退款（来源：1）。另[来源：2，3]。", "退款[1]。另[2][3]。"),
    ("lines [1†L3-L5] and〖2〗", "lines [1] and[2]"),
    ("so [citation:3]", "so [1]"),
    ("so [[2]] and [[1]][[2]]", "so [1] and [2][1]"),
    ("so [[2], [1]]; [[1, 2]]; [[source 3]]", "so [1][2]; [2][1]; [3]"),
    ("so [passage 1, page 3] or [2, p. 4-5] or 【3：第 3 页】", "so [1] or [2] or [3]"),
    ("so [Source 2: handbook.md], [Document 1 - Terms of use]", "so [1], [2]"),
    ("so [doc_2], [doc-1], [Passage number 3]", "so [1], [2], [3]"),
    ("so [cite: 1, 2] [cited 3]", "so [1][2] [3]"),
    ("so（参见来源1）。（见资料 2 和资料 1）", "so[1]。[2][1]"),
    ("退款[来源 1]。[来源2][资料3]", "退款[1]。[2][3]"),
    ("Paris<sup>1</sup>, Rome<sup>[2, 3]</sup>", "Paris[1], Rome[2][3]"),
    ("Paris¹² and Rome³", "Paris[1][2] and Rome[3]"),
    ("so ([2]), (see [1])", "so ([1]), (see [2])"),
]

LINKED = [
    ("so [2](https://evil.example/?q=1) it is", "so [1] it is"),
    ("so [[2]](https://x.example/a_(b)) and 【1】(c)", "so [1] and [2](c)"),
    ("so [1](#sources), [2](handbook.md)", "so [1], [2]"),
    ('so [1](url "a title").', "so [1]."),
    ("bogus [9](https://x.example).", "bogus."),
    (
        "so [1](2024) and [2](as of May) and [3](source 1)",
        "so [1](2024) and [2](as of May) and [3][1]",
    ),
    ("so [1] (https://x.example)", "so [1] (https://x.example)"),
    ("half [1](https://x.example", "half [1](https://x.example"),
]

NO_PASSAGE = [
    ("bogus [9].", "bogus."),
    ("bogus [9] gone.", "bogus gone."),
    ("[9] Start", "Start"),
    ("one\n[9] two", "one\ntwo"),
    ("good and bad [1, 9].", "good and bad [1]."),
    ("none [0].", "none."),
]

NO_MARKERS = [
    "`a[1]` and ``b[2]``",
    "```python\nx = rows[1]\n```",
    "~~~\nx [1]\n~~~",
    "a[1] = my_list[2] + rows.first[3] + f(x)[1] + getRows[2]",
    "in 2024 [2024] and (1) first, (2) second",
    "100 km² and 10² and E = mc²",
    "- [x] done [ ] not",
    "[a link](http://example.com/1)",
    "x = [1, 2] holds [1,000] of [1.5] or [12:30]",
    "10<sup>2</sup> km<sup>2</sup> <sup>th</sup> <sub>1</sub>",
    "[[Page]] and [note: all] and [P1]",
    "an open [1",
    "an open [[1",
    "an open <sup>1</s",
    "an open (source",
    "half a fence ``",
]

KNOWN = [*FORMS, *LINKED, *NO_PASSAGE]


def read(pieces: list[str]) -> str:
    reader = MarkerReader(3)
    out = [reader.feed(piece) for piece in pieces]
    out.append(reader.close())
    assert "".join(out) == reader.text
    for mark in reader.marks:
        assert reader.text[mark.start : mark.end] == f"[{mark.number}]"
    return reader.text


@pytest.mark.parametrize(("written", "wanted"), [*FORMS, *LINKED, *NO_PASSAGE])
def test_markers_are_renumbered_by_first_use_or_removed(written: str, wanted: str) -> None:
    assert read([written]) == wanted


@pytest.mark.parametrize("written", NO_MARKERS)
def test_what_only_looks_like_a_marker_is_let_through(written: str) -> None:
    assert read([written]) == written


def test_inline_code_that_is_never_closed_ends_with_its_line() -> None:
    assert read(["a ` tick [2]\nnext [2]"]) == "a ` tick [2]\nnext [1]"


def test_a_bracket_right_behind_code_may_start_a_marker() -> None:
    assert read(list("`[`[2]")) == read(["`[`[2]"]) == "`[`[1]"


def test_markers_know_their_passage() -> None:
    reader = MarkerReader(3)
    reader.feed("x [3] y [1] z [3]")
    reader.close()
    assert [(mark.number, mark.passage) for mark in reader.marks] == [(1, 2), (2, 0), (1, 2)]


@pytest.mark.parametrize("written", [form for form, _ in KNOWN] + NO_MARKERS)
def test_pieces_of_any_size_give_the_same_text(written: str) -> None:
    whole = read([written])
    for at in range(len(written)):
        assert read([written[:at], written[at:]]) == whole
    for size in (1, 2, 3, 5):
        pieces = [written[at : at + size] for at in range(0, len(written), size)]
        assert read(pieces) == whole


ALPHABET = ["[", "]", "(", ")", "【", "】", "1", "2", "9", ",", "-", "`", "~", "\n", " ", "a", "¹",
            "source ", "†", "文", "。", "word", "_", ".", "[[", "]]", "](", "<sup>", "</sup>",
            "http://x", "=", "#", '"', "p. "]  # fmt: skip


@given(st.lists(st.sampled_from(ALPHABET), max_size=30), st.integers(1, 5))
def test_any_text_in_any_pieces_gives_the_same_text(parts: list[str], size: int) -> None:
    written = "".join(parts)
    pieces = [written[at : at + size] for at in range(0, len(written), size)]
    assert read(pieces) == read([written])


@given(
    st.lists(
        st.sampled_from([form for form, _ in KNOWN] + NO_MARKERS + ["\n", "\n```\n", " "]),
        max_size=5,
    ),
    st.sets(st.integers(0, 400), max_size=12),
)
def test_known_forms_cut_anywhere_give_the_same_text(parts: list[str], cuts: set[int]) -> None:
    written = "".join(parts)
    places = [0, *sorted(cut for cut in cuts if cut < len(written)), len(written)]
    assert read([written[a:b] for a, b in pairwise(places)]) == read([written])


@pytest.mark.parametrize("length", [60, 99, 100, 101, 102, 150])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("[[", "]]"), ("【", "】")])
def test_a_list_longer_than_any_marker_is_read_alike_in_pieces(
    length: int, opening: str, closing: str
) -> None:
    inside = ("1, " * length)[: length - 3] + " 1"
    written = f"so {opening}{inside}{closing} [2]"
    assert read(list(written)) == read([written])


@given(st.text(alphabet="abc` \n.,()文。", max_size=80))
def test_text_without_numbers_is_never_changed(written: str) -> None:
    assert read([written]) == written


def test_a_marker_is_held_back_no_longer_than_needed() -> None:
    reader = MarkerReader(3)
    assert reader.feed("Refunds take 14 days [") == "Refunds take 14 days"
    assert reader.feed("1") == ""
    assert reader.feed("]") == " [1]"
    assert reader.feed(" (for now") == " (for now"
