"""Words of a claim that mean what others of its source mean, by a model's vectors."""

from collections.abc import Sequence

import pytest

from rag.answering.support.stand_ins import stand_ins
from rag.answering.support.verdict import Fault, fault_in
from rag.answering.support.words import words
from rag.embedding.reading import Reading
from rag.embeddings import SentenceTransformerEmbeddings
from tests.answering.fakes import passage, read_alike

BILL = "Rent and electricity are due on the first Friday of the month."
ASTROLABE = passage(
    "Fishermen from Lisbon brought the astrolabe up in a net and kept it for years."
)


@pytest.fixture(scope="module")
def model() -> SentenceTransformerEmbeddings:
    return SentenceTransformerEmbeddings()


def are_known(claim: str, source: str, model: SentenceTransformerEmbeddings, word: str) -> bool:
    at = next(at for at, one in enumerate(words(claim)) if one.raw == word)
    return stand_ins(claim, source, [at], model.read) == {at}


@pytest.mark.parametrize(
    ("claim", "source", "word"),
    [
        ("Rent and power are due on the first Friday of the month.", BILL, "power"),
        ("The drug must be kept cold.", "Keep the medicine in a cold place.", "drug"),
    ],
)
def test_a_word_is_known_by_what_it_means_where_it_stands(
    model: SentenceTransformerEmbeddings, claim: str, source: str, word: str
) -> None:
    assert are_known(claim, source, model, word)


def test_another_thing_in_a_words_place_is_not_known(model: SentenceTransformerEmbeddings) -> None:
    claim = "Rent and insurance are due on the first Friday of the month."
    assert not are_known(claim, BILL, model, "insurance")


@pytest.mark.parametrize(
    ("claim", "source", "word"),
    [
        ("The R4 runs on two cells.", "The R2 runs on two cells.", "R4"),
        ("The Southern line is closed.", "The Northern line is closed.", "Southern"),
        ("早餐七点供应。", "早饭七点供应。", "餐"),
    ],
)
def test_names_codes_and_han_characters_are_not_asked_of_the_model(
    claim: str, source: str, word: str
) -> None:
    def read(texts: Sequence[str]) -> list[Reading]:
        raise AssertionError(texts)

    at = next(at for at, one in enumerate(words(claim)) if one.raw == word)
    assert stand_ins(claim, source, [at], read) == frozenset()


def test_a_claim_is_supported_in_words_that_the_model_knows(
    model: SentenceTransformerEmbeddings,
) -> None:
    claim = "The astrolabe came up in a fishing net and was kept for years."
    assert fault_in(claim, [ASTROLABE]) is Fault.UNSAID
    assert fault_in(claim, [ASTROLABE], read=model.read) is None


def test_what_was_changed_is_found_out_whatever_the_model_knows() -> None:
    assert fault_in("The astrolabe was sold in Lisbon.", [ASTROLABE], read=read_alike) is None
    for claim, fault in (
        ("Fishermen from Porto brought the astrolabe up in a net.", Fault.NAME),
        ("Fishermen from Lisbon never brought the astrolabe up.", Fault.OPPOSITE),
        ("Three fishermen brought the astrolabe up in a net.", Fault.NUMBER),
    ):
        assert fault_in(claim, [ASTROLABE], read=read_alike) is fault
