"""`rag show`: the words a citation points at, in their context; does not know how to find them."""

import sys

import click

from rag.cli.last_answer import KeptCitation, kept_citation
from rag.cli.shared import Invocation, json_option, print_json
from rag.errors import CitationNotFoundError


@click.command()
@click.argument("citation")
@json_option
@click.pass_obj
def show(invocation: Invocation, citation: str, as_json: bool) -> None:
    """Print what CITATION points at, in its context.

    CITATION is a number in the last answer (1 or [1]), source:start-end as `rag search` prints it,
    or the id of a passage.
    """
    from rag.cli.console import make_console
    from rag.cli.render import excerpt_text

    number = citation.strip().removeprefix("[").removesuffix("]")
    with invocation.open() as rag:
        kept = kept_citation(rag.settings.index_dir, int(number)) if number.isdecimal() else None
        excerpt = rag.show(citation if kept is None else _reference(kept))
    if kept is not None and kept.verified and kept.quote != excerpt.text:
        raise CitationNotFoundError(
            f"citation {number} quoted words that no longer stand at {_reference(kept)}: the "
            "document changed since; ask again"
        )
    if as_json:
        print_json(excerpt.to_dict())
    else:
        make_console(sys.stdout).print(excerpt_text(excerpt))


def _reference(kept: KeptCitation) -> str:
    return f"{kept.source}:{kept.start_index}-{kept.end_index}"
