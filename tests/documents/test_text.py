"""Plain text is decoded, repaired and cleaned, and sound text left alone."""

import json
import os
from pathlib import Path

import pytest

from rag.documents.mojibake import repair
from rag.documents.text import load_text

DATA = Path(os.environ.get("RAG_DATA") or Path(__file__).parents[3] / "shared" / "data")


def test_line_ends_become_one_kind():
    assert load_text(b"a\r\nb\rc\nd\x0ce").text == "a\nb\nc\nd\ne"


def test_control_characters_part_words():
    assert load_text(b"one\0two\x07three").text == "one two three"


def test_terminal_colours_disappear():
    assert load_text(b"\x1b[1;31merror\x1b[0m: no disk").text == "error: no disk"


def test_byte_order_marks_inside_disappear():
    assert load_text("a\ufeffb".encode()).text == "ab"


def _misread(text, page="cp1252"):
    return "".join(
        bytes([byte]).decode(page) if byte not in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else chr(byte)
        for byte in text.encode()
    )


@pytest.mark.parametrize(
    "text", ["语义搜索类模型，可以用于句子。", "naïve – “quoted” café", "😀 Приве́т"]
)
def test_utf8_read_as_cp1252_is_put_together_again(text):
    assert repair(_misread(text)) == text


def test_a_character_whose_bytes_are_lost_leaves_a_visible_gap():
    damaged = _misread("我们搜索很多内容和词语").replace("\x90", "")
    assert repair(damaged) == "我们\ufffd索很多内容和词语"


@pytest.mark.parametrize(
    "text",
    [
        "Der Bär heißt Ägidius und wohnt in Überlingen. «É» – 5 €",
        "BEAUTÉ» et «ÉTÉ»; L'ÂGE D'OR",
        "Ordinary English, one â€™ as an example of what went wrong: naïve, café, rôle.",
        "网页上出现 å¥½ 这样的乱码时，请检查编码。",
        "São João, coração, não, À Â Ã",
    ],
)
def test_sound_text_is_never_touched(text):
    assert repair(text) == text


@pytest.mark.skipif(not DATA.exists(), reason="no data at RAG_DATA")
@pytest.mark.parametrize("name", ["xquad_en", "xquad_zh", "cmrc2018_dev"])
def test_no_sound_document_of_real_sets_is_touched(name):
    with (DATA / name / "corpus.jsonl").open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert [text for text in texts if repair(text) != text] == []
