"""Real files nobody here wrote yield the sentences they hold; found through RAG_DATA."""

import json
import os
from pathlib import Path

import pytest

from rag.documents import kind_of, load
from rag.errors import EmptyDocumentError, EncryptedDocumentError, UnsupportedFormatError

DATA = Path(os.environ.get("RAG_DATA") or Path(__file__).parents[3] / "shared" / "data")
FORMATS = DATA / "formats"
EXPECTED = FORMATS / "expected.json"
needs_data = pytest.mark.skipif(not EXPECTED.exists(), reason="no data at RAG_DATA")

# What only optical character recognition could read.
IN_PICTURES = {"横向文本", "English text"}


def _files():
    if not EXPECTED.exists():
        return []
    return [
        pytest.param(entry, id=entry["file"])
        for entry in json.loads(EXPECTED.read_text(encoding="utf-8"))
    ]


def _dense(text):
    return "".join(text.split())


@needs_data
@pytest.mark.parametrize("entry", _files())
def test_a_real_file_yields_its_sentences(entry):
    path = FORMATS / "files" / entry["file"]
    if kind_of(path) is None:
        with pytest.raises(UnsupportedFormatError, match="supported are"):
            load(path)
    elif "encrypted" in entry["kind"]:
        with pytest.raises(EncryptedDocumentError, match="password"):
            load(path)
    elif "scanned" in entry["kind"]:
        with pytest.raises(EmptyDocumentError, match="OCR"):
            load(path)
    else:
        text = _dense(load(path).text)
        wanted = [sentence for sentence in entry["must_contain"] if sentence not in IN_PICTURES]
        assert [sentence for sentence in wanted if _dense(sentence) not in text] == []


@needs_data
def test_a_conversation_saved_with_broken_encoding_is_read():
    text = load(DATA / "conversation_zh" / "conversation.txt").text
    assert "这是必应" in text
    assert "你可以用它来计算" not in text  # some bytes are lost for good
    assert "😊" in text
    chinese = sum("\u4e00" <= character <= "\u9fff" for character in text)
    assert chinese > 2.5 * text.count("\ufffd")
    assert not any(mark in text for mark in "åäæçè")


@needs_data
def test_the_rows_of_a_borderless_pdf_table_keep_their_columns():
    text = load(FORMATS / "files" / "markitdown__SPARSE-2024-INV-1234_borderless_table.pdf").text
    assert "Product Code | Location | Expected | Actual | Variance | Status" in text
    assert "SKU-9201 |  | 780 | 778 |  | OK" in text


@needs_data
def test_an_encyclopedia_page_begins_with_its_article():
    document = load(FORMATS / "files" / "markitdown__test_wikipedia.html")
    assert document.title == "Microsoft - Wikipedia"
    assert "Founded | April 4, 1975" in document.text
    assert "Bahasa Indonesia" not in document.text
    titles = [heading.title for heading in document.headings]
    assert titles[:3] == ["Microsoft", "History", "1972–1985: Founding"]
