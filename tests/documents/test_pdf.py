"""PDF pages, tables, outlines and locks, on files made here with fpdf2."""

import pytest

from rag.documents.pdf import load_pdf
from rag.errors import DocumentError, EmptyDocumentError, EncryptedDocumentError

fpdf = pytest.importorskip("fpdf", reason="fpdf2 writes the PDFs")

PROSE = "The logger records the temperature every minute and sends it to the hub, which keeps it."


def make(*pages, title=None, outline=(), encrypt=None):
    """A PDF whose pages are lists of lines, or of rows (tuples) for a table."""
    pdf = fpdf.FPDF()
    pdf.set_font("helvetica", size=11)
    if title:
        pdf.set_title(title)
    for number, page in enumerate(pages):
        pdf.add_page()
        for name, level in [entry[1:] for entry in outline if entry[0] == number]:
            pdf.start_section(name, level)
        for line in page:
            _write(pdf, line)
    if encrypt:
        pdf.set_encryption(owner_password="owner", user_password=encrypt)
    return bytes(pdf.output())


def _write(pdf, line):
    if isinstance(line, tuple):
        for cell in line:
            pdf.cell(45, 6, cell)
        pdf.ln()
    else:
        pdf.multi_cell(0, 6, line, new_x="LMARGIN", new_y="NEXT")


def pages_of(document):
    ends = [*document.page_starts[1:], len(document.text)]
    return [
        document.text[start:end].strip()
        for start, end in zip(document.page_starts, ends, strict=True)
    ]


def test_each_page_is_known():
    document = load_pdf(make(["One."], ["Two."], ["Three."]))
    assert pages_of(document) == ["One.", "Two.", "Three."]
    assert document.page_at(document.text.index("Three")) == 3


def test_a_blank_page_keeps_its_number():
    document = load_pdf(make(["One."], [], ["Three."]))
    assert document.page_at(document.text.index("Three")) == 3


def test_table_rows_stay_rows_with_their_empty_cells():
    rows = [
        ("Model", "Weight", "Price"),
        ("R2", "", "38"),
        ("R4", "120 g", "59"),
        ("P4", "9 g", ""),
    ]
    document = load_pdf(make([PROSE, *rows, PROSE]))
    lines = [line.strip() for line in document.text.split("\n")]
    assert "Model | Weight | Price" in lines
    assert "R2 |  | 38" in lines
    assert "P4 | 9 g |" in lines
    (block,) = document.blocks
    assert document.text[block.start_index : block.end_index].startswith("Model |")
    assert document.text[block.start_index : block.end_index].endswith("P4 | 9 g |")


def test_two_columns_of_prose_are_not_read_across():
    left = "Left column words go on and on, line by"
    right = "right column words are quite others yet"
    document = load_pdf(make([(left, "", right)] * 6))
    assert document.blocks == ()


def test_running_heads_and_feet_are_kept_once():
    pages = [["ACME manual", f"Text number {'abcd'[n]}.", f"Page {n + 1} of 4"] for n in range(4)]
    text = load_pdf(make(*pages)).text
    assert text.count("ACME manual") == 1
    assert text.count("Page ") == 1
    assert all(f"Text number {letter}." in text for letter in "abcd")


def test_a_running_head_that_the_cover_lacks_is_kept_once():
    text = load_pdf(make(["Cover."], *[["ACME manual", f"Text {n}."] for n in "abcd"])).text
    assert text.count("ACME manual") == 1


def test_the_head_of_a_table_stays_on_every_page():
    head = ("Model", "Weight", "Price")
    pages = [[head, *[(f"R{page}{row}", f"{row} g", "5") for row in range(4)]] for page in range(4)]
    assert load_pdf(make(*pages)).text.count("Model | Weight | Price") == 4


def test_amounts_at_the_foot_of_pages_are_not_taken_for_page_numbers():
    amounts = [500, 731, 64, 9]
    pages = [
        [f"Invoice {letter}.", f"Total {n}"] for letter, n in zip("abcd", amounts, strict=True)
    ]
    text = load_pdf(make(*pages)).text
    assert all(f"Total {n}" in text for n in amounts)


def test_words_hyphenated_at_line_ends_are_joined():
    lines = ["The tempera-", "ture of the Franco-", "German state-of-", "the-art box."]
    assert (
        load_pdf(make(lines)).text == "The temperature of the Franco-German state-of-the-art box."
    )


def test_a_sentence_over_two_pages_is_not_parted():
    document = load_pdf(make(["First. The sentence goes on"], ["over the page. Last."]))
    assert "goes on\nover the page." in document.text
    assert document.page_at(document.text.index("over")) == 2


def test_the_outline_gives_the_headings():
    outline = [(0, "Setup", 0), (1, "First power up", 1), (1, "Nowhere printed", 1)]
    document = load_pdf(make(["Setup", PROSE], ["2 First power up", PROSE], outline=outline))
    assert [(h.level, h.title) for h in document.headings] == [(1, "Setup"), (2, "First power up")]
    assert document.section_at(len(document.text)) == ("Setup", "First power up")


@pytest.mark.parametrize(
    ("title", "wanted"),
    [("Mapping Guide", "Mapping Guide"), ("Microsoft Word - a.doc", ""), ("(anonymous)", ""),
     ("scan_001.pdf", ""), (None, "")],
)  # fmt: skip
def test_only_a_meaningful_title_is_taken(title, wanted):
    assert load_pdf(make(["Text."], title=title)).title == wanted


def test_a_pdf_with_a_password_is_refused():
    with pytest.raises(EncryptedDocumentError, match="password"):
        load_pdf(make(["Secret."], encrypt="open sesame"))


def test_a_pdf_locked_against_changes_only_is_read():
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.set_font("helvetica")
    pdf.cell(text="Readable.")
    pdf.set_encryption(owner_password="owner", user_password="")
    assert load_pdf(bytes(pdf.output())).text == "Readable."


def test_a_pdf_without_text_needs_ocr():
    with pytest.raises(EmptyDocumentError, match="2 pages: a scan needs OCR"):
        load_pdf(make([], []))


def test_a_truncated_pdf_is_refused_or_read():
    data = make([PROSE])
    for share in (2, 3, 10):
        try:
            assert "logger" in load_pdf(data[: len(data) // share]).text
        except DocumentError as error:
            assert "\n" not in str(error)
