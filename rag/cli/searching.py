"""`rag search`: the best passages for a question; does not know how they are found."""

import sys
from typing import TYPE_CHECKING, cast

import click

from rag.cli.filters import parse_filters
from rag.cli.progress import spinner
from rag.cli.shared import Invocation, json_option, print_json, text_or_stdin

if TYPE_CHECKING:
    from langchain_core.documents import Document

    from rag.app import Rag
    from rag.assembly import Mode
    from rag.retrieval.explanation import Explanation


@click.command()
@click.argument("query", required=False)
@click.option("-k", type=click.IntRange(1), help="Passages returned.  [default: retrieval.k]")
@click.option(
    "--mode",
    type=click.Choice(["hybrid", "dense", "lexical"]),
    help="By meaning (dense), by words (lexical) or both.  [default: retrieval.mode]",
)
@click.option(
    "--filter",
    "conditions",
    metavar="CONDITION",
    multiple=True,
    help="Only passages for which this holds: source, folder, kind, page, section, date or your "
    "own metadata; = != >= > <= <. Repeatable, e.g. --filter folder=docs --filter 'page>=3'.",
)
@click.option("--min-score", type=float, help="Drop passages that score lower.")
@click.option(
    "--explain", is_flag=True, help="Say how each leg found a passage, and what was left out."
)
@json_option
@click.pass_obj
def search(
    invocation: Invocation,
    query: str | None,
    k: int | None,
    mode: str | None,
    conditions: tuple[str, ...],
    min_score: float | None,
    explain: bool,
    as_json: bool,
) -> None:
    """Find the passages for QUERY, best first.

    "-" or a pipe gives QUERY on stdin.
    """
    question = text_or_stdin(query, name="QUERY")
    wanted = parse_filters(conditions)
    with invocation.open() as rag:
        chosen = cast("Mode | None", mode)
        if explain:
            with spinner("searching"):
                why = rag.explain(question, k=k, mode=chosen, filter=wanted, min_score=min_score)
            _print_explanation(rag, why, as_json=as_json)
            return
        with spinner("searching"):
            found = rag.search(question, k=k, mode=chosen, filter=wanted, min_score=min_score)
        if as_json:
            from rag.answering.answer import passage_to_dict

            print_json({"query": question, "passages": [passage_to_dict(one) for one in found]})
        else:
            print_passages(rag, found, question)


def _print_explanation(rag: "Rag", found: "Explanation", *, as_json: bool) -> None:
    from rag.answering.answer import explanation_to_dict
    from rag.cli.console import make_console
    from rag.cli.explaining import explained_text, fusion_text

    if as_json:
        print_json(explanation_to_dict(found))
        return
    console = make_console(sys.stdout)
    console.print(fusion_text(found))
    for one in found.passages:
        print_passages(rag, [one.passage], found.query)
        console.print(explained_text(one.why))
    if found.left_out:
        console.print("\nLeft out", style="bold")
    for one in found.left_out:
        print_passages(rag, [one.passage], found.query)
        console.print(explained_text(one.why, one.left_out))


def print_passages(rag: "Rag", passages: "list[Document]", question: str) -> None:
    """Print passages with their place and the question's words marked."""
    from rag.answering.answer import passage_to_dict
    from rag.cli.console import make_console, print_hanging
    from rag.cli.lines import LineFinder
    from rag.cli.render import passage_text

    console = make_console(sys.stdout)
    if not passages:
        console.print("No passage matches.")
    lines = LineFinder(rag)
    for passage in map(passage_to_dict, passages):
        line = lines.line_at(str(passage["source"]), int(str(passage["start_index"])))
        print_hanging(console, passage_text(passage, question, line))
