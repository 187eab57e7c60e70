"""Tables and code cut over passages stay readable, from files of each kind to the answer."""

import io
from collections.abc import Callable
from pathlib import Path

import docx
import fpdf
import pytest

from rag import Rag, Settings
from tests.fakes import BagOfWordsEmbeddings

HEADER = ("Plan", "Monthly price", "Seats")
ROWS = [(f"plan{row:02}", f"{row + 3} EUR", str(row * 5 + 1)) for row in range(40)]
WANTED = ROWS[33]


def _markdown() -> bytes:
    lines = [f"| {' | '.join(row)} |" for row in (HEADER, ("---",) * 3, *ROWS)]
    return ("# Prices\n\nOurs:\n\n" + "\n".join(lines)).encode()


def _html() -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
    head = "".join(f"<th>{cell}</th>" for cell in HEADER)
    return f"<h1>Prices</h1><p>Ours:</p><table><tr>{head}</tr>{rows}</table>".encode()


def _docx() -> bytes:
    document = docx.Document()
    document.add_heading("Prices", 1)
    table = document.add_table(0, 3)
    for row in (HEADER, *ROWS):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    data = io.BytesIO()
    document.save(data)
    return data.getvalue()


def _pdf() -> bytes:
    pdf = fpdf.FPDF()
    pdf.set_font("helvetica", size=11)
    pdf.add_page()
    for row in (HEADER, *ROWS):
        for cell in row:
            pdf.cell(45, 6, cell)
        pdf.ln()
    return bytes(pdf.output())


def _csv() -> bytes:
    return "\n".join(",".join(row) for row in (HEADER, *ROWS)).encode()


@pytest.fixture
def rag(tmp_path: Path) -> Rag:
    settings = Settings.model_validate({"answer": {"false_answer_rate": None}})
    return Rag(tmp_path / ".rag", settings=settings, embeddings=BagOfWordsEmbeddings())


@pytest.mark.parametrize(
    ("name", "write"),
    [("p.md", _markdown), ("p.html", _html), ("p.docx", _docx), ("p.pdf", _pdf), ("p.csv", _csv)],
)
def test_a_row_far_down_a_table_is_answered_with_its_column_names(
    rag: Rag, tmp_path: Path, name: str, write: Callable[[], bytes]
) -> None:
    (tmp_path / name).write_bytes(write())
    with rag:
        assert rag.add(tmp_path / name).failed == ()
        answer = rag.ask(f"What is the monthly price of {WANTED[0]}?")
        quote = answer.citations[0]
        assert WANTED[0] in quote.quote
        assert WANTED[1] in quote.quote
        assert ROWS[32][0] not in quote.quote
        assert HEADER[1] in answer.text.partition(WANTED[1])[0]
        shown = rag.show(f"{quote.source}:{quote.start_index}-{quote.end_index}")
        assert shown.text == quote.quote


@pytest.mark.parametrize("name", ["p.md", "p.html"])
def test_code_is_quoted_whole_and_fenced(rag: Rag, tmp_path: Path, name: str) -> None:
    code = "def retry(call):\n\n    for delay in (1, 2):\n        call(delay)"
    prose = "The pump runs. " * 12
    page = (
        f"{prose}\n\n```\n{code}\n```\n\n{prose}"
        if name == "p.md"
        else f"<p>{prose}</p><pre>{code}</pre><p>{prose}</p>"
    )
    (tmp_path / name).write_text(page, encoding="utf-8")
    with rag:
        rag.add(tmp_path / name)
        answer = rag.ask("How do I retry a call with a delay?")
    assert answer.citations[0].quote == f"```\n{code}\n```"
    assert f"```\n{code}\n```\n[1]" in answer.text
