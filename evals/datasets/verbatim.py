"""Hold gold spans to the words they are said to hold; knows no file form."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evals.gold import Span

_SHOWN = 60
_LISTED = 20


class Claim(NamedTuple):
    """That a span holds these words."""

    question: str
    span: Span
    words: str


def check_claims(claims: Iterable[Claim], texts: Mapping[str, str]) -> None:
    """Compare the words of every claim with the text they are in.

    Args:
        claims: What the questions file says.
        texts: Source to the text of the document.

    Raises:
        ValueError: Some differ; one line for each question, up to twenty.
    """
    wrong = [line for line in (_difference(claim, texts) for claim in claims) if line]
    if len(wrong) > _LISTED:
        wrong[_LISTED:] = [f"and {len(wrong) - _LISTED} more"]
    if wrong:
        raise ValueError("\n".join(wrong))


def _difference(claim: Claim, texts: Mapping[str, str]) -> str:
    question, span, words = claim
    if span.source not in texts:
        return f"question {question!r}: its document {span.source} is not in the set"
    found = texts[span.source][span.start_index : span.end_index]
    if found == words:
        return ""
    return (
        f"question {question!r}: wanted {words[:_SHOWN]!r} at {span.start_index}-{span.end_index} "
        f"of {span.source}, found {found[:_SHOWN]!r}"
    )
