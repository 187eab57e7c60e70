"""One search, step by step, from two legs to documents; knows no settings and no chat model."""

from collections.abc import Mapping, Sequence

import numpy as np

from rag.embeddings import PassageEmbeddings
from rag.retrieval.agreement import LOOKED_AT, Told, add_agreement, counted
from rag.retrieval.diversity import drop_near_duplicates, mmr
from rag.retrieval.focus import Focused, evidence_of, focus
from rag.retrieval.fusion import Fusion, QueryEvidence, fuse
from rag.retrieval.history import add_history
from rag.retrieval.outcome import Legs, Outcome, Ranked, Step, Vector, as_document
from rag.retrieval.reranking import rerank
from rag.retrieval.steps import Sought, Steps
from rag.retrieval.windows import widen
from rag.store.hits import Hit
from rag.store.records import StoredPassage
from rag.store.store import Store


class Search:
    """One question: the legs, their fusion, and what is done to the ranking."""

    def __init__(
        self, store: Store, embeddings: PassageEmbeddings, sought: Sought, steps: Steps
    ) -> None:
        self._store = store
        self._embeddings = embeddings
        self._steps = steps
        self._allowed: set[str] | None = None
        self._generation = 0
        self.sought = sought

    @property
    def needs_vector(self) -> bool:
        """False where the words alone decide."""
        return self._steps.mode != "lexical"

    def is_possible(self) -> bool:
        """Check the model, apply the filter; False if nothing can be found."""
        self._generation = self._store.catalog.generation()
        fingerprint = self._embeddings.fingerprint
        self._store.require_fingerprint(fingerprint.digest, fingerprint.describe())
        if self._steps.filter:
            self._allowed = self._store.matching(self._steps.filter)
        return bool(self.sought.query.strip()) and self._steps.k > 0 and self._allowed != set()

    def dense(self, vector: Vector | None) -> list[Hit]:
        """Return what the meaning proposes, best first."""
        if vector is None:
            return []
        return self._store.search_vectors(vector, self._steps.proposed, allowed=self._allowed)

    def lexical(self, text: str) -> list[Hit]:
        """Return what the words of a text propose, best first."""
        if self._steps.mode == "dense":
            return []
        return self._store.search_words(text, self._steps.proposed, allowed=self._allowed)

    def finish(self, proposed: Sequence[Legs], *, tries_left: int) -> Outcome | None:
        """Fuse, rerank, cut, focus, widen, and dress the survivors as LangChain documents.

        All of it reads one state of the catalog; what a writer has made dead since the search is
        left out first.

        Args:
            proposed: What the legs propose for each text that is sought, in order.
            tries_left: How often the search can be made again.

        Returns:
            None if a writer has committed since the search began and there are tries left: a
            passage that it replaced may be missing in its old and its new version.
        """
        with self._store.catalog.snapshot():
            if tries_left and self._generation != self._store.catalog.generation():
                return None
            live = self._store.catalog.live([hit.id for hit in _all_hits(proposed)])
            question, *earlier = (_only(legs, live) for legs in proposed)
            fusion = self._fuse(question, earlier)
            return self._outcome(question, fusion)

    def _outcome(self, legs: Legs, fusion: Fusion | None) -> Outcome:
        steps = self._steps
        hits = [*legs.dense, *legs.lexical]
        if fusion is not None:
            hits = [Hit(hit.id, hit.score) for hit in fusion.hits]
        ranked = self._distinct(hits)
        looked_at = frozenset(hit.id for hit in hits[: self._looked_at(hits, ranked)])
        kept: list[tuple[Step, frozenset[str]]] = [
            ("depth", looked_at),
            ("duplicate", _ids(ranked)),
        ]
        ranked = self._rerank(ranked)
        kept.append(("rerank", _ids(ranked)))
        if steps.min_score is not None:
            ranked = [one for one in ranked if one.score >= steps.min_score]
            kept.append(("min_score", _ids(ranked)))
        ranked = self._vary(ranked)
        kept.append(("mmr", _ids(ranked)))
        focused = self._focus(ranked, fusion)
        kept.append(("joined", _ids(ranked) - focused.joined))
        kept.append(("k", _ids([one for one, _ in focused.found])))
        windows = widen(focused.found, self._store.catalog, steps.neighbours)
        kept.append(("window", _ids([one for one, _ in windows])))
        documents = [as_document(passage, one, n) for n, (one, passage) in enumerate(windows, 1)]
        return Outcome(legs, fusion, hits, kept, documents)

    def _fuse(self, question: Legs, earlier: Sequence[Legs]) -> Fusion | None:
        """Fuse both legs of each text over the passages that any of them proposes."""
        if self._steps.mode != "hybrid" or question.vector is None:
            return None
        candidates = {hit.id for hit in _all_hits([question, *earlier])}
        return self._agreeing(self._fuse_texts(question, earlier, candidates))

    def _fuse_texts(self, question: Legs, earlier: Sequence[Legs], candidates: set[str]) -> Fusion:
        if not earlier:
            return self._fuse_legs(question, candidates, {})
        # What one text proposes is compared under every other text too: exactly, or a passage just
        # outside of a leg's proposals would count as none at all (nDCG@10 on mtrag_dev .861, not
        # .869).
        fused, *others = (
            self._fuse_legs(legs, candidates, self._words_of(legs, candidates))
            for legs in [question, *earlier]
        )
        weights = [one.weight for one in self.sought.earlier]
        return add_history(fused, list(zip(weights, others, strict=True)))

    def _words_of(self, legs: Legs, candidates: set[str]) -> dict[str, float]:
        """Return the BM25 scores of the candidates that share a word with a text."""
        hits = self._store.search_words(legs.text, len(candidates), allowed=candidates)
        return {hit.id: hit.score for hit in hits}

    def _fuse_legs(
        self, legs: Legs, candidates: set[str], filled_words: Mapping[str, float]
    ) -> Fusion:
        assert legs.vector is not None
        missing = sorted(candidates - {hit.id for hit in legs.dense})
        mean, deviation = self._store.similarity_statistics(legs.vector)
        return fuse(
            legs.dense,
            legs.lexical,
            filled=self._store.similarities(legs.vector, missing),
            evidence=QueryEvidence(
                mean, deviation, self._unknown_share(legs.text), self._store.catalog.count()
            ),
            also=candidates,
            filled_words=filled_words,
        )

    def _agreeing(self, fusion: Fusion) -> Fusion:
        """Add what the best passages agree on."""
        ids = [hit.id for hit in fusion.hits[:LOOKED_AT]]
        passages = self._store.passages(ids)
        vectors = self._store.vectors_of(ids)
        told = [Told(counted(_worded(passages[id_])), vectors[id_]) for id_ in ids]
        return add_agreement(
            fusion,
            told,
            holding=self._store.holding(sorted({word for one in told for word in one.words})),
            passages=self._store.catalog.count(),
        )

    def _unknown_share(self, text: str) -> float | None:
        ask = getattr(self._embeddings, "unknown_share", None)
        return None if ask is None else float(ask(text))

    def _distinct(self, hits: Sequence[Hit]) -> list[Ranked]:
        """Return as many passages as the next steps look at, near-duplicates dropped."""
        needed, threshold = self._steps.needed, self._steps.duplicate_threshold
        if threshold is None:
            hits = hits[:needed]
        passages = self._store.passages([hit.id for hit in hits])
        if threshold is not None:
            texts = [passages[hit.id].text for hit in hits]
            rows = drop_near_duplicates(texts, threshold=threshold, wanted=needed)
            hits = [hits[row] for row in rows]
        return [Ranked(passages[hit.id], hit.score) for hit in hits]

    def _looked_at(self, hits: Sequence[Hit], ranked: Sequence[Ranked]) -> int:
        """Return how many hits were looked at to find as many distinct ones as are needed."""
        if len(ranked) < self._steps.needed:
            return len(hits)
        return 1 + [hit.id for hit in hits].index(ranked[-1].passage.id)

    def _rerank(self, ranked: list[Ranked]) -> list[Ranked]:
        if self._steps.reranker is None:
            return ranked
        handed = [as_document(one.passage, one, rank) for rank, one in enumerate(ranked, 1)]
        found = rerank(self.sought.standalone, handed, self._steps.reranker)
        return [
            Ranked(ranked[one.row].passage, one.score, retrieval_score=ranked[one.row].score)
            for one in found
        ]

    def _vary(self, ranked: list[Ranked]) -> list[Ranked]:
        weight = self._steps.mmr_lambda
        if weight is None or not ranked:
            return ranked
        vectors = self._store.vectors_of([one.passage.id for one in ranked])
        matrix = np.stack([vectors[one.passage.id] for one in ranked])
        scores = [one.score for one in ranked]
        return [ranked[row] for row in mmr(matrix, scores, self._steps.k, relevance_weight=weight)]

    def _focus(self, ranked: list[Ranked], fusion: Fusion | None) -> Focused:
        """Return the best `k`, each as much of it as speaks to the question."""
        steps = self._steps
        if fusion is None or steps.whole_from is None:
            return Focused([(one, one.passage) for one in ranked[: steps.k]], frozenset())
        return focus(
            ranked,
            evidence_of(fusion),
            self._store.catalog.document,
            question=self.sought.standalone,
            whole_from=steps.whole_from,
            k=steps.k,
        )


def _worded(passage: StoredPassage) -> str:
    return "\n".join((passage.title, *passage.section, passage.text))


def _all_hits(proposed: Sequence[Legs]) -> list[Hit]:
    return [hit for legs in proposed for hit in (*legs.dense, *legs.lexical)]


def _only(legs: Legs, live: set[str]) -> Legs:
    """Leave out what a writer has made dead."""
    return Legs(
        legs.text,
        legs.vector,
        [hit for hit in legs.dense if hit.id in live],
        [hit for hit in legs.lexical if hit.id in live],
    )


def _ids(ranked: Sequence[Ranked]) -> frozenset[str]:
    return frozenset(one.passage.id for one in ranked)
