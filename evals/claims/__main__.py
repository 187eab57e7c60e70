"""Score the citation check on the written set and on sentences of XQuAD; knows no retrieval.

Run `python -m evals.claims`. XQuAD is looked for in the folder that RAG_DATA names (default:
../shared/data beside the repository); `--list` prints what the check got wrong, but not of the
parts whose mistakes stay unread.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from evals.claims.case import UNREAD, Case
from evals.claims.check import is_flagged
from evals.claims.measure import (
    Share,
    Verdict,
    confusion,
    judge,
    left_alone,
    passed_as_true,
    recall,
)
from evals.claims.written import written_cases
from evals.claims.xquad import xquad_cases
from evals.datasets.found import data_folder

PARTS = ("tuned", "held out", "second", "third", "fourth")
RECALL = 0.95
LEFT_ALONE = 0.97
"""What is promised of altered sentences that are flagged, and of true ones that are not."""


def main() -> int:
    """Print a table for each part; return 1 if the written set falls short of what is promised."""
    arguments = _arguments()
    cases = written_cases()
    is_flagged(cases[0])  # loads what is loaded once
    started = time.process_time()
    verdicts = judge(cases, is_flagged)
    spent = time.process_time() - started
    for part in PARTS:
        _print_part(f"written, {part}", [one for one in verdicts if one.case.part == part])
    _print_part("written, all", verdicts)
    for language in ("en", "zh"):
        folder = arguments.data / f"xquad_{language}"
        if folder.is_dir():
            _print_part(folder.name, judge(xquad_cases(folder, language), is_flagged))
    _say(f"{1000 * spent / len(verdicts):.2f} ms of CPU a sentence")
    if arguments.list:
        _print_mistakes(verdicts)
    return 0 if _keeps_promise(verdicts) else 1


def _keeps_promise(verdicts: Sequence[Verdict]) -> bool:
    return recall(verdicts).value >= RECALL and left_alone(verdicts).value >= LEFT_ALONE


def _print_part(name: str, verdicts: Sequence[Verdict]) -> None:
    _say(f"\n{name}: {len(verdicts)} sentences\n")
    _say(f"{'kind':16} {'language':8} {'flagged':>11}  share  95 % interval")
    for (kind, language), share in confusion(verdicts).items():
        _say(f"{kind:16} {language:8} {_counted(share)}")
    totals = (
        ("altered, flagged", recall(verdicts)),
        ("true, left alone", left_alone(verdicts)),
        ("passed, true", passed_as_true(verdicts)),
    )
    for name_, share in totals:
        _say(f"{name_:25} {_counted(share)}")


def _counted(share: Share) -> str:
    low, high = share.interval
    return f"{share.count:5}/{share.total:<5}  {share.value:.3f}  {low:.3f} to {high:.3f}"


def _print_mistakes(verdicts: Sequence[Verdict]) -> None:
    _say("\nmistakes in the parts that were read\n")
    for verdict in verdicts:
        case: Case = verdict.case
        if case.part not in UNREAD and verdict.flagged == case.is_true:
            _say(f"{case.id}: {case.text}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m evals.claims")
    parser.add_argument("--data", type=Path, default=data_folder(), help="default: RAG_DATA")
    parser.add_argument("--list", action="store_true", help="print mistakes that may be read")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
