"""The command line's door; knows only where the commands are and how an interrupted one ends."""

import sys

INTERRUPTED = 130


def main() -> None:
    """Run the `rag` command and exit with its code."""
    try:
        # Imported here so that Ctrl-C during the imports ends as quietly as later.
        from rag.cli.root import cli

        cli(prog_name="rag")
    except KeyboardInterrupt:
        sys.stderr.write("interrupted\n")
        sys.exit(INTERRUPTED)
