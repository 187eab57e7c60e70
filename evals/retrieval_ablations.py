"""Changes one thing of the hybrid at a time and tests each on whole sets; knows no index directory.

Run `python -m evals.retrieval_ablations [SET …]`; arguments, sets and cache of vectors are those
of `evals.fusion_table`. Documents are searched whole, and those of `CUT` also in passages as the
product cuts them, with passages without headers beside. Each table is one family under Holm's
correction. Of a set's questions every n-th is asked, so that there are at most `MOST_QUESTIONS`.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from evals.ablation_variants import (
    BASELINE,
    Query,
    Sentences,
    Variant,
    late_variants,
    passage_variants,
    simulated_variants,
    variants,
)
from evals.datasets.beir import BeirDocument, BeirSet, load_beir
from evals.fusion_table import (
    DEFAULT_CACHE,
    SETS,
    Collection,
    Vectors,
    embed,
    hybrid,
    search_legs,
)
from evals.measures.ranking import judge, ndcg
from evals.set_arguments import parse_sets
from evals.statistics.comparison import compare_family
from rag.documents.document import LoadedDocument
from rag.embeddings import SentenceTransformerEmbeddings
from rag.sentences import sentences
from rag.splitter import split

CUT = ("mtrag_dev", "scifact")
"""Sets whose documents are longer than the model reads."""

CHINESE = ("xquad_zh", "cmrc2018_dev")
"""Sets whose language the bundled model does not know: another model is simulated there."""

LATE = ("xquad_en", "mtrag_dev", "rgb_en_fact", "limit_small", "scifact")
"""Sets whose sentences are embedded."""

MOST_QUESTIONS = 400
_SHORTEST_SENTENCE = 15

Scores = dict[str, list[float]]


def scores(
    beir: BeirSet,
    vectors: Vectors,
    unknown: Callable[[str], float],
    compared: Mapping[str, Variant],
    told: Sentences | None = None,
) -> Scores:
    """Return the nDCG@10 of each judged query under each variant, in the order of the set.

    A document of several passages ("id#0", "id#1" …) ranks as its best one.
    """
    vector_of = dict(zip(beir.queries, vectors.queries, strict=True))
    found: Scores = {name: [] for name in compared}
    for id_, legs in search_legs(beir, vectors):
        grades = beir.qrels[id_]
        query = Query(legs, vector_of[id_], unknown(legs.text), frozenset(grades), told)
        for name, rank in compared.items():
            ranking = list(dict.fromkeys(one.partition("#")[0] for one in rank(query)))
            found[name].append(ndcg(judge(ranking, grades), 10))
    return found


def whole(beir: BeirSet, embeddings: SentenceTransformerEmbeddings, cache: Path) -> Scores:
    """Return the scores of all variants on whole documents."""
    vectors = embed(beir, embeddings, cache)
    kept, asked = thinned(beir, vectors)
    compared = variants(Collection(kept.documents, asked.documents))
    told = None
    if beir.name in LATE:
        compared |= late_variants()
        told = sentence_vectors(beir, embeddings, cache)
    if beir.name in CHINESE:
        compared |= simulated_variants()
    return scores(kept, asked, embeddings.unknown_share, compared, told)


def cut(beir: BeirSet, embeddings: SentenceTransformerEmbeddings, cache: Path) -> Scores:
    """Return the scores of all variants on passages as the product cuts them."""
    passages = passage_set(beir, embeddings)
    vectors = embed(passages, embeddings, cache)
    collection = Collection(passages.documents, vectors.documents)
    found = scores(
        passages, vectors, embeddings.unknown_share, variants(collection) | passage_variants()
    )
    if any(document.title for document in passages.documents):
        bare = replace(
            passages,
            name=f"{passages.name}-bare",
            documents=tuple(replace(one, title="") for one in passages.documents),
        )
        plain: dict[str, Variant] = {"x": lambda query: hybrid(query.legs, query.unknown)}
        unembedded = embed(bare, embeddings, cache)
        for name, documents, used in (
            ("headers not embedded", passages, unembedded),
            ("headers not in the words", bare, vectors),
        ):
            found[name] = scores(documents, used, embeddings.unknown_share, plain)["x"]
    return found


def thinned(beir: BeirSet, vectors: Vectors) -> tuple[BeirSet, Vectors]:
    """Return a set with at most `MOST_QUESTIONS` of its questions, evenly spread."""
    step = -(-len(beir.queries) // MOST_QUESTIONS)
    ids = list(beir.queries)[::step]
    queries = {id_: beir.queries[id_] for id_ in ids}
    return replace(beir, queries=queries), Vectors(vectors.documents, vectors.queries[::step])


def passage_set(beir: BeirSet, embeddings: SentenceTransformerEmbeddings) -> BeirSet:
    """Return the set with its documents cut into passages, called "id#0", "id#1" and so on."""
    passages = tuple(
        BeirDocument(f"{one.id}#{passage.ordinal}", one.title, passage.text)
        for one in beir.documents
        for passage in split(
            LoadedDocument(text=one.text, title=one.title, kind="text"),
            count_tokens=embeddings.count_tokens,
            max_tokens=embeddings.max_tokens,
            overlap_tokens=0,
            header=True,
        )
    )
    return replace(beir, name=f"{beir.name}-passages", documents=passages)


def sentence_vectors(
    beir: BeirSet, embeddings: SentenceTransformerEmbeddings, cache: Path
) -> Sentences:
    """Return the vectors of the sentences of all documents."""
    found = [
        (row, document.text[start:end])
        for row, document in enumerate(beir.documents)
        for start, end in sentences(document.text)
        if end - start >= _SHORTEST_SENTENCE
    ]
    distinct = {text: place for place, text in enumerate(dict.fromkeys(text for _, text in found))}
    documents = tuple(BeirDocument(str(place), "", text) for text, place in distinct.items())
    kept = embed(BeirSet(f"{beir.name}-sentences", documents, {}, {}), embeddings, cache)
    return Sentences(
        kept.documents[[distinct[text] for _, text in found]],
        np.array([row for row, _ in found], dtype=np.intp),
    )


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
    """Print one table for each set, and one for its passages where documents are cut."""
    parser = argparse.ArgumentParser(prog="python -m evals.retrieval_ablations")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument(
        "--cache", type=Path, default=DEFAULT_CACHE, help="folder for vectors (%(default)s)"
    )
    arguments = parse_sets(parser, SETS)
    embeddings = SentenceTransformerEmbeddings(arguments.model)
    for name in arguments.sets:
        beir = load_beir(arguments.data / name)
        _write(name, "whole documents", whole(beir, embeddings, arguments.cache))
        if name in CUT:
            _write(name, "passages", cut(beir, embeddings, arguments.cache))
    return 0


def _write(name: str, how: str, found: Scores) -> None:
    sys.stdout.write(f"{name}, {how}, nDCG@10 of {len(found[BASELINE])} queries\n")
    sys.stdout.write("".join(f"  {line}\n" for line in lines(found)))
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
