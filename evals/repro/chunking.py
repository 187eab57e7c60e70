"""The tables of Chroma's chunking report for all-MiniLM-L6-v2; knows no index and no settings.

"Evaluating Chunking Strategies for Retrieval", July 2024 (research.trychroma.com/evaluating-
chunking). Omega asks what splitting alone makes possible, by the report's rule, for which a chunk
that touches gold belongs to it, and by ours ("strict"), for which it must share a character.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from evals.datasets.base import EvalSet
from evals.datasets.found import load_dataset
from evals.gold import Question, Span
from evals.measures.spans import Boundary, PassageMap, precision_omega, span_scores
from evals.measures.summary import summarise
from evals.repro.figures import Figure, Reproduction
from evals.rivals.chroma_splitters import SplitterOptions, split
from evals.rivals.pieces import Piece
from rag.embeddings import PassageEmbeddings

RECALL_ALLOWED = 1.5
"""Two runs of the report's own differ by so many points."""
OMEGA_ALLOWED = 0.1

CUTS = (5, 10)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the report, in percent: recall, precision and IoU at 5 and at 10 chunks, and Omega.

    `note` is the number of the note that says why its Omega cannot be met, 0 for none.
    """

    options: SplitterOptions
    at_5: tuple[float, float, float]
    at_10: tuple[float, float, float]
    omega: float
    note: int = 0

    @property
    def name(self) -> str:
        """What the report calls it."""
        kind = "Recursive" if self.options.splitter == "recursive" else "TokenText"
        return f"{kind} {self.options.size}/{self.options.overlap}"


def _row(
    splitter: str,
    size: int,
    overlap: int,
    at_5: tuple[float, float, float],
    at_10: tuple[float, float, float],
    omega: float,
) -> Row:
    options = SplitterOptions(splitter, size, overlap, "model")
    return Row(options, at_5, at_10, omega, note=1 if splitter == "token" else 0)


MINILM = (
    _row("recursive", 200, 0, (75.7, 6.5, 6.5), (83.7, 3.7, 3.7), 31.2),
    _row("recursive", 250, 0, (78.5, 5.4, 5.4), (84.7, 2.9, 2.9), 26.7),
    _row("recursive", 250, 125, (78.7, 4.9, 4.9), (87.2, 2.8, 2.8), 21.9),
    _row("token", 200, 0, (76.6, 4.1, 4.1), (85.4, 2.4, 2.4), 19.1),
    _row("token", 250, 0, (77.1, 3.3, 3.3), (85.7, 1.9, 1.9), 16.4),
    _row("token", 250, 125, (82.4, 3.6, 3.5), (88.4, 1.9, 1.9), 11.4),
)
OPENAI = (
    (SplitterOptions("recursive", 800, 400, "cl100k"), 6.7),
    (SplitterOptions("recursive", 400, 200, "cl100k"), 13.9),
    (SplitterOptions("recursive", 400, 0, "cl100k"), 17.7),
    (SplitterOptions("recursive", 200, 0, "cl100k"), 29.9),
    (SplitterOptions("token", 800, 400, "cl100k"), 4.7),
    (SplitterOptions("token", 400, 200, "cl100k"), 8.4),
    (SplitterOptions("token", 400, 0, "cl100k"), 12.5),
    (SplitterOptions("token", 200, 0, "cl100k"), 21.0),
)
"""Omega in the report's table for OpenAI's model; no model has a part in it."""

NOTES = (
    "The report says that sizes count cl100k tokens, and its two tables give TokenText 200/0 an "
    "Omega of 21.0 and of 19.1, where no model has a part. Windows of cl100k tokens meet all "
    "rows of its first table and none of this one, where windows about a tenth longer would come "
    "near. Its Recursive rows here were cut by all-MiniLM-L6-v2's own tokens, [CLS] and [SEP] "
    "included (mean 128, 162 and 180 as printed); how its TokenText rows were cut is not known.",
)


def reproduce_chunking(
    embeddings: PassageEmbeddings, progress: Callable[[str, int, int], None]
) -> Reproduction:
    """Measure every row of the report that needs no other model than all-MiniLM-L6-v2."""
    found = load_dataset("chroma_chunking")
    figures: list[Figure] = []
    for row in MINILM:
        chunks = split(found.documents, row.options, embeddings.count_tokens)
        retrieved = _retrieve(found.questions, chunks, embeddings, partial(progress, row.name))
        figures += [
            *_retrieval_figures(row, found.questions, retrieved),
            *_omegas(row, found, chunks),
        ]
    for options, published in OPENAI:
        row = Row(options, (0, 0, 0), (0, 0, 0), published)
        chunks = split(found.documents, options, embeddings.count_tokens)
        figures += _omegas(row, found, chunks, suffix=" (table for OpenAI)")
    title = "Chroma's chunking report: 5 documents, 472 questions, percent, exact search"
    return Reproduction(title, tuple(figures), NOTES)


def _retrieve(
    questions: Sequence[Question],
    chunks: Sequence[Piece],
    embeddings: PassageEmbeddings,
    progress: Callable[[int, int], None],
) -> list[list[Span]]:
    """Return for each question the best chunks, best first, as many as the deepest cut."""
    vectors = embeddings.embed_passages(
        [chunk.text for chunk in chunks], progress=lambda done: progress(done, len(chunks))
    )
    asked: NDArray[np.float32] = np.array(
        [embeddings.embed_query(question.text) for question in questions], dtype=np.float32
    )
    best = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, : max(CUTS)]
    return [[_span(chunks[place]) for place in row] for row in best]


def _retrieval_figures(
    row: Row, questions: Sequence[Question], retrieved: Sequence[Sequence[Span]]
) -> Iterator[Figure]:
    for cut, published in zip(CUTS, (row.at_5, row.at_10), strict=True):
        scores = [
            span_scores(spans[:cut], question.slots)
            for question, spans in zip(questions, retrieved, strict=True)
        ]
        means = (
            _percent([one.recall for one in scores]),
            _percent([one.precision for one in scores]),
            _percent([one.iou for one in scores]),
        )
        names = ("recall", "precision", "IoU")
        for name, mean, wanted in zip(names, means, published, strict=True):
            allowed = RECALL_ALLOWED if name == "recall" else None
            yield Figure(row.name, f"{name}@{cut}", mean, wanted, allowed, digits=1)


def _omegas(
    row: Row, found: EvalSet, chunks: Sequence[Piece], *, suffix: str = ""
) -> Iterator[Figure]:
    passages = PassageMap(_span(chunk) for chunk in chunks)

    def mean(boundary: Boundary) -> float:
        return _percent(
            [precision_omega(passages, one.slots, boundary=boundary) for one in found.questions]
        )

    omega = mean("touching")
    yield Figure(
        row.name + suffix, "omega", omega, row.omega, OMEGA_ALLOWED, digits=1, note=row.note
    )
    yield Figure(row.name + suffix, "omega, strict", mean("overlapping"), digits=1)


def _percent(scores: Sequence[float]) -> float:
    return 100 * (summarise(scores).mean or 0.0)


def _span(chunk: Piece) -> Span:
    return Span(chunk.source, chunk.start_index, chunk.end_index)
