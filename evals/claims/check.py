"""Asks the product whether it would leave a case's citation unverified; knows no data set."""

from evals.claims.case import Case
from rag.answering.citations import Claim, unsupported
from rag.answering.quotes import quoted
from rag.embedding.reading import Read


def is_flagged(case: Case, *, read: Read | None = None) -> bool:
    """Say whether a citation of these passages behind the sentence would be unverified.

    Args:
        case: The sentence and its passages.
        read: Reads texts piece by piece; None compares words alone.
    """
    quotes = tuple(words for _, _, words in quoted(case.text))
    claim = Claim(case.text, case.text, quotes, ())
    return unsupported(claim, case.passages, read=read) is not None
