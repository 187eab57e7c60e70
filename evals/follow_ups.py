"""Compares ways to search for follow-ups, by group of turns; searches nothing.

Run `rag bench evals/specs/follow_ups.yaml` (or `follow_ups_sample.yaml`), then
`python -m evals.follow_ups` on its result. Turns of one conversation depend on each other: where a
set's ids tell conversations apart, one is drawn whole.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.datasets.found import load_dataset
from evals.gold import Question
from evals.results import BenchResult, read_result
from evals.statistics.bootstrap import bootstrap_intervals
from evals.statistics.comparison import compare_family

AUTHORS = "human-rewrite"
"""The cell that searches what the set's authors would have asked."""
REWRITTEN = "turns with a rewrite"


def groups(result: BenchResult, questions: Sequence[Question]) -> dict[str, list[str]]:
    """Return the ids of the questions that every cell has scored, by group of turns.

    A set with rewrites has those and all turns; in any other the follow-ups are told by language,
    and those apart that leave the subject. Groups without a turn are left out.
    """
    tables = [cell.per_question[result.primary] for cell in result.cells]
    asked = {one.id: one for one in questions}
    scored = [
        asked[one.id]
        for one in result.questions
        if all(table.get(one.id) is not None for table in tables)
    ]
    if any(one.rewrite for one in questions):
        found = {REWRITTEN: [one for one in scored if one.rewrite], "all": scored}
    else:
        found = _by_language(scored)
    return {name: [one.id for one in group] for name, group in found.items() if group}


def _by_language(scored: Sequence[Question]) -> dict[str, list[Question]]:
    turns = [one for one in scored if one.history]
    leaning = [one for one in turns if "topic-switch" not in one.tags]
    found = {
        f"follow-ups in {language}": [one for one in leaning if one.language == language]
        for language in sorted({one.language for one in leaning})
    }
    switched = [one for one in turns if "topic-switch" in one.tags]
    return {**found, "turns that leave the subject": switched, "turns with a history": turns}


def gap_closed(result: BenchResult, ids: Sequence[str], cell: str) -> float:
    """Return how much of the way from the baseline to the authors' rewrites a cell goes."""
    means = {name: sum(own) / len(own) for name, own in _scores(result, ids).items()}
    return (means[cell] - means[result.baseline]) / (means[AUTHORS] - means[result.baseline])


def table(result: BenchResult, ids: Sequence[str]) -> list[str]:
    """Return the lines of one group: mean with interval, difference from the baseline with p."""
    scores = _scores(result, ids)
    conversations = [id_.partition("<::>")[0] for id_ in ids]
    compared = {
        one.name: one for one in compare_family(scores, result.baseline, clusters=conversations)
    }
    lines = []
    for name, own in scores.items():
        (interval,) = bootstrap_intervals(own, clusters=conversations)
        line = f"{name:16} {interval.mean:.4f} [{interval.low:.4f}, {interval.high:.4f}]"
        if name in compared:
            one = compared[name]
            line += (
                f"  {one.difference.mean:+.4f} [{one.difference.low:+.4f}, "
                f"{one.difference.high:+.4f}] p={one.adjusted_p_value:.4f}"
            )
        lines.append(line)
    return lines


def _scores(result: BenchResult, ids: Sequence[str]) -> dict[str, list[float]]:
    return {
        cell.name: [float(cell.per_question[result.primary][id_] or 0.0) for id_ in ids]
        for cell in result.cells
    }


def main() -> int:
    """Print one table for each group, and how far each way closes the gap to the rewrites."""
    parser = argparse.ArgumentParser(prog="python -m evals.follow_ups", description=__doc__)
    default = Path("bench-follow-ups/results.json")
    parser.add_argument("result", type=Path, nargs="?", default=default, help="(%(default)s)")
    result = read_result(parser.parse_args().result)
    found = groups(result, load_dataset(result.dataset.name).questions)
    for name, ids in found.items():
        sys.stdout.write(f"{result.primary}, {name} ({len(ids)})\n")
        sys.stdout.write("".join(f"  {line}\n" for line in table(result, ids)))
    for cell in result.cells if REWRITTEN in found else ():
        share = gap_closed(result, found[REWRITTEN], cell.name)
        sys.stdout.write(f"{cell.name} closes {share:.0%} of the gap to the rewrites\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
