"""Measure quoting without a chat model over what the search finds; knows no index directory.

Run `python -m evals.extractive_table [SET …]` with RAG_DATA naming the folder of sets in BEIR form
whose questions hold `answers`. Of the questions, in blocks of 60, every second block is asked: the
weights by meaning were fitted on the other blocks of XQuAD.
"""

import argparse
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from evals.datasets.beir import BeirSet, load_beir
from evals.fusion_table import DEFAULT_CACHE, Vectors, embed
from evals.set_arguments import parse_sets
from evals.statistics.bootstrap import bootstrap_intervals
from evals.sufficiency_set import SetIndex, opened
from rag.answering.extractive import extract
from rag.embeddings import SentenceTransformerEmbeddings

SETS: Final = ("xquad_en", "xquad_zh")
_BLOCK: Final = 60


def score(
    index: SetIndex, vectors: Vectors, embeddings: SentenceTransformerEmbeddings
) -> list[tuple[float, float]]:
    """Return for each question whether the first quote holds its answer, and any of three."""
    known: dict[str, Sequence[float]] = {}

    def embed_once(texts: Sequence[str]) -> list[Sequence[float]]:
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known.update(zip(new, embeddings.embed_passages(new).tolist(), strict=True))
        return [known[text] for text in texts]

    scores = []
    for at, row in enumerate(index.beir.rows):
        if (at // _BLOCK) % 2 == 0:
            continue
        passages = index.passages(str(row["text"]), vectors.queries[at])
        quotes = extract(str(row["text"]), passages, embed=embed_once)
        texts = [_plain(passages[q.passage].page_content[q.start : q.end]) for q in quotes]
        held = [any(_plain(answer) in text for answer in row["answers"]) for text in texts]
        scores.append((float(held[:1] == [True]), float(any(held))))
    return scores


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def main() -> int:
    """Print one line a set: shares with their 95 % intervals."""
    parser = argparse.ArgumentParser(prog="python -m evals.extractive_table")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    arguments = parse_sets(parser, SETS)
    embeddings = SentenceTransformerEmbeddings(arguments.model)
    sys.stdout.write("set            questions  first quote           one of three\n")
    for name in arguments.sets:
        beir: BeirSet = load_beir(arguments.data / name)
        vectors = embed(beir, embeddings, arguments.cache)
        with opened(beir, vectors, embeddings) as index:
            scores = np.array(score(index, vectors, embeddings))
        shares = "  ".join(
            f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]" for one in bootstrap_intervals(scores)
        )
        sys.stdout.write(f"{name:14} {len(scores):9}  {shares}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
