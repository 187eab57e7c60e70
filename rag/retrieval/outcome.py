"""What a search came to, step by step, and its passages as documents; knows no index."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from rag.retrieval.fusion import Fusion
from rag.store.hits import Hit
from rag.store.records import StoredPassage

Vector = NDArray[np.float32]
Step = Literal["depth", "duplicate", "rerank", "min_score", "mmr", "joined", "k", "window"]


@dataclass(frozen=True, slots=True)
class Legs:
    """What both legs propose for one text, best first; a leg that does not search is empty."""

    text: str
    vector: Vector | None
    dense: list[Hit]
    lexical: list[Hit]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its score, and the one it had before it was reranked."""

    passage: StoredPassage
    score: float
    retrieval_score: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A search that is done.

    Attributes:
        legs: What was proposed for the question itself.
        fusion: How both legs were fused; None where one of them decides.
        ranking: What the steps began with, best first.
        kept: The ids that each step left, in the order of the steps.
        documents: What is returned.
    """

    legs: Legs
    fusion: Fusion | None
    ranking: Sequence[Hit]
    kept: Sequence[tuple[Step, frozenset[str]]]
    documents: list[Document]


def as_document(passage: StoredPassage, ranked: Ranked, rank: int) -> Document:
    """Return a passage with all that cites it as metadata."""
    beside = {} if ranked.retrieval_score is None else {"retrieval_score": ranked.retrieval_score}
    return Document(
        id=passage.id,
        page_content=passage.text,
        metadata={
            **passage.metadata,
            "source": passage.source,
            "title": passage.title,
            "kind": passage.kind,
            "page": passage.page,
            "section": " > ".join(passage.section),
            "lead_in": passage.lead_in,
            "start_index": passage.start_index,
            "end_index": passage.end_index,
            "ordinal": passage.ordinal,
            "score": ranked.score,
            **beside,
            "rank": rank,
        },
    )
