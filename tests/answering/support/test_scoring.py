"""What speaks for a claim and against it, added up."""

from dataclasses import fields, replace

import pytest

from rag.answering.support.likeness import foreign_words, held, meaning
from rag.answering.support.scoring import (
    CHINESE,
    ENGLISH,
    Signs,
    Weights,
    by_words,
    is_said,
    log_odds,
)

SOURCE = "The museum keeps the silver cup from Lisbon in a locked case on the second floor."
SAID = Signs(held=0.9, returned=0.7, foreign=0.5, copied=0.4, exchanged=0.0, replaced=0.0)


def signs(claim: str, source: str = SOURCE) -> Signs:
    how = held(claim, meaning(source))
    return by_words(claim, source, "", how, foreign_words(claim, source, how, source))


def test_a_source_says_its_own_words() -> None:
    own = signs(SOURCE)
    assert (own.held, own.returned, own.foreign, own.copied) == (1, 1, 0, 1)
    assert is_said(own, SOURCE)


def test_foreign_words_weigh_and_are_not_held() -> None:
    claim = "The museum keeps the silver cup from Lisbon beside the dinosaur."
    assert signs(claim).foreign == 1
    assert signs(claim).held < 1
    assert signs(claim).returned < 1


def test_a_noun_in_the_place_of_another_is_seen() -> None:
    source = "The museum keeps the cup from Lisbon in a case on the second floor."
    assert signs(source.replace("cup", "spoon"), source).replaced == 1
    assert signs(source.replace("keeps", "holds"), source).replaced == 0


def test_a_claim_without_neighbours_copies_nothing() -> None:
    assert signs("Cup.").copied == 0


@pytest.mark.parametrize("weights", [ENGLISH, CHINESE])
@pytest.mark.parametrize(
    ("sign", "better", "worse"),
    [("held", 1.0, 0.3), ("returned", 1.0, 0.3), ("foreign", 0.0, 2.0), ("exchanged", 0.0, 1.0)],
)
def test_each_sign_counts_in_its_direction(
    weights: Weights, sign: str, better: float, worse: float
) -> None:
    good, bad = (replace(SAID, **{sign: value}) for value in (better, worse))
    assert log_odds(good, weights) > log_odds(bad, weights)


def test_every_sign_has_a_weight() -> None:
    named = [field.name for field in fields(Weights)]
    assert named == ["constant", *(field.name for field in fields(Signs))]
    ones = Signs(*(1.0 for _ in fields(Signs)))
    assert log_odds(ones, Weights(*(float(n) for n in range(len(named))))) == sum(range(len(named)))


def test_chinese_and_english_are_weighed_apart() -> None:
    odds = {log_odds(SAID, weights) for weights in (ENGLISH, CHINESE)}
    assert len(odds) == 2
    between = replace(SAID, foreign=0.35, held=0.8, returned=0.45)
    assert is_said(between, "The cup is kept here.") != is_said(between, "杯子放在这里。")
