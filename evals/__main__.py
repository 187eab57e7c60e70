"""`python -m evals`: the `bench` command by itself; knows nothing more than where it is."""

import sys

import click

from evals.cli import bench
from rag.cli import INTERRUPTED
from rag.cli.root import CommandGroup
from rag.cli.shared import Invocation


class _Alone(CommandGroup):
    """`rag` with `bench` for its only command, for where the entry point is not installed."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        return bench if cmd_name == "bench" else None


def main() -> None:
    """Run `rag bench` with these arguments and exit with its code."""
    try:
        _Alone("rag")(["bench", *sys.argv[1:]], prog_name="rag", obj=Invocation(None, None))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
