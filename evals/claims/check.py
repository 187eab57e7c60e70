"""Asks the product whether it would leave a case's citation unverified; knows no data set."""

from evals.claims.case import Case
from rag.answering.citations import Claim, unsupported
from rag.answering.quotes import quoted


def is_flagged(case: Case) -> bool:
    """Say whether a citation of these passages behind the sentence would be unverified."""
    quotes = tuple(words for _, _, words in quoted(case.text))
    claim = Claim(case.text, case.text, quotes, ())
    return unsupported(claim, case.passages) is not None
