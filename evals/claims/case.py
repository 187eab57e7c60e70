"""What one test of the citation check is: a sentence, the passages it cites, whether it is true."""

from dataclasses import dataclass
from typing import Final

from langchain_core.documents import Document

TRUE_KINDS: Final = ("verbatim", "near-verbatim", "paraphrase")
ALTERED_KINDS: Final = (
    "number changed",
    "negated",
    "name swapped",
    "roles swapped",
    "stitched",
    "wrong passage",
    "invented",
    "invented quotation",
)
KINDS: Final = (*TRUE_KINDS, *ALTERED_KINDS)
UNREAD: Final = ("held out", "fourth")
"""Parts whose mistakes are not shown: to read them would be to tune on them."""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence of an answer and what it cites.

    Attributes:
        id: Names the fact, the kind and the number, as in "en-hub-count/negated/2".
        kind: One of `KINDS`.
        language: "en" or "zh".
        part: "tuned" if its failures were read while the check was written, "second" and "third"
            if it was measured once before they were, or one of `UNREAD`.
        text: The sentence, without markers.
        passages: What it cites.
    """

    id: str
    kind: str
    language: str
    part: str
    text: str
    passages: tuple[Document, ...]

    @property
    def is_true(self) -> bool:
        """Whether the passages say what the sentence says."""
        return self.kind in TRUE_KINDS
