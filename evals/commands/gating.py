"""Prints what a gate found, and ends with its exit code; decides nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from evals.gate import GateReport

_DROPPED = 1


def print_gate(reports: "Sequence[GateReport]", *, shown: bool = True) -> None:
    """Print one line for each measure; exit with 1 if one of them dropped."""
    for report in reports if shown else ():
        click.echo(report.describe(), err=not report.is_open)
    if not all(report.is_open for report in reports):
        raise SystemExit(_DROPPED)
