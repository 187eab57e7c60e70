"""Fuses what two searches found, by meaning and by words; knows no index and no model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.store.hits import Hit


@dataclass(frozen=True, slots=True)
class QueryEvidence:
    """What the retriever knows about one query beside the hits; None where it does not know.

    Attributes:
        dense_mean: Mean similarity of the query with every searchable passage.
        dense_std: Standard deviation of these similarities.
        unknown_share: Share of the query's pieces the embedding model does not know, 0 to 1.
    """

    dense_mean: float | None = None
    dense_std: float | None = None
    unknown_share: float | None = None


@dataclass(frozen=True, slots=True)
class FusedHit:
    """A passage with its fused `score` (0 to 1, higher is better) and where it came from.

    Ranks are 1-based and None where the leg did not propose the passage; a score is None where it
    is not known.
    """

    id: str
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None


@dataclass(frozen=True, slots=True)
class Fusion:
    """The fused ranking, best first, and the weight the dense leg had (0 to 1)."""

    hits: tuple[FusedHit, ...]
    dense_weight: float


def fuse(
    dense: Sequence[Hit],
    lexical: Sequence[Hit],
    *,
    filled: Mapping[str, float],
    evidence: QueryEvidence,
) -> Fusion:
    """Fuse two candidate lists into one ranking, sorted by (-score, id).

    Args:
        dense: Best first; cosine similarities.
        lexical: Best first; BM25 scores.
        filled: Cosine similarities of passages that only `lexical` proposes (the store can compute
            them exactly); a passage that is not in it counts as the worst dense candidate.
        evidence: What is known about the query and the collection.
    """
    dense_scores = {**filled, **dict(dense)}
    lexical_scores = dict(lexical)
    dense_parts = _above_floor(dense_scores, evidence.dense_mean)
    lexical_parts = _above_floor(lexical_scores, 0.0)
    weight = _dense_weight(dense, lexical, evidence)
    dense_ranks = {hit.id: rank for rank, hit in enumerate(dense, 1)}
    lexical_ranks = {hit.id: rank for rank, hit in enumerate(lexical, 1)}
    hits = [
        FusedHit(
            id=id_,
            score=weight * dense_parts.get(id_, 0.0) + (1 - weight) * lexical_parts.get(id_, 0.0),
            dense_rank=dense_ranks.get(id_),
            dense_score=dense_scores.get(id_),
            lexical_rank=lexical_ranks.get(id_),
            lexical_score=lexical_scores.get(id_),
        )
        for id_ in dense_scores.keys() | lexical_scores.keys()
    ]
    hits.sort(key=lambda hit: (-hit.score, hit.id))
    return Fusion(hits=tuple(hits), dense_weight=weight)


def _above_floor(scores: Mapping[str, float], floor: float | None) -> dict[str, float]:
    """Map the floor to 0 and the best score to 1."""
    if not scores:
        return {}
    low = min(scores.values()) if floor is None else floor
    span = max(scores.values()) - low
    if span <= 0:
        return dict.fromkeys(scores, 0.0)
    return {id_: min(1.0, max(0.0, (score - low) / span)) for id_, score in scores.items()}


def _dense_weight(dense: Sequence[Hit], lexical: Sequence[Hit], evidence: QueryEvidence) -> float:
    if not lexical:
        return 1.0
    if not dense:
        return 0.0
    return 0.5 * (1.0 - (evidence.unknown_share or 0.0))
