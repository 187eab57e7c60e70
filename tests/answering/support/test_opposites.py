"""Denials and opposites in other words than the source's."""

import pytest

from rag.answering.support.deals import same_deal
from rag.answering.support.opposites import opposed


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (
            "Upgrading fails if the cache has not been emptied.",
            "Empty the cache first, or it fails.",
        ),
        ("Keep the paint from drying out.", "Seal the tin so that the paint does not dry out."),
        ("Visitors carry on during the drill.", "Visitors are not stopped during the drill."),
        (
            "Ida Bell, a singer, didn't appear on Friday.",
            "The singer Ida Bell did not appear on Friday.",
        ),
        ("The clerk sold the boat to Ward.", "Ward bought the boat from the clerk."),
        ("The new gate stands by the church.", "The gate stands by the old church."),
    ],
)
def test_the_same_in_other_words_is_no_opposite(claim: str, source: str) -> None:
    assert not opposed(claim, source)


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        (
            "The light stays red even when the door is shut.",
            "The light stays red until the door is shut.",
        ),
        ("The clerk failed to sell the boat.", "The clerk sold the boat."),
        ("Members no longer pay £12.", "Members continue to pay £12."),
        ("The cellar stays humid in winter.", "The cellar stays dry in winter."),
        ("Chew the capsule and swallow the shell.", "Chew the capsule and spit out the shell."),
        ("The old gate stands by the church.", "The new gate stands by the church."),
    ],
)
def test_an_opposite_is_found(claim: str, source: str) -> None:
    assert opposed(claim, source)


def test_a_deal_has_the_same_giver_and_taker_from_either_side() -> None:
    source = "Ward bought the boat from the clerk"
    assert same_deal("The boat was sold to Ward", source)
    assert same_deal("The boat was sold by the clerk", source)
    assert not same_deal("Ward sold the boat to the clerk", source)
    assert not same_deal("The boat sank", source)
