"""Rows explain themselves by their columns' names, and values stay as they were written."""

import pytest

from rag.documents.csv_table import load_csv
from rag.documents.document import Block


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_each_row_names_its_columns(delimiter):
    rows = [["name", "price", "note"], ["R2", "007.50", ""], ["R4", "1e3", "blue"]]
    data = "\r\n".join(delimiter.join(row) for row in rows)
    assert (
        load_csv(data.encode()).text == "name: R2; price: 007.50\nname: R4; price: 1e3; note: blue"
    )


def test_quoted_cells_may_hold_delimiters_quotes_and_lines():
    data = 'name,text\n"A, B","say ""hi""\nagain"\n'
    assert load_csv(data.encode()).text == 'name: A, B; text: say "hi" again'


def test_delimiters_within_cells_do_not_mislead():
    data = 'id;text\n1;"one, two, three, four"\n2;"five, six, seven, eight"\n'
    assert load_csv(data.encode()).text.startswith("id: 1; text: one, two, three, four\n")


def test_rows_without_a_header_stand_as_they_are():
    assert load_csv(b"Oslo,5,1.5\nRome,7,2.5\n").text == "Oslo | 5 | 1.5\nRome | 7 | 2.5"


def test_years_may_head_columns():
    assert load_csv(b"region,2024,2025\nEU,5,7\n").text == "region: EU; 2024: 5; 2025: 7"


def test_more_cells_than_names_are_kept():
    assert load_csv(b"a,b\n1,2,3\n").text == "a: 1; b: 2; 3"


def test_chinese_tables_in_gb18030_are_read():
    data = "型号,价格\n温度记录仪,1280元\n".encode("gb18030")
    assert load_csv(data).text == "型号: 温度记录仪; 价格: 1280元"


def test_a_header_alone_is_text():
    assert load_csv(b"name,price\n").text == "name | price"


def test_all_rows_are_one_table():
    (block,) = load_csv(b"a,b\n1,2\n3,4\n").blocks
    assert block == Block("table", 0, len("a: 1; b: 2\na: 3; b: 4"))


def test_an_empty_table_is_empty():
    assert load_csv(b"\n \n").text == ""
