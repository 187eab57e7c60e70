"""Hold the default model's vectors to figures published for them; knows nothing of the index.

Run `python -m evals.published_embedding [scifact|xquad_en|xquad_zh …]` with RAG_DATA naming the
folder of sets in BEIR form (default: ../shared/data beside the repository). scifact takes minutes
on a CPU.
"""

import argparse
import sys
from dataclasses import dataclass

import numpy as np

from evals.datasets.beir import BeirSet, load_beir
from evals.set_arguments import parse_sets
from rag.embeddings import PassageEmbeddings, SentenceTransformerEmbeddings


@dataclass(frozen=True, slots=True)
class Published:
    """A published nDCG@10 (0 to 1, higher is better) and how near to it we must come."""

    ndcg: float
    tolerance: float


# all-MiniLM-L6-v2 in the MTEB results repository, commit f4cc6c8: title and text joined by a space,
# cut at 256 word pieces, exact cosine.
PUBLISHED = {
    "scifact": Published(0.64508, 0.002),
    "xquad_en": Published(0.94357, 0.001),
    "xquad_zh": Published(0.24225, 0.001),
}


def exact_run(
    beir: BeirSet, embeddings: PassageEmbeddings, *, depth: int = 100
) -> dict[str, dict[str, float]]:
    """Search every query exactly and return query id to document id to score.

    Ranks by (-cosine, id). The scores returned are strictly decreasing ranks, because trec_eval
    compares in float32 and would break the ties it makes in its own way.
    """
    ids = np.array([document.id for document in beir.documents])
    documents = embeddings.embed_passages([document.content for document in beir.documents])
    run: dict[str, dict[str, float]] = {}
    for query_id, text in beir.queries.items():
        scores = documents @ np.asarray(embeddings.embed_query(text), dtype=np.float32)
        best = np.lexsort((ids, -scores))[:depth]
        run[query_id] = {str(ids[i]): float(depth - rank) for rank, i in enumerate(best)}
    return run


def ndcg_at_10(beir: BeirSet, run: dict[str, dict[str, float]]) -> float:
    """Return the mean nDCG@10 over all judged queries (trec_eval's; higher is better)."""
    from ir_measures import calc_aggregate, nDCG

    measure = nDCG @ 10
    return float(calc_aggregate([measure], beir.qrels, run)[measure])


def main() -> int:
    """Print set, measured and published figure and difference; return 1 if one is off."""
    arguments = _arguments()
    embeddings = SentenceTransformerEmbeddings()
    missed = 0
    for name in arguments.sets:
        beir = load_beir(arguments.data / name)
        measured = ndcg_at_10(beir, exact_run(beir, embeddings))
        published = PUBLISHED[name]
        difference = measured - published.ndcg
        missed += abs(difference) > published.tolerance
        sys.stdout.write(
            f"{name:10} nDCG@10 measured {measured:.5f} published {published.ndcg:.5f} "
            f"difference {difference:+.5f} (allowed {published.tolerance})\n"
        )
        sys.stdout.flush()
    return 1 if missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.published_embedding")
    arguments = parse_sets(parser, list(PUBLISHED))
    for name in arguments.sets:
        if name not in PUBLISHED:
            parser.error(f"no published figure for {name!r}; there are {', '.join(PUBLISHED)}")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
