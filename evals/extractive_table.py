"""Measure quoting without a chat model over what the search finds; knows no index directory.

Run `python -m evals.extractive_table [SET …]` with RAG_DATA naming the folder of sets in BEIR form
whose questions hold `answers`. Sets are halved in blocks of 60 questions, for the questions of one
document follow each other. "other half" asks the questions that the shipped weights were not
fitted on; "both, crosswise" asks each half with weights that are fitted on the other halves alone,
by the same recipe. `--fit` prints the weights of the first halves: those that are shipped.
"""

import argparse
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from evals.datasets.beir import load_beir
from evals.extractive_fit import Asked, fit
from evals.fusion_table import DEFAULT_CACHE, Vectors, embed
from evals.set_arguments import parse_sets
from evals.statistics.bootstrap import bootstrap_intervals
from evals.sufficiency_set import SetIndex, opened
from rag.answering.candidates import Candidates
from rag.answering.extractive import chosen, signs
from rag.answering.meaning import by_meaning
from rag.answering.weights import BY_MEANING, BY_WORDS, Signs, mixed
from rag.embedding.reading import Reading
from rag.embeddings import SentenceTransformerEmbeddings

SETS: Final = ("xquad_en", "xquad_zh", "cmrc2018_dev")
HEADER: Final = (
    "set           questions                 n  first quote           one of three          shown\n"
)
_BLOCK: Final = 60
# `holds` is nearly `words`, and what a passage is about is nearly what the model's reading shows:
# either gains nothing beside the other.
_BY_WORDS: Final = (
    "words", "holds", "before", "further", "after", "passage", "expected",
    "about", "beyond", "rest", "opening", "depth",
)  # fmt: skip
_BY_MEANING: Final = (
    "words", "before", "further", "after", "passage", "expected", "pieces", "asking", "alike",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Case:
    """One question with the sentences at hand: `half` 0 is what the shipped weights are fitted on.

    Its sentences are those that may be quoted; `trust` is that of `Meaning`.
    """

    half: int
    asked: Asked
    trust: float


def read_cases(
    index: SetIndex, vectors: Vectors, embeddings: SentenceTransformerEmbeddings
) -> list[Case]:
    """Return what each question of a set has at hand."""
    known: dict[str, Reading] = {}

    def read_once(texts: Sequence[str]) -> list[Reading]:
        new = [text for text in texts if text not in known]
        known.update(zip(new, embeddings.read(new), strict=True))
        return [known[text] for text in texts]

    cases = []
    for at, row in enumerate(index.beir.rows):
        question = str(row["text"])
        candidates = Candidates(question, index.passages(question, vectors.queries[at]))
        meaning = by_meaning(candidates, read_once)
        quotable = np.array([unit.quotable for unit in candidates.units], dtype=np.bool_)
        answers = [_plain(answer) for answer in row["answers"]]
        held = [any(answer in _plain(text) for answer in answers) for text in candidates.texts]
        asked = Asked(signs(candidates, meaning)[quotable], np.array(held)[quotable])
        cases.append(Case((at // _BLOCK) % 2, asked, meaning.trust))
    return cases


def score(case: Case, meaning: Signs, words: Signs) -> tuple[float, float, float]:
    """Return whether the first quote holds the answer, whether any does, and how many there are."""
    odds = case.asked.signs @ mixed(case.trust, meaning, words).row()
    picked = chosen(odds)
    held = case.asked.holds[picked]
    return float(held[:1].any()), float(held.any()), float(len(picked))


def fitted(cases: Sequence[Case]) -> tuple[Signs, Signs]:
    """Return the weights by meaning, of questions the model can read, and by words, of all."""
    known = [case.asked for case in cases if case.trust == 1]
    return fit(known, _BY_MEANING), fit([case.asked for case in cases], _BY_WORDS)


def report(name: str, cases: Sequence[Case], halves: Sequence[tuple[Signs, Signs]]) -> None:
    """Print the two lines of one set; `halves` are weights fitted on either half of the sets."""
    groups = {
        "other half": [score(case, BY_MEANING, BY_WORDS) for case in cases if case.half == 1],
        "both, crosswise": [score(case, *halves[1 - case.half]) for case in cases],
    }
    for group, scores in groups.items():
        table = np.array(scores)
        shares = "  ".join(
            f"{one.mean:.3f} [{one.low:.3f}, {one.high:.3f}]"
            for one in bootstrap_intervals(table[:, :2])
        )
        sys.stdout.write(
            f"{name:13} {group:16} {len(table):10}  {shares}  {table[:, 2].mean():.2f}\n"
        )
    sys.stdout.flush()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def main() -> int:
    """Print two lines a set: shares with their 95 % intervals."""
    parser = argparse.ArgumentParser(prog="python -m evals.extractive_table")
    parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE)
    parser.add_argument("--fit", action="store_true", help="print the weights of the first halves")
    arguments = parse_sets(parser, SETS)
    embeddings = SentenceTransformerEmbeddings(arguments.model)
    cases: dict[str, list[Case]] = {}
    for name in arguments.sets:
        beir = load_beir(arguments.data / name)
        vectors = embed(beir, embeddings, arguments.cache)
        with opened(beir, vectors, embeddings) as index:
            cases[name] = read_cases(index, vectors, embeddings)
    halves = [
        fitted([case for found in cases.values() for case in found if case.half == half])
        for half in (0, 1)
    ]
    if arguments.fit:
        sys.stdout.write(f"by meaning: {halves[0][0]}\nby words:   {halves[0][1]}\n")
    sys.stdout.write(HEADER)
    for name, found in cases.items():
        report(name, found, halves)
    return 0


if __name__ == "__main__":
    sys.exit(main())
