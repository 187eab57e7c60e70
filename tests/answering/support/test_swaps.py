"""Words and numbers of a claim that stand where its source has others."""

import pytest

from rag.answering.support.swaps import has_swapped_numbers, swaps
from rag.answering.support.verdict import Fault, fault_in
from rag.answering.support.words import words
from tests.answering.fakes import passage

KILN = (
    "Glaze jugs, bowls and tiles on the lower shelf. For claims about tiles alone the fee is €20."
)
LADDER = "The ladder hangs behind the boiler until the plumber returns it."


def swapped(claim: str, window: str) -> list[str]:
    return [words(claim)[swap.at].raw for swap in swaps(claim, window)]


@pytest.mark.parametrize(
    ("claim", "window", "word"),
    [
        ("For claims about bowls alone the fee is €20.", KILN, "bowls"),
        ("The ladder hangs behind the freezer until the plumber returns it.", LADDER, "freezer"),
    ],
)
def test_a_noun_in_another_ones_place_is_found(claim: str, window: str, word: str) -> None:
    assert swapped(claim, window) == [word]


@pytest.mark.parametrize(
    "claim",
    [
        "For claims about tiles alone you pay €20.",
        "Bowls are glazed on the lower shelf.",
        "If tiles are damaged, the fee is €20.",
    ],
)
def test_words_in_another_order_took_no_place(claim: str) -> None:
    assert swapped(claim, KILN) == []


def test_a_noun_that_the_rest_of_the_passage_holds_is_no_support() -> None:
    claim = "For claims about bowls alone the fee is €20."
    assert fault_in(claim, [passage(KILN)]) is Fault.UNSAID
    assert fault_in("For claims about tiles alone the fee is €20.", [passage(KILN)]) is None


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Dig a trench 90 cm deep and 30 cm wide.", "Dig a trench 30 cm deep and 90 cm wide."),
        (
            "A file made by release 7 can be opened by release 6.",
            "A file made by release 6 can be opened by release 7.",
        ),
        (
            "Four tents may now hold 9 guests instead of 12.",
            "They may now hold 12 guests instead of 9.",
        ),
    ],
)
def test_exchanged_numbers_are_found(claim: str, source: str) -> None:
    assert has_swapped_numbers(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Dig a trench 90 cm wide and 30 cm deep.", "Dig a trench 30 cm deep and 90 cm wide."),
        (
            "Release 7 can open files made by release 6.",
            "A file made by release 6 can be opened by release 7.",
        ),
        (
            "In York a room costs up to €90 a night, elsewhere €70.",
            "Rooms may cost up to €70 a night, in York up to €90.",
        ),
    ],
)
def test_numbers_told_in_another_order_are_in_their_places(claim: str, source: str) -> None:
    assert not has_swapped_numbers(claim, source)


def test_a_name_in_another_ones_place_is_found() -> None:
    minutes = "Ivo will paint the fence. Dora will order seeds for the shed by Monday."
    assert swapped("Ivo will order seeds for the shed.", minutes) == ["Ivo"]
    assert swapped("Dora will order the seeds.", minutes) == []
