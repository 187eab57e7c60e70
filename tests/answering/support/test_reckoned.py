"""Numbers of a claim that follow from those of its source."""

import pytest

from rag.answering.support.verdict import Fault, fault_in
from tests.answering.fakes import passage

SOURCES = {
    "pump": "Call the service if the pump stops more than five times a day.",
    "harvest": "The vineyard sold 80 barrels in 2019, fewer than in the previous year.",
    "gates": "Gates open at 7:40 and the first race begins at 8:10.",
    "dive": "Ana Ruiz stayed down for three minutes and twelve seconds.",
    "login": "The client tries 6 times before it gives up.",
    "bath": "The bath is open from 5 a.m. to 9 p.m.",
    "lawn": "Mow the lawn every other week.",
    "stall": "Mira kept the stall from 1991 to 1997.",
    "walk": "They walked for 2 hours 10 minutes, fifteen seconds longer than before.",
}


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Call the service if the pump stops six or more times a day.", "pump"),
        ("In 2019 the vineyard sold fewer barrels than in 2018.", "harvest"),
        ("The gates open half an hour before the first race.", "gates"),
        ("Ana Ruiz stayed down for 3:12.", "dive"),
        ("The client makes 6 tries before it gives up.", "login"),
        ("The bath is open from 5 in the morning to 9 at night.", "bath"),
        ("Mow the lawn every second week.", "lawn"),
        ("Mira kept the stall for six years, from 1991 to 1997.", "stall"),
        ("They walked for 2 h 10 min.", "walk"),
    ],
)
def test_a_number_in_another_form_is_left_alone(claim: str, source: str) -> None:
    assert fault_in(claim, [passage(SOURCES[source])]) is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Call the service if the pump stops seven or more times a day.", "pump"),
        ("In 2019 the vineyard sold fewer barrels than in 2017.", "harvest"),
        ("The gates open an hour and a half before the first race.", "gates"),
        ("Ana Ruiz stayed down for 3:21.", "dive"),
        ("The client makes 8 tries before it gives up.", "login"),
        ("The bath is open from 5 in the morning to 9 in the morning.", "bath"),
        ("Mow the lawn every third week.", "lawn"),
        ("Mira kept the stall for eight years, from 1991 to 1997.", "stall"),
        ("They walked for 2 h 15 min.", "walk"),
    ],
)
def test_another_number_is_found_out(claim: str, source: str) -> None:
    assert fault_in(claim, [passage(SOURCES[source])]) is Fault.NUMBER


def test_a_title_names_the_number_that_things_are_called_by() -> None:
    bus = passage("The bus does not stop at the castle on Mondays.", title="Bus 33")
    assert fault_in("The 33 does not stop at the castle on Mondays.", [bus]) is None
    assert fault_in("The 34 does not stop at the castle on Mondays.", [bus]) is Fault.NUMBER


def test_a_year_of_another_sentence_is_found_there() -> None:
    life = passage("Orla Finch left the choir in 1962. She never sang again.")
    assert fault_in("She left the choir in 1962 and never sang again.", [life]) is None
    assert fault_in("She left the choir in 1963 and never sang again.", [life]) is Fault.NUMBER
