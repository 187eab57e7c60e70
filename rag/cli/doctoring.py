"""`rag doctor` and `rag similarity`: an index looked over, two texts compared; searches nothing."""

import sys
from typing import TYPE_CHECKING

import click

from rag.cli.console import remark
from rag.cli.progress import spinner
from rag.cli.shared import Invocation, json_option, print_json, printable, text_or_stdin
from rag.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.app import Rag
    from rag.health import Check
    from rag.similarity import Place, Twins

_MARKS = {"ok": "ok", "warning": "!", "error": "✗"}


@click.command()
@click.option(
    "--duplicates",
    is_flag=True,
    help="List the passages that repeat or paraphrase each other instead.",
)
@click.option(
    "--least",
    type=click.FloatRange(-1, 1),
    default=0.9,
    show_default=True,
    help="With --duplicates: the similarity from which two passages are a pair.",
)
@click.option(
    "--most",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="With --duplicates: pairs listed.",
)
@json_option
@click.pass_obj
def doctor(
    invocation: Invocation, duplicates: bool, least: float, most: int, as_json: bool
) -> None:
    """Look the index over, and say what to mend.

    Nothing is changed. The exit code is 5 if there is an error, 0 with warnings alone.
    """
    with invocation.open() as rag:
        if duplicates:
            with spinner("comparing passages"):
                twins = rag.twins(least=least, most=most)
            _print_twins(twins, least, as_json=as_json)
            return
        with spinner("looking the index over"):
            checks = rag.check()
    _print_checks(checks, as_json=as_json)
    wrong = [one.name for one in checks if one.verdict == "error"]
    if wrong:
        raise StoreError(f"the index is not well ({', '.join(wrong)}); see what is advised above")


@click.command()
@click.argument("first")
@click.argument("second")
@click.option(
    "--passages",
    is_flag=True,
    help="FIRST and SECOND name passages as `rag show` takes them: source:start-end, or an id.",
)
@json_option
@click.pass_obj
def similarity(
    invocation: Invocation, first: str, second: str, passages: bool, as_json: bool
) -> None:
    """Print how alike two texts are in meaning, -1 to 1.

    "-" gives one of them on stdin, e.g. a file: rag similarity "two years" - < warranty.txt
    """
    if first == second == "-":
        raise click.UsageError("Only one of the two can be on stdin.")
    from rag.similarity import UNREADABLE

    with invocation.open() as rag:
        texts = [_text(rag, one, named=passages) for one in (first, second)]
        with spinner("comparing"):
            cosine = rag.similarity(*texts)
        unknown = max(map(rag.unknown_share, texts))
    if unknown >= UNREADABLE:
        remark(f"the embedding model cannot read {unknown:.0%} of a text: the number says little")
    if as_json:
        print_json({"similarity": cosine})
    else:
        click.echo(f"{cosine:.4f}")


def _text(rag: "Rag", given: str, *, named: bool) -> str:
    return rag.show(given).text if named else text_or_stdin(given, name="TEXT")


def _print_checks(checks: "Sequence[Check]", *, as_json: bool) -> None:
    if as_json:
        print_json({"checks": [one.to_dict() for one in checks]})
        return
    for one in checks:
        advice = f" ({one.advice})" if one.advice else ""
        click.echo(f"{_MARKS[one.verdict]:>2}  {one.name}: {printable(one.found)}{advice}")


def _print_twins(twins: "Sequence[Twins]", least: float, *, as_json: bool) -> None:
    if as_json:
        print_json({"duplicates": [one.to_dict() for one in twins]})
        return
    if not twins:
        click.echo(f"No two passages are as alike as {least}.")
    for one in twins:
        same = "  the same words" if one.identical else ""
        click.echo(f"{one.similarity:.3f}{same}")
        for place in (one.first, one.second):
            click.echo(f"       {_reference(place)}  {_opening(place.text)}")
    sys.stdout.flush()


def _reference(place: "Place") -> str:
    return printable(f"{place.source}:{place.start_index}-{place.end_index}")


def _opening(text: str) -> str:
    return printable(" ".join(text.split()))[:60]
