"""`rag bench repro`: measure published figures again; knows none of them."""

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.repro.figures import Reproduction
    from rag.embeddings import PassageEmbeddings

    Reproduce = Callable[[PassageEmbeddings, Callable[[str, int, int], None]], Reproduction]

NAMES = {
    "scifact": "evals.repro.documents:reproduce_scifact",
    "xquad": "evals.repro.documents:reproduce_xquad",
    "chroma-chunking": "evals.repro.chunking:reproduce_chunking",
}
DEFAULT_CACHE = Path("~/.cache/rag-evals")


@click.command()
@click.argument("name", type=click.Choice(list(NAMES)))
@click.option("--model", help="An embedding model; the figures are those of the default one.")
@click.option(
    "--cache",
    type=click.Path(file_okay=False, path_type=Path),
    default=DEFAULT_CACHE,
    show_default=True,
    help="Folder for vectors: a second run embeds nothing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def repro(name: str, model: str | None, cache: Path, as_json: bool) -> None:
    """Measure published figures again, with our own code and the official weights.

    The sets are found by name in RAG_DATA. The exit code is 1 if a figure is off.
    """
    from evals.embedding_cache import CachedEmbeddings
    from rag.embeddings import SentenceTransformerEmbeddings

    inner = SentenceTransformerEmbeddings(model) if model else SentenceTransformerEmbeddings()
    embeddings = CachedEmbeddings(inner, cache.expanduser() / "embeddings.sqlite3")
    found = _reproduce(name)(embeddings, _tell)
    click.echo(json.dumps(found.to_dict(), ensure_ascii=False) if as_json else found.to_text())
    raise SystemExit(0 if found.holds else 1)


def _reproduce(name: str) -> "Reproduce":
    module, _, function = NAMES[name].partition(":")
    found: Reproduce = getattr(import_module(module), function)
    return found


def _tell(what: str, done: int, total: int) -> None:
    click.echo(f"{what}: {done} of {total} texts embedded", err=True)
