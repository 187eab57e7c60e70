"""Which of two numbers came in the other's place."""

import pytest

from rag.answering.support.successions import succeeds_otherwise
from rag.answering.support.verdict import Fault, fault_in
from tests.answering.fakes import passage


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The fee rose from 30 to 40 euros.", "The fee is now 40 euros instead of 30."),
        ("The fee is 40 euros, up from 30.", "The fee was raised from 30 to 40 euros."),
        ("押金由 300 元提高到 500 元。", "押金改为 500 元，而不是 300 元。"),
        ("It is open from 8 to 10.", "Open from 8 to 10; closed from 10 to 12."),
    ],
)
def test_numbers_in_the_order_of_the_source_are_left_alone(claim: str, source: str) -> None:
    assert not succeeds_otherwise(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The fee rose from 40 to 30 euros.", "The fee is now 40 euros instead of 30."),
        ("The fee is 30 euros, up from 40.", "The fee was raised from 30 to 40 euros."),
        ("押金由 500 元提高到 300 元。", "押金由 300 元提高到 500 元。"),
    ],
)
def test_numbers_in_the_other_order_are_found_out(claim: str, source: str) -> None:
    assert succeeds_otherwise(claim, source)
    assert fault_in(claim, [passage(source)]) is Fault.NUMBER
