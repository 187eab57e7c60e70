"""`rag bench get`: fetch public sets; fetches none itself."""

from pathlib import Path

import click


@click.command()
@click.argument("names", metavar="[SET]...", nargs=-1)
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to put them.  [default: RAG_DATA]",
)
def get(names: tuple[str, ...], folder: Path | None) -> None:
    """Fetch public sets from the Hugging Face hub, pinned by commit and hash.

    Without SET they are listed. What was fetched is found by name: `rag bench validate scifact`.
    """
    from evals.datasets.found import data_folder
    from evals.datasets.get import get_set

    place = folder or data_folder()
    if not names:
        _list(place)
    for name in names:
        got = get_set(name, place)
        done = "was fetched to" if got.fetched else "was already in"
        click.echo(f"{name} {done} {got.folder}")
    if folder is not None and names:
        click.echo(f"to find them by name, set RAG_DATA={folder.absolute()}", err=True)


def _list(place: Path) -> None:
    from evals.datasets.public import PUBLIC_SETS

    for one in PUBLIC_SETS.values():
        here = "here" if (place / one.name).is_dir() else ""
        counts = f"{one.documents:>8,} documents {one.questions:>6,} questions"
        click.echo(f"{one.name:<11} {counts}  {here:<5} {one.licence}")
