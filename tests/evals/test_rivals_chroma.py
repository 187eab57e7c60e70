"""Chroma's splitters give its chunks, at its places."""

import os
from pathlib import Path

import pytest

from evals.datasets.base import EvalDocument
from evals.datasets.found import DEFAULT_DATA, load_dataset
from evals.measures.spans import PassageMap, precision_omega
from evals.repro.chunking import MINILM, OPENAI, find_chunk, report_chunks
from evals.rivals.chroma_splitters import SplitterOptions, split
from evals.rivals.pieces import whole
from rag.embeddings import SentenceTransformerEmbeddings
from tests.fakes import BagOfWordsEmbeddings

DATA = Path(os.environ.get("RAG_DATA", DEFAULT_DATA))

pytest.importorskip("langchain_text_splitters", reason="needs the extra bench")


def words(texts):
    return [len(text.split()) for text in texts]


def texts(content, *options):
    document = EvalDocument("a", "", content)
    return [chunk.text for chunk in split([document], SplitterOptions(*options), words)]


def test_a_chunk_is_placed_at_its_first_occurrence_without_its_last_full_stop():
    assert find_chunk("One. Two. One.", "One.") == (0, 3)
    assert find_chunk("One. Two. Three.", "Two. Three.") == (5, 15)


def test_special_tokens_count_in_recursive_chunks():
    # Six words and two special tokens make eight; a text of just the size is cut, too.
    content = "one two three four five six\n\nseven eight"
    assert texts(content, "recursive", 9, 0) == ["one two three four five six", "seven eight"]
    assert len(texts(content, "recursive", 8, 0)) > 2


def test_sentence_ends_are_cut_before_spaces():
    content = "One two three. Four five six. Seven eight nine."
    assert texts(content, "recursive", 7, 0) == [
        "One two three",
        ". Four five six",
        ". Seven eight nine",
        ".",
    ]


def test_windows_share_the_overlap_and_lose_nothing():
    pytest.importorskip("bpe_openai", reason="needs the extra repro")
    content = "the quick brown fox jumps over the lazy dog and runs away"
    assert "".join(texts(content, "token", 4, 0)) == content
    first, second, *_ = texts(content, "token", 4, 2)
    assert first == "the quick brown fox"
    assert second == " brown fox jumps over"
    assert texts("one", "token", 4, 2) == ["one"]


def test_windows_never_cut_a_character_in_two():
    pytest.importorskip("bpe_openai", reason="needs the extra repro")
    content = "汉字测试，你好😀。水獭会手拉手。"
    assert "".join(texts(content, "token", 3, 0)) == content
    assert set("".join(texts(content, "token", 3, 1))) == set(content)


@pytest.mark.parametrize("overlap", [0, 3])
def test_repeated_words_stay_where_they_were_taken_from(overlap):
    content = "\n\n".join(["one two three four", "five six seven"] * 3)
    document = EvalDocument("a", "", content)
    chunks = split([document], SplitterOptions("recursive", 8, overlap), words)
    starts = [chunk.start_index for chunk in chunks]
    assert starts == sorted(set(starts))
    assert all(content[c.start_index : c.end_index] == c.text for c in chunks)


def test_the_report_takes_the_first_of_repeated_chunks():
    content = "\n\n".join(["one two three four"] * 2)
    document = EvalDocument("a", "", content)
    chunks = report_chunks([document], SplitterOptions("recursive", 8, 0), BagOfWordsEmbeddings())
    assert [(chunk.start_index, chunk.end_index) for chunk in chunks] == [(0, 18), (0, 18)]


def test_a_whole_document_is_one_piece():
    (piece,) = whole([EvalDocument("a", "Title", "Text")])
    assert (piece.text, piece.start_index, piece.end_index) == ("Title Text", 0, 4)


# A few of each kind; `rag bench repro chroma-chunking` has them all.
ROWS = [(row.name, row.options, row.omega) for row in MINILM[2:]] + [OPENAI[3], OPENAI[7]]


@pytest.mark.quality
@pytest.mark.parametrize(("name", "options", "published"), ROWS)
def test_every_omega_of_the_report_comes_out(name, options, published):
    if options.splitter == "token" or options.length == "cl100k":
        pytest.importorskip("bpe_openai", reason="needs the extra repro")
    if not (DATA / "chroma_chunking").is_dir():
        pytest.skip(f"no chroma_chunking under RAG_DATA ({DATA})")
    found = load_dataset(DATA / "chroma_chunking")
    chunks = report_chunks(found.documents, options, SentenceTransformerEmbeddings())
    passages = PassageMap(piece.span for piece in chunks)
    scores = [precision_omega(passages, q.slots, boundary="touching") for q in found.questions]
    assert 100 * sum(scores) / len(scores) == pytest.approx(published, abs=0.1)
