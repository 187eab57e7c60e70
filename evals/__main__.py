"""`python -m evals`: the `bench` command by itself; knows nothing more than where it is."""

import sys

from rag.cli import INTERRUPTED


def main() -> None:
    """Run `rag bench` with these arguments and exit with its code."""
    from evals.cli import bench
    from rag.cli.root import CommandGroup

    alone = CommandGroup("evals", commands={})
    alone.add_command(bench, "bench")
    try:
        alone(["bench", *sys.argv[1:]], prog_name="rag")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
