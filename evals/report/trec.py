"""Writes rankings as TREC run files and gold as qrels, for other evaluators; scores nothing."""

import re
from collections.abc import Mapping, Sequence

import numpy as np

from evals.results import BenchResult, CellResult, RankedPassage


def run_files(result: BenchResult) -> Mapping[str, str]:
    """Return file name to content: one run a cell, and `qrels.txt` where documents are judged.

    A line of a run is "question Q0 id rank score tag". The id is the document for sets judged by
    whole documents, else "source:start-end"; white space within any of them is written %20, since
    it would end a column. Scores that tie or do not fall are lowered to keep the ranking: trec_eval
    sorts by score and not by rank.
    """
    judged = any(question.graded for question in result.questions)
    names = _file_names([cell.name for cell in result.cells])
    runs = {names[cell.name]: _run(result, cell, judged) for cell in result.cells}
    return {**runs, "qrels.txt": _qrels(result)} if judged else runs


def _run(result: BenchResult, cell: CellResult, judged: bool) -> str:
    lines = []
    for question in result.questions:
        places = _places(cell.rankings.get(question.id, ()), judged)
        for rank, (name, score) in enumerate(_falling(places), start=1):
            lines.append(
                f"{_word(question.id)} Q0 {_word(name)} {rank} {score!r} {_word(cell.name)}"
            )
    return "".join(f"{line}\n" for line in lines)


def _qrels(result: BenchResult) -> str:
    return "".join(
        f"{_word(question.id)} 0 {_word(source)} {grade}\n"
        for question in result.questions
        for source, grade in sorted(question.graded.items())
    )


def _places(ranking: Sequence[RankedPassage], judged: bool) -> list[tuple[str, float]]:
    """Return names and scores, each name once at its best place."""
    named = [
        (one.source if judged else f"{one.source}:{one.start_index}-{one.end_index}", one.score)
        for one in ranking
    ]
    best: dict[str, float] = {}
    for name, score in named:
        best.setdefault(name, score)
    return list(best.items())


def _falling(places: Sequence[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the places with scores that fall strictly, changed only where they do not."""
    kept: list[tuple[str, float]] = []
    for name, score in places:
        # trec_eval reads single precision: a step must be visible there.
        if kept and np.float32(score) >= np.float32(kept[-1][1]):
            score = kept[-1][1] - max(1e-6, abs(kept[-1][1]) * 1e-6)
        kept.append((name, score))
    return kept


def _word(text: str) -> str:
    return re.sub(r"\s", "%20", text) or "-"


def _file_names(cells: Sequence[str]) -> dict[str, str]:
    """Return a file name for each cell, all different on any file system."""
    taken: set[str] = set()
    names: dict[str, str] = {}
    for cell in cells:
        stem = re.sub(r"[^\w.=+-]+", "_", cell).strip("._")[:100] or "cell"
        name, number = stem, 2
        while name.lower() in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name.lower())
        names[cell] = f"{name}.run"
    return names
