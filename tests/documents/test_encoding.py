"""Text comes out as it was written, whatever bytes it was saved in."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.documents.encoding import decode
from rag.documents.text import load_text

ENGLISH = "The café's naïve rôle cost £5 – “quite” a lot…\nSecond line."
GERMAN = "Die schöne Frau hat einen Kaffee für 15,50 € gegessen. Größe, Übung, Straße."
SIMPLIFIED = "我们在苏州的办公室周一到周五开放。\n质保期为两年，从交货之日起计算！价格是1280元。"
TRADITIONAL = "我們在臺北的辦公室週一到週五開放。\n保固期為兩年，從交貨之日起計算！價格是1280元。"
JAPANESE = "東京の事務所は月曜日から金曜日まで開いています。\n保証期間は二年です。価格は1280円。"
KOREAN = "서울 사무실은 월요일부터 금요일까지 엽니다. 보증 기간은 이년입니다."
RUSSIAN = "Наш офис открыт с понедельника по пятницу. Гарантия — два года."

CASES = [
    *((text, "utf-8") for text in (ENGLISH, SIMPLIFIED, TRADITIONAL, JAPANESE, KOREAN, RUSSIAN)),
    *((text, "utf-8-sig") for text in (ENGLISH, SIMPLIFIED)),
    *((text, wide) for text in (ENGLISH, SIMPLIFIED, JAPANESE, RUSSIAN) for wide in (
        "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")),
    (ENGLISH, "cp1252"),
    (GERMAN, "cp1252"),
    (SIMPLIFIED, "gb18030"),
    (TRADITIONAL, "big5"),
    (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"),
    (KOREAN, "cp949"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN.replace("—", "-"), "koi8-r"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "encoding"), CASES)
def test_the_encoding_is_found(text, encoding):
    assert load_text(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("佐藤太郎", "cp932"),
        ("質問", "cp932"),
        ("质保两年", "gb18030"),
        ("价格表", "gb18030"),
        ("保固兩年", "big5"),
        ("Größe", "cp1252"),
        ("café", "cp1252"),
        ("5 €", "cp1252"),
    ],
)
def test_a_few_characters_are_enough(text, encoding):
    assert decode(text.encode(encoding)) == text


def test_numbers_and_english_among_chinese_do_not_mislead():
    text = "Model R2, 第 3 章: 温度 23.5 °C; see manual.pdf page 12。"
    assert decode(text.encode("gb18030")) == text


def test_wide_text_without_a_mark_and_without_ascii_is_found():
    assert decode("你好世界，今天天气很好".encode("utf-16-le")) == "你好世界，今天天气很好"


def test_a_declared_encoding_is_believed_when_the_bytes_obey_it():
    data = "Größe".encode("iso-8859-15")
    assert decode(data, declared="iso-8859-15") == "Größe"
    assert decode(b"\xe8\xe9", declared="iso-8859-5") == "шщ"


def test_a_false_declaration_does_not_break_utf8():
    assert decode(SIMPLIFIED.encode(), declared="gb2312") == SIMPLIFIED
    assert decode(ENGLISH.encode(), declared="utf-16") == ENGLISH
    assert decode(ENGLISH.encode(), declared="no-such-encoding") == ENGLISH


def test_utf8_with_a_broken_byte_stays_utf8():
    data = SIMPLIFIED.encode() + b"\xff" + SIMPLIFIED.encode()
    assert decode(data) == SIMPLIFIED + "\ufffd" + SIMPLIFIED


def test_utf8_cut_off_in_the_middle_stays_utf8():
    assert decode((SIMPLIFIED * 3).encode()[:-1]).startswith(SIMPLIFIED * 2)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200))
def test_utf8_is_never_taken_for_anything_else(text):
    assert decode(codecs.BOM_UTF8 + text.encode()) == text
    assert decode(text.encode()) == text.removeprefix("\ufeff")


@given(st.binary(max_size=300))
def test_any_bytes_become_clean_text(data):
    text = load_text(data).text
    assert not any(c in text for c in "\0\r\x0b\x0c\x1b\x85\u2028")
    text.encode()
