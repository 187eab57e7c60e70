"""What retrieval ablations change, one thing at a time; knows neither sets nor scores.

A variant ranks the documents (or passages) of a `Query`. All but those that say so are the
product's hybrid with one change.
"""

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from evals.ablation_words import (
    WordIndex,
    WordOptions,
    all_words,
    numbers_twice,
    plain,
    plain_weights,
)
from evals.fusion_table import (
    DEPTH,
    Collection,
    QueryLegs,
    agreed,
    fused,
    hybrid,
    reciprocal_rank_fusion,
)
from rag.retrieval.diversity import drop_near_duplicates
from rag.retrieval.fusion import Fusion
from rag.sentences import sentences
from rag.store.hits import Hit
from rag.store.tokens import query_weights, tokenize

BASELINE = "hybrid"
FEEDBACKS = ((0.2, 3), (0.4, 5))
"""Weight of the mean of the best documents in the query's vector (Rocchio 1971), and how many."""
LATE = 0.35
"""Weight of the best sentence's cosine beside the document's."""
BEST_SENTENCE = 0.2
"""Weight of what the words of the best sentence are worth, in nats."""
NEIGHBOURS = 0.1
"""Share of its better neighbour's evidence that a passage gains."""
REPEATED = 0.8
"""Share of word triples from which a document repeats a better one."""
LOOKED_AT = 40
"""Documents whose sentences are read: the best ones."""
# Similarities of a simulated model with documents that do not answer and with those that do: they
# give the nDCG@10 that a multilingual model of this size is published to have on XQuAD-zh, .85.
_SIMULATED_MEAN, _SIMULATED_STD, _SIMULATED_GAIN = 0.2, 0.08, 0.28

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class Sentences:
    """The sentences of all documents and the row of the document of each."""

    vectors: Vectors
    rows: NDArray[np.intp]

    def best(self, query: Vectors, documents: int) -> Vectors:
        """Return the similarity of each document's best sentence; -1 without any."""
        found = np.full(documents, -1.0, dtype=np.float32)
        np.maximum.at(found, self.rows, self.vectors @ query)
        return found


@dataclass(frozen=True)
class Query:
    """One query: its legs and vector, how much is unknown, and what answers it."""

    legs: QueryLegs
    vector: Vectors
    unknown: float
    gold: frozenset[str]
    sentences: Sentences | None = None

    @property
    def collection(self) -> Collection:
        """What is searched."""
        return self.legs.collection

    @cached_property
    def fused(self) -> Fusion:
        """Both legs, before agreement."""
        return fused(self.legs, self.unknown)

    @cached_property
    def hybrid(self) -> Fusion:
        """The product's ranking."""
        return agreed(self.fused, self.collection)


Variant = Callable[[Query], Sequence[str]]


def variants(beir_documents: Collection) -> dict[str, Variant]:
    """Return what is compared on a collection, the baseline first."""
    return {
        BASELINE: lambda query: _ids(query.hybrid),
        "without agreement": lambda query: _ids(query.fused),
        "meanings alone": lambda query: [hit.id for hit in query.legs.dense],
        "words alone": lambda query: [hit.id for hit in query.legs.lexical],
        "ranks summed (RRF)": lambda query: reciprocal_rank_fusion(
            query.legs.dense, query.legs.lexical
        ),
        "unknown words ignored": lambda query: hybrid(query.legs, 0.0),
        "30 candidates": lambda query: hybrid(_cut(query.legs, 30), query.unknown),
        **{f"feedback {weight} of {best}": _feedback(weight, best) for weight, best in FEEDBACKS},
        "best sentence's words": _best_sentence,
        "near-duplicates dropped": _distinct,
        **_word_variants(beir_documents),
    }


def late_variants() -> dict[str, Variant]:
    """Return what needs the vectors of sentences."""
    return {"best sentence's meaning": _late}


def passage_variants() -> dict[str, Variant]:
    """Return what is compared only where documents are cut into passages."""
    return {"neighbours' evidence": _neighbours}


def simulated_variants() -> dict[str, Variant]:
    """Return how the hybrid does with a dense leg that knows the language, which is made up."""
    return {
        "simulated model alone": lambda query: [hit.id for hit in _simulated(query).dense],
        "simulated model, hybrid": lambda query: hybrid(_simulated(query), 0.0),
        "simulated model, RRF": lambda query: reciprocal_rank_fusion(
            _simulated(query).dense, query.legs.lexical
        ),
    }


def _word_variants(collection: Collection) -> dict[str, Variant]:
    changed = {
        "BM25 k1 .9, b .4": WordOptions(k1=0.9, b=0.4),
        "BM25 k1 2": WordOptions(k1=2.0),
        "titles not weighted": WordOptions(headings=0.0),
        "titles weighted 1": WordOptions(headings=1.0),
        "pairs of words, .1": WordOptions(pairs=0.1),
        "words as they stand": WordOptions(tokens=plain, weights=plain_weights),
        "function words count": WordOptions(weights=all_words),
        "numbers count twice": WordOptions(weights=numbers_twice),
    }
    if not any(document.title for document in collection.documents):
        del changed["titles not weighted"], changed["titles weighted 1"]
    return {name: _words(collection, options) for name, options in changed.items()}


def _words(collection: Collection, options: WordOptions) -> Variant:
    index = WordIndex(collection.documents, options)

    def rank(query: Query) -> Sequence[str]:
        lexical = index.search(query.legs.text, DEPTH)
        return hybrid(replace(query.legs, lexical=lexical), query.unknown)

    return rank


def _ids(fusion: Fusion) -> list[str]:
    return [hit.id for hit in fusion.hits]


def _cut(legs: QueryLegs, depth: int) -> QueryLegs:
    return replace(legs, dense=legs.dense[:depth], lexical=legs.lexical[:depth])


def _with_similarities(legs: QueryLegs, similarities: Vectors) -> QueryLegs:
    ids = [document.id for document in legs.collection.documents]
    by_id = dict(zip(ids, similarities.tolist(), strict=True))
    dense = sorted((Hit(*one) for one in by_id.items()), key=lambda hit: (-hit.score, hit.id))
    return replace(legs, dense=dense[:DEPTH], similarities=by_id)


def _feedback(weight: float, best: int) -> Variant:
    """Search again with the vector moved towards the mean of the best documents."""

    def rank(query: Query) -> Sequence[str]:
        documents, rows = query.collection.vectors, query.collection.rows
        mean = documents[[rows[id_] for id_ in _ids(query.fused)[:best]]].mean(axis=0)
        moved = query.vector + weight * mean / np.linalg.norm(mean)
        similarities = documents @ (moved / np.linalg.norm(moved))
        return hybrid(_with_similarities(query.legs, similarities), query.unknown)

    return rank


def _late(query: Query) -> Sequence[str]:
    """Mix the similarity of the best sentence into the document's."""
    assert query.sentences is not None
    own = query.collection.vectors @ query.vector
    best = query.sentences.best(query.vector, len(own))
    mixed = np.where(best > -1, (1 - LATE) * own + LATE * best, own)
    return hybrid(_with_similarities(query.legs, mixed), query.unknown)


def _best_sentence(query: Query) -> Sequence[str]:
    """Add what the question's words in a document's best sentence are worth."""
    weights = query_weights(query.legs.text)
    documents = len(query.collection.documents)
    holding = query.collection.holding
    worth = {
        word: weight * float(np.log(1 + (documents - held + 0.5) / (held + 0.5)))
        for word, weight in weights.items()
        for held in [holding.get(word, 0)]
    }
    added = {
        hit.id: BEST_SENTENCE * _best_worth(_text(query, hit.id), worth)
        for hit in query.hybrid.hits[:LOOKED_AT]
    }
    return _moved(query.hybrid, added)


def _best_worth(text: str, worth: Mapping[str, float]) -> float:
    return max(
        (sum(worth.get(word, 0.0) for word in held) for held in _sentence_words(text)), default=0.0
    )


@cache
def _sentence_words(text: str) -> list[frozenset[str]]:
    return [frozenset(tokenize(text[start:end])) for start, end in sentences(text)]


def _distinct(query: Query) -> Sequence[str]:
    """Put documents that repeat a better one behind all others."""
    ids = _ids(query.hybrid)
    texts = [_text(query, id_) for id_ in ids[:LOOKED_AT]]
    kept = drop_near_duplicates(texts, threshold=REPEATED)
    return [*(ids[row] for row in kept), *ids[LOOKED_AT:]]


def _neighbours(query: Query) -> Sequence[str]:
    """Add a share of the evidence of the better of the passages before and after."""
    evidence = {hit.id: hit.score / (1 - hit.score) for hit in query.hybrid.hits}
    documents, rows = query.collection.documents, query.collection.rows
    added = {}
    for id_ in evidence:
        source = id_.rpartition("#")[0]
        beside = [documents[row].id for row in (rows[id_] - 1, rows[id_] + 1) if row in _rows(rows)]
        near = [evidence.get(one, 0.0) for one in beside if one.rpartition("#")[0] == source]
        added[id_] = NEIGHBOURS * query.hybrid.chance * max(near, default=0.0)
    return _moved(query.hybrid, added)


def _rows(rows: Mapping[str, int]) -> range:
    return range(len(rows))


def _moved(fusion: Fusion, added: Mapping[str, float]) -> list[str]:
    """Return the ids by evidence with what is added, in nats."""
    total = {
        hit.id: fusion.chance * hit.score / (1 - hit.score) + added.get(hit.id, 0.0)
        for hit in fusion.hits
    }
    return sorted(total, key=lambda id_: (-total[id_], id_))


def _simulated(query: Query) -> QueryLegs:
    """Replace the dense leg by similarities drawn at random, higher for what answers."""
    documents = query.collection.documents
    random = np.random.default_rng(zlib.crc32(query.legs.text.encode()))
    similarities = random.normal(_SIMULATED_MEAN, _SIMULATED_STD, len(documents))
    for row, document in enumerate(documents):
        if document.id in query.gold:
            similarities[row] += _SIMULATED_GAIN
    return _with_similarities(query.legs, similarities.astype(np.float32))


def _text(query: Query, id_: str) -> str:
    return query.collection.documents[query.collection.rows[id_]].text
