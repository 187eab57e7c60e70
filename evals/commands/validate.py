"""`rag bench validate`: check a set before anything is measured on it; finds nothing itself."""

from itertools import groupby
from typing import TYPE_CHECKING

import click

from rag.cli.shared import json_option, print_json, printable
from rag.errors import BenchError

if TYPE_CHECKING:
    from evals.datasets.findings import Finding
    from evals.datasets.validate import SetSummary

_EXAMPLES = 5
_TAGS = 12


@click.command()
@click.argument("name_or_path", metavar="SET")
@click.option(
    "--against",
    metavar="SET",
    help="A set that settings were tuned on: what it shares with SET leaks.",
)
@json_option
def validate(name_or_path: str, against: str | None, as_json: bool) -> None:
    """Check SET: a name in RAG_DATA, "sample", a folder, or your questions file (YAML).

    Errors make scores wrong, and the exit code 8; warnings say what scores cannot be trusted for.
    """
    from evals.datasets.validate import validate as check

    found = check(name_or_path, against=against)
    if as_json:
        print_json(found.to_dict())
    else:
        _print_summary(found.summary)
        _print_findings(found.findings)
    errors = found.count("error")
    if errors:
        count = "1 error" if errors == 1 else f"{errors:,} errors"
        raise BenchError(f"{name_or_path}: {count}; correct what is wrong before measuring")


def _print_summary(summary: "SetSummary") -> None:
    languages = ", ".join(f"{count} {name or '?'}" for name, count in summary.languages.items())
    tags = [f"{tag} {count}" for tag, count in summary.tags.items()]
    rows = {
        "documents": f"{summary.documents:,}",
        "questions": f"{summary.questions:,} ({languages}), {summary.answerable:,} answerable",
        "gold spans": f"{summary.gold_spans:,}" if summary.gold_spans else "none: whole documents",
        "wording": "no gold"
        if summary.wording is None
        else f"{summary.wording:.0%} of a question's words are in its gold (median)",
        "tags": ", ".join(tags[:_TAGS]) + (", …" if len(tags) > _TAGS else ""),
        "licence": summary.licence,
        "digest": summary.digest[:16],
    }
    click.echo(summary.name)
    for name, value in rows.items():
        if value:
            click.echo(f"  {name:<11} {printable(value)}")


def _print_findings(findings: "tuple[Finding, ...]") -> None:
    from evals.datasets.findings import CHECKS

    if not findings:
        click.echo("\nNothing found.")
    for check, group in groupby(findings, key=lambda one: one.check):
        found = list(group)
        click.echo(f"\n{found[0].severity:<8} {check} × {len(found):,}: {CHECKS[check]}")
        for one in found[:_EXAMPLES]:
            line = f"line {one.line}: " if one.line else ""
            place = f"{one.question}: " if one.question else ""
            click.echo(f"         {line}{place}{printable(one.message)}")
        if len(found) > _EXAMPLES:
            click.echo(f"         … {len(found) - _EXAMPLES:,} more; --json lists all")
