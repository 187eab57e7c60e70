"""Quoted words found in a text whatever its typography, and never where they are not."""

import pytest

from rag.answering.quotes import find_quote, quoted

FOUND = [
    ("within 14 days", "Refunds are paid within 14 days.", "within 14 days"),
    ("Within 14 Days", "Refunds are paid within 14 days.", "within 14 days"),
    ("within 14 days.", "paid within 14 days, unless", "within 14 days"),
    ("paid within", "Refunds are paid\n  within 14 days", "paid\n  within"),
    ("the customer's right", "on the customer’s right to", "the customer’s right"),
    ('a "hard" limit', "it is a “hard” limit now", "a “hard” limit"),
    ("information about", "more infor-\nmation about it", "infor-\nmation about"),
    ("information", "more infor\u00admation", "infor\u00admation"),
    ("ABC123", "型号 ＡＢＣ１２３ 已停产", "ＡＢＣ１２３"),
    ("退款需14天", "说明：退款需 14 天。", "退款需 14 天"),
    ("退款需，十四天", "退款需,十四天", "退款需,十四天"),
    ("Refunds ... 14 days", "Refunds are paid within 14 days", "Refunds are paid within 14 days"),
    ("state-of-the-art", "a state‑of‑the‑art engine", "state‑of‑the‑art"),
    ("café", "the cafe\u0301 opens", "cafe\u0301"),
]

NOT_FOUND = [
    ("within 14 days", "within 41 days"),
    ("4 days", "within 14 days"),
    ("14 days", "within 14.5 days"),
    ("5 days", "within 14.5 days"),
    ("1,20", "costs 1,200 euros"),
    ("art", "a cart"),
    ("10-20", "1020"),
    ("-5 degrees", "5 degrees"),
    ("refunds are free", "Refunds are paid"),
    ("days ... Refunds", "Refunds within 14 days"),
    ("", "text"),
    ("…", "text"),
]


@pytest.mark.parametrize(("quote", "text", "wanted"), FOUND)
def test_a_quote_is_found_with_its_true_span(quote: str, text: str, wanted: str) -> None:
    span = find_quote(quote, text)
    assert span is not None
    assert text[slice(*span)] == wanted


@pytest.mark.parametrize(("quote", "text"), NOT_FOUND)
def test_other_words_or_numbers_are_not_found(quote: str, text: str) -> None:
    assert find_quote(quote, text) is None


def test_quotation_marks_of_every_kind_are_read() -> None:
    text = 'a "straight one" b “curly one” c 「日文」 d 『书名』 e «French» f „German“ 3.5" disk'
    words = [found for _, _, found in quoted(text)]
    assert words == ["straight one", "curly one", "日文", "书名", "French", "German"]
