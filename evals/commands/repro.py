"""`rag bench repro`: measures published figures again; knows none of them."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evals.commands.progress import bench_progress
from evals.commands.run import cache_option
from rag.cli.shared import json_option, print_json, quiet_option

if TYPE_CHECKING:
    from collections.abc import Callable

    from evals.repro.figures import Reproduction
    from rag.embeddings import PassageEmbeddings

    Reproduce = Callable[[PassageEmbeddings, Callable[[str, int, int], None]], Reproduction]

NAMES = {
    "scifact": "evals.repro.documents:reproduce_scifact",
    "xquad": "evals.repro.documents:reproduce_xquad",
    "chroma-chunking": "evals.repro.chunking:reproduce_chunking",
}


@click.command()
@click.argument("name", type=click.Choice(list(NAMES)))
@cache_option
@json_option
@quiet_option
def repro(name: str, cache: Path, as_json: bool, quiet: bool) -> None:
    """Measure published figures again: our code, the official all-MiniLM-L6-v2.

    The sets are found by name in RAG_DATA. The exit code is 1 if a figure is off.
    """
    from evals.embedding_cache import CachedEmbeddings
    from rag.embeddings import SentenceTransformerEmbeddings

    embeddings = CachedEmbeddings(SentenceTransformerEmbeddings(), cache / "embeddings.sqlite3")
    try:
        with bench_progress(quiet=quiet) as tell:
            found = _reproduce(name)(
                embeddings, lambda what, done, total: tell("embed", done, total, what)
            )
    finally:
        embeddings.close()
    if as_json:
        print_json(found.to_dict())
    else:
        click.echo(found.to_text())
    if not found.holds:
        raise SystemExit(1)


def _reproduce(name: str) -> "Reproduce":
    module, _, function = NAMES[name].partition(":")
    found: Reproduce = getattr(import_module(module), function)
    return found
