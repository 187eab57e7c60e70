"""Fuses what two searches found, by meaning and by words; knows no index and no model.

Both legs are put on one scale: nats of evidence that a passage is no chance hit.

* Words: a BM25 score is such a number already. Its idf is -ln of the share of passages holding a
  word, so a score adds up how surprising the shared words are (Robertson 2004, "Understanding
  inverse document frequency"). A long question says the same thing in many words; what they add up
  to is scaled down to `MOST_LEXICAL_NATS`.
* Meaning: the similarities of one query with unrelated passages are close to normal, so a passage
  `z` standard deviations above their mean counts -ln P(Z > z). Real similarities have a heavier
  tail (a whole topic is near), so beyond `NORMAL_UP_TO` evidence grows only in proportion to z.

That leaves one question: is the dense leg blind to this query (another language, names the model
never saw)? Then its best passage stands out no more than the best of N unrelated ones would by
chance, ln N nats. What it has beyond that decides its weight, between 0 and 1. The lexical leg
needs no such weight: where words say nothing its scores are small by themselves.

The three constants are round numbers near the middle of what works on the sets of
`evals.fusion_table`: halving or doubling one moves most sets by less than .003 nDCG@10, none by
more than .02; leaving any one set out of the choice leads to neighbouring values.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from types import MappingProxyType

from rag.store.hits import Hit

HALF_TRUST_NATS = 4.0
"""Evidence beyond chance at which the dense leg has half its full weight."""

NORMAL_UP_TO = 5.0
"""Standard deviations up to which similarities are taken for normal."""

MOST_LEXICAL_NATS = 30.0
"""The most evidence the best lexical hit may count: a chance of 1 in 10^13."""

LEAST_TRUST = 0.01
"""A blind dense leg still orders what words leave tied."""

# Similarities of different texts spread by .03 and more; less is rounding between equal passages.
_LEAST_STD = 1e-3

_NOTHING: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class QueryEvidence:
    """What the retriever knows about one query beside the hits; None where it does not know.

    Attributes:
        dense_mean: Mean similarity of the query with the passages of the index (a sample will do).
        dense_std: Standard deviation of these similarities.
        unknown_share: Share of the query's pieces the embedding model does not know, 0 to 1.
        passages: How many passages were searched.
    """

    dense_mean: float | None = None
    dense_std: float | None = None
    unknown_share: float | None = None
    passages: int | None = None


@dataclass(frozen=True, slots=True)
class FusedHit:
    """A passage with its fused `score` (0 to 1, higher is better) and where it came from.

    Ranks are 1-based and None where the leg did not propose the passage; a score is None where it
    is not known. The evidence of a leg is in nats and, for dense, before its weight; that of
    `history` is what earlier turns of a conversation add, that of `agreement` what the best
    passages have in common with it.
    """

    id: str
    score: float
    dense_rank: int | None
    dense_score: float | None
    lexical_rank: int | None
    lexical_score: float | None
    dense_evidence: float
    lexical_evidence: float
    history_evidence: float = 0.0
    agreement_evidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Fusion:
    """The fused ranking, best first, and what its scores were made with.

    Attributes:
        hits: Sorted by (-score, id).
        dense_weight: Of the dense leg's evidence, 0 to 1.
        chance: What the best of as many unrelated passages shows, in nats.
    """

    hits: tuple[FusedHit, ...]
    dense_weight: float
    chance: float

    def evidence(self) -> dict[str, float]:
        """Return the evidence of both legs for each passage, in nats."""
        return {
            hit.id: self.dense_weight * hit.dense_evidence + hit.lexical_evidence
            for hit in self.hits
        }


def fuse(
    dense: Sequence[Hit],
    lexical: Sequence[Hit],
    *,
    filled: Mapping[str, float] = _NOTHING,
    evidence: QueryEvidence,
    also: Collection[str] = (),
    filled_words: Mapping[str, float] = _NOTHING,
) -> Fusion:
    """Fuse two candidate lists into one ranking, sorted by (-score, id).

    A score is e / (e + ln N), where e is the evidence of both legs, dense times its weight: one
    half means as much as the best of N unrelated passages shows by chance.

    Args:
        dense: Best first; cosine similarities.
        lexical: Best first; BM25 scores.
        filled: Cosine similarities of passages that `dense` does not propose (the store can
            compute them exactly); a passage missing here counts as the worst dense candidate.
        evidence: What is known about the query and the collection.
        also: Passages to rank that neither leg need propose.
        filled_words: BM25 scores of passages that `lexical` does not propose; a passage missing
            here shares no word with the query.
    """
    similarities = {**filled, **{hit.id: hit.score for hit in dense}}
    nats = _dense_evidence(similarities, evidence)
    worst = min((nats[hit.id] for hit in dense), default=0.0)
    meaning = _Leg(_ranks(dense), similarities, nats, missing=worst)
    relevances = {**filled_words, **{hit.id: hit.score for hit in lexical}}
    words = _Leg(_ranks(lexical), relevances, _lexical_evidence(relevances), missing=0.0)
    ids = meaning.ranks.keys() | words.ranks.keys() | set(also)
    chance = math.log(max(evidence.passages or 0, len(ids), 2))
    weight = dense_weight(
        max(nats.values(), default=0.0), chance, unknown_share=evidence.unknown_share or 0.0
    )
    hits = [_fused_hit(id_, meaning, words, weight=weight, chance=chance) for id_ in ids]
    return Fusion(tuple(sorted(hits, key=lambda hit: (-hit.score, hit.id))), weight, chance)


def dense_weight(best: float, chance: float, *, unknown_share: float) -> float:
    """Return how far to trust the dense leg, from nearly 0 (blind) to 1.

    Args:
        best: Evidence of its best passage, in nats.
        chance: What the best of as many unrelated passages shows, ln(passages) nats.
        unknown_share: Share of the query the model cannot read; the weight shrinks by it.
    """
    beyond = max(0.0, best - chance)
    trust = beyond**2 / (beyond**2 + HALF_TRUST_NATS**2)
    return max(LEAST_TRUST, trust * (1.0 - unknown_share))


@dataclass(frozen=True, slots=True)
class _Leg:
    """What one search proposed and knows, by id; `missing` is the evidence of all others."""

    ranks: Mapping[str, int]
    scores: Mapping[str, float]
    evidence: Mapping[str, float]
    missing: float


def _fused_hit(id_: str, meaning: _Leg, words: _Leg, *, weight: float, chance: float) -> FusedHit:
    dense_evidence = meaning.evidence.get(id_, meaning.missing)
    lexical_evidence = words.evidence.get(id_, words.missing)
    total = weight * dense_evidence + lexical_evidence
    return FusedHit(
        id=id_,
        score=total / (total + chance),
        dense_rank=meaning.ranks.get(id_),
        dense_score=meaning.scores.get(id_),
        lexical_rank=words.ranks.get(id_),
        lexical_score=words.scores.get(id_),
        dense_evidence=dense_evidence,
        lexical_evidence=lexical_evidence,
    )


def _ranks(hits: Sequence[Hit]) -> dict[str, int]:
    return {hit.id: rank for rank, hit in enumerate(hits, start=1)}


def _dense_evidence(scores: Mapping[str, float], evidence: QueryEvidence) -> dict[str, float]:
    """Return -ln P(Z > z) of each similarity."""
    if not scores:
        return {}
    mean, std = evidence.dense_mean, evidence.dense_std
    if mean is None or std is None:
        mean, std = fmean(scores.values()), pstdev(scores.values())
    std = max(std, _LEAST_STD)
    return {id_: _surprise((score - mean) / std) for id_, score in scores.items()}


def _lexical_evidence(scores: Mapping[str, float]) -> dict[str, float]:
    """Scale BM25 scores down, if need be, so that the best counts `MOST_LEXICAL_NATS`."""
    best = max(scores.values(), default=0.0)
    scale = MOST_LEXICAL_NATS / best if best > MOST_LEXICAL_NATS else 1.0
    return {id_: scale * score for id_, score in scores.items()}


def _surprise(z: float) -> float:
    """Return -ln P(Z > z) of a standard normal variable, in nats; a straight line in the tail."""
    inner = min(z, NORMAL_UP_TO)
    beyond = NORMAL_UP_TO * (z - inner)
    return -math.log(0.5 * math.erfc(inner / math.sqrt(2))) + beyond
