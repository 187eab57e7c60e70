"""Says why a search returned what it did, and not what it left out; searches nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from langchain_core.documents import Document

from rag.retrieval.fusion import FusedHit
from rag.retrieval.history import Weighed
from rag.retrieval.outcome import Outcome, Ranked, Step, as_document
from rag.retrieval.steps import Mode, Sought, Steps
from rag.store.hits import Hit
from rag.store.records import StoredPassage
from rag.store.store import Store
from rag.store.tokens import query_words, tokenize

MOST_LEFT_OUT = 10
"""Passages that were left out and are told of: the best ones."""


@dataclass(frozen=True, slots=True)
class LegPlace:
    """A passage in one leg's proposals.

    Attributes:
        rank: From 1; None where the leg did not propose it.
        score: Cosine similarity or BM25; None where it is not known.
        evidence: In nats, see `rag.retrieval.fusion`; None where nothing was fused.
    """

    rank: int | None
    score: float | None
    evidence: float | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a passage stands where it does.

    Attributes:
        legs: Its place in each leg that searched, "dense" and "lexical".
        matched_words: The words of the question that it, its title or its headings hold, as they
            are compared: stemmed, or pairs of characters.
        history_evidence: What was said before adds, in nats.
        agreement_evidence: What the best passages have in common with it adds, in nats.
    """

    legs: Mapping[str, LegPlace]
    matched_words: tuple[str, ...]
    history_evidence: float = 0.0
    agreement_evidence: float = 0.0

    def to_dict(self) -> dict[str, object]:
        """Return plain JSON values, stable across releases."""
        legs = {
            name: {"rank": leg.rank, "score": leg.score, "evidence": leg.evidence}
            for name, leg in self.legs.items()
        }
        return {
            "legs": legs,
            "matched_words": list(self.matched_words),
            "history_evidence": self.history_evidence,
            "agreement_evidence": self.agreement_evidence,
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """A passage and why it is where it is; `left_out` says why it was not returned."""

    passage: Document
    why: Why
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A search with its reasons.

    Attributes:
        query: What was searched for.
        mode: Which legs searched.
        dense_weight: How far meanings were trusted beside words, 0 to 1; None where nothing was
            fused.
        chance: Evidence that the best of as many unrelated passages would show, in nats; a passage
            with just so much has the score one half.
        earlier: What was said before, with the share of its evidence that may be added.
        passages: What was returned, best first.
        left_out: The best passages that were found and not returned.
    """

    query: str
    mode: Mode
    dense_weight: float | None
    chance: float | None
    earlier: tuple[Weighed, ...]
    passages: tuple[Explained, ...]
    left_out: tuple[Explained, ...]


def explain(sought: Sought, steps: Steps, outcome: Outcome | None, store: Store) -> Explanation:
    """Return the reasons for an outcome; None stands for a search in which nothing can be found."""
    earlier = tuple(sought.earlier)
    if outcome is None:
        return Explanation(sought.query, steps.mode, None, None, earlier, (), ())
    reasons = _Reasons(sought.query, steps, outcome)
    returned = {str(one.id) for one in outcome.documents}
    others = [hit for hit in outcome.ranking if hit.id not in returned][:MOST_LEFT_OUT]
    known = store.passages([*returned, *(hit.id for hit in others)])
    fusion = outcome.fusion
    return Explanation(
        sought.query,
        steps.mode,
        None if fusion is None else fusion.dense_weight,
        None if fusion is None else fusion.chance,
        earlier,
        tuple(
            Explained(one, reasons.why(known[str(one.id)]))
            for one in outcome.documents
            if one.id in known
        ),
        tuple(reasons.left_out(hit, known[hit.id]) for hit in others if hit.id in known),
    )


class _Reasons:
    """Looks up what is known of a passage."""

    def __init__(self, query: str, steps: Steps, outcome: Outcome) -> None:
        self._words = tuple(dict.fromkeys(query_words(query)))
        self._steps = steps
        self._outcome = outcome
        self._ranks = {hit.id: rank for rank, hit in enumerate(outcome.ranking, start=1)}
        fused = () if outcome.fusion is None else outcome.fusion.hits
        self._fused: Mapping[str, FusedHit] = {hit.id: hit for hit in fused}

    def why(self, passage: StoredPassage) -> Why:
        held = set(tokenize("\n".join((passage.title, *passage.section, passage.text))))
        words = tuple(word for word in self._words if word in held)
        fused = self._fused.get(passage.id)
        if fused is not None:
            return Why(_fused_legs(fused), words, fused.history_evidence, fused.agreement_evidence)
        legs = {"dense": self._outcome.legs.dense, "lexical": self._outcome.legs.lexical}
        searched = {name: hits for name, hits in legs.items() if name == self._steps.mode}
        return Why({name: _place(passage.id, hits) for name, hits in searched.items()}, words)

    def left_out(self, hit: Hit, passage: StoredPassage) -> Explained:
        document = as_document(passage, Ranked(passage, hit.score), self._ranks[hit.id])
        return Explained(document, self.why(passage), self._reason(hit.id))

    def _reason(self, id_: str) -> str:
        steps = self._steps
        step: Step = next((step for step, kept in self._outcome.kept if id_ not in kept), "k")
        return {
            "depth": f"below the {steps.ranked} best",
            "duplicate": "repeats a better passage (retrieval.duplicate_threshold)",
            "rerank": "dropped by the reranker",
            "min_score": f"scores below {steps.min_score} (retrieval.min_score)",
            "mmr": "says too little that better ones do not (retrieval.mmr_lambda)",
            "joined": "part of a better passage beside it (retrieval.focus)",
            "k": f"below the {steps.k} best",
            "window": "lies within the neighbours of a better passage (retrieval.neighbours)",
        }[step]


def _fused_legs(hit: FusedHit) -> dict[str, LegPlace]:
    return {
        "dense": LegPlace(hit.dense_rank, hit.dense_score, hit.dense_evidence),
        "lexical": LegPlace(hit.lexical_rank, hit.lexical_score, hit.lexical_evidence),
    }


def _place(id_: str, hits: Sequence[Hit]) -> LegPlace:
    for rank, hit in enumerate(hits, start=1):
        if hit.id == id_:
            return LegPlace(rank, hit.score)
    return LegPlace(None, None)
