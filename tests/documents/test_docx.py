"""DOCX yields its body in reading order, on files made here with python-docx."""

import io

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from rag.documents.docx import load_docx
from rag.errors import DocumentError, EncryptedDocumentError


@pytest.fixture
def made():
    return docx.Document()


def load(document):
    data = io.BytesIO()
    document.save(data)
    return load_docx(data.getvalue())


def add_xml(document, body):
    document.element.body.insert(
        len(document.element.body) - 1, parse_xml(body.replace("NS", nsdecls("w")))
    )


def test_paragraphs_headings_lists_and_tables_come_in_order(made):
    made.add_heading("安装", 1)
    made.add_paragraph("先看这里。")
    made.add_paragraph("one", style="List Bullet")
    made.add_paragraph("two", style="List Number")
    made.add_heading("Prices", 2)
    table = made.add_table(2, 2)
    for cell, text in zip(table._cells, ["Plan", "Price", "Basic", "5 €"], strict=True):
        cell.text = text
    made.add_paragraph("End.")
    document = load(made)
    assert document.text == (
        "安装\n\n先看这里。\n\n- one\n- two\n\nPrices\n\nPlan | Price\nBasic | 5 €\n\nEnd."
    )
    assert [(h.level, h.title) for h in document.headings] == [(1, "安装"), (2, "Prices")]
    assert [(b.kind, document.text[b.start_index : b.end_index]) for b in document.blocks] == [
        ("list", "- one\n- two"),
        ("table", "Plan | Price\nBasic | 5 €"),
    ]


def test_the_title_paragraph_outweighs_the_property(made):
    made.core_properties.title = "Template 7"
    assert load(_with_text(made)).title == "Template 7"
    made.add_paragraph("The Plan", style="Title")
    assert load(made).title == "The Plan"


def _with_text(document):
    document.add_paragraph("Text.")
    return document


def test_merged_cells_appear_once(made):
    table = made.add_table(2, 3)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "wide"
    table.cell(0, 2).text = "c"
    table.cell(1, 0).text = "x"
    assert load(made).text.split("\n")[0] == "wide | c"


def test_a_table_in_a_cell_is_part_of_the_cell(made):
    outer = made.add_table(1, 2)
    outer.cell(0, 0).text = "a"
    outer.cell(0, 1).add_table(1, 2).cell(0, 1).text = "inner"
    assert load(made).text == "a | inner"


def test_insertions_controls_and_links_are_read_and_deletions_not(made):
    add_xml(
        made,
        "<w:p NS><w:ins><w:r><w:t>new </w:t></w:r></w:ins><w:del><w:r><w:delText>old</w:delText>"
        "<w:t>old</w:t></w:r></w:del><w:hyperlink><w:r><w:t>link</w:t><w:tab/><w:t>x</w:t></w:r>"
        "</w:hyperlink></w:p>",
    )
    add_xml(
        made,
        "<w:sdt NS><w:sdtContent><w:p><w:r><w:t>control</w:t></w:r></w:p></w:sdtContent></w:sdt>",
    )
    assert load(made).text == "new link\tx\n\ncontrol"


def test_a_break_in_a_paragraph_is_a_line_end(made):
    made.add_paragraph("one\ntwo")
    assert load(made).text == "one\ntwo"


def test_a_document_without_text_is_empty(made):
    assert load(made).text == ""


def test_an_encrypted_docx_is_refused():
    with pytest.raises(EncryptedDocumentError, match="password"):
        load_docx(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_docx_is_refused(data):
    with pytest.raises(DocumentError, match="not a readable DOCX"):
        load_docx(data)
