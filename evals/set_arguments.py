"""Reads which sets in BEIR form a program is to measure, and where; knows none of the programs."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.datasets.found import data_folder


def parse_sets(parser: argparse.ArgumentParser, sets: Sequence[str]) -> argparse.Namespace:
    """Add `sets` and `--data` to a program's arguments and read them all.

    Args:
        parser: With the program's own options.
        sets: What is measured where none is named.

    Returns:
        The arguments; every one of `sets` is a folder in `data`.
    """
    parser.add_argument("sets", nargs="*", help=f"default: {', '.join(sets)}")
    parser.add_argument(
        "--data",
        type=Path,
        default=data_folder(),
        help="folder of the sets (default: RAG_DATA)",
    )
    arguments = parser.parse_args()
    arguments.sets = arguments.sets or list(sets)
    for name in arguments.sets:
        if not (arguments.data / name / "corpus.jsonl").is_file():
            parser.error(f"no set {name!r} in {arguments.data}; name its folder with --data")
    return arguments
