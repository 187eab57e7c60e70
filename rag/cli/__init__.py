"""The command line's door; knows only where the commands are."""

from rag.cli.root import cli


def main() -> None:
    """Run the `rag` command and exit with its code."""
    cli(prog_name="rag")
