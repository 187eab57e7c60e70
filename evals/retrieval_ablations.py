"""Changes one thing of the hybrid at a time and tests each on whole sets; knows no index directory.

Run `python -m evals.retrieval_ablations [SET …]`; arguments, sets and cache of vectors are those
of `evals.fusion_table`. Each set's variants are one family under Holm's correction.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.datasets.beir import BeirSet, load_beir
from evals.fusion_table import (
    DEFAULT_CACHE,
    DEPTH,
    SETS,
    QueryLegs,
    Vectors,
    embed,
    hybrid,
    reciprocal_rank_fusion,
    search_legs,
)
from evals.measures.ranking import judge, ndcg
from evals.set_arguments import parse_sets
from evals.statistics.comparison import compare_family
from rag.embeddings import SentenceTransformerEmbeddings
from rag.store.hits import Hit

BASELINE = "hybrid"
FEEDBACKS = ((0.2, 3), (0.4, 5))
"""Weight of the mean of the best documents in the query's vector (Rocchio 1971), and how many."""


@dataclass(frozen=True, slots=True)
class Query:
    """One query: its legs and vector, the documents' vectors and rows, and how much is unknown."""

    legs: QueryLegs
    vector: NDArray[np.float32]
    documents: NDArray[np.float32]
    rows: Mapping[str, int]
    unknown: float


Variant = Callable[[Query], Sequence[str]]


def variants() -> dict[str, Variant]:
    """Return what is compared, the baseline first."""
    feedback = {
        f"feedback {weight} of {best}": _feedback(weight, best) for weight, best in FEEDBACKS
    }
    return {
        BASELINE: lambda query: hybrid(query.legs, query.unknown),
        "meanings alone": lambda query: [hit.id for hit in query.legs.dense],
        "words alone": lambda query: [hit.id for hit in query.legs.lexical],
        "ranks summed (RRF)": lambda query: reciprocal_rank_fusion(
            query.legs.dense, query.legs.lexical
        ),
        "unknown words ignored": lambda query: hybrid(query.legs, 0.0),
        "30 candidates": lambda query: hybrid(_cut(query.legs, 30), query.unknown),
        **feedback,
    }


def scores(
    beir: BeirSet, vectors: Vectors, unknown: Callable[[str], float]
) -> dict[str, list[float]]:
    """Return the nDCG@10 of each judged query under each variant, in the order of the set."""
    rows = {document.id: row for row, document in enumerate(beir.documents)}
    vector_of = dict(zip(beir.queries, vectors.queries, strict=True))
    found: dict[str, list[float]] = {name: [] for name in variants()}
    for id_, legs in search_legs(beir, vectors):
        query = Query(legs, vector_of[id_], vectors.documents, rows, unknown(legs.text))
        for name, rank in variants().items():
            found[name].append(ndcg(judge(rank(query), beir.qrels[id_]), 10))
    return found


def _cut(legs: QueryLegs, depth: int) -> QueryLegs:
    return replace(legs, dense=legs.dense[:depth], lexical=legs.lexical[:depth])


def _feedback(weight: float, best: int) -> Variant:
    """Search again with the vector moved towards the mean of the best documents."""

    def rank(query: Query) -> Sequence[str]:
        first = hybrid(query.legs, query.unknown)[:best]
        mean = query.documents[[query.rows[id_] for id_ in first]].mean(axis=0)
        moved = query.vector + weight * mean / np.linalg.norm(mean)
        similarities = query.documents @ (moved / np.linalg.norm(moved))
        by_id = dict(zip(query.rows, similarities.tolist(), strict=True))
        dense = sorted((Hit(*one) for one in by_id.items()), key=lambda hit: (-hit.score, hit.id))
        legs = replace(query.legs, dense=dense[:DEPTH], similarities=by_id)
        return hybrid(legs, query.unknown)

    return rank


def lines(found: Mapping[str, Sequence[float]]) -> list[str]:
    """Return a line for each variant: mean, difference with its interval, corrected p."""
    mean = sum(found[BASELINE]) / len(found[BASELINE])
    table = [f"{BASELINE:24} {mean:.4f}"]
    for one in compare_family(found, BASELINE):
        own = sum(found[one.name]) / len(found[one.name])
        between = f"[{one.difference.low:+.4f}, {one.difference.high:+.4f}]"
        table.append(
            f"{one.name:24} {own:.4f}  {one.difference.mean:+.4f} {between} "
            f"p={one.adjusted_p_value:.4f} {one.verdict}"
        )
    return table


def main() -> int:
    """Print one table for each set."""
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval_ablations")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, help="folder for vectors (%(default)s)"
    )
    arguments = parse_sets(parser, SETS)
    embeddings = SentenceTransformerEmbeddings(arguments.model)
    for name in arguments.sets:
        beir = load_beir(arguments.data / name)
        found = scores(beir, embed(beir, embeddings, arguments.cache), embeddings.unknown_share)
        sys.stdout.write(f"{name}, nDCG@10 of {len(found[BASELINE])} queries\n")
        sys.stdout.write("".join(f"  {line}\n" for line in lines(found)))
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
