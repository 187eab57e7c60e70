"""Asks the product whether it would leave a case's citation unverified; knows no data set."""

from evals.claims.case import Case
from rag.answering.citations import bind
from rag.answering.markers import MarkerReader


def is_flagged(case: Case) -> bool:
    """Say whether an answer of this sentence alone has an unverified citation."""
    reader = MarkerReader(len(case.passages))
    reader.feed(case.text + "".join(f"[{n}]" for n in range(1, len(case.passages) + 1)))
    reader.close()
    return not all(one.verified for one in bind(reader.text, reader.marks, case.passages))
