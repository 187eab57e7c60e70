"""`rag bench calibrate`: writes what labelled questions teach of "not in your documents"."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import json_option, print_json

if TYPE_CHECKING:
    from evals.calibrating import HeldOut

_NAME = "calibration.json"


@click.command()
@click.argument("result", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--cell", metavar="NAME", help="Another cell than the recommended one.")
@click.option(
    "--rate",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    help="Share of unanswerable questions that may be answered; the cell's own unless said.",
)
@click.option(
    "--within",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.1,
    show_default=True,
    help="How near to the rate the realised share is to be, 95 times of 100.",
)
@click.option(
    "--to",
    "target",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("rag.toml"),
    show_default=True,
    help=f"The settings file; {_NAME} is written beside it, and what else it says stays.",
)
@json_option
def calibrate(
    result: Path,
    cell: str | None,
    rate: float | None,
    within: float,
    target: Path,
    as_json: bool,
) -> None:
    """Let the labelled questions of RESULT (results.json) say what is not in the documents.

    The product then answers the wanted share of questions like those without an answer, whatever
    the index is like. Refused where there are too few of them to hold it.
    """
    from evals.calibrating import calibration_of, held_out, judgement_of, require_labels
    from evals.export import check_written
    from evals.export import export as write
    from evals.results import read_result

    found = read_result(result)
    judged = judgement_of(found, cell)
    calibration = calibration_of(found, judged)
    wanted = judged.rate if rate is None else rate
    require_labels(calibration, wanted, within)
    file = target.with_name(_NAME)
    overrides = {"answer.calibration": _NAME, "answer.false_answer_rate": wanted}
    text = write(overrides, target, note=f"rag bench {found.name}")
    check_written(text, target, {**overrides, "answer.calibration": file.absolute()})
    file.write_text(calibration.to_json(), encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    held = held_out(calibration, wanted)
    if as_json:
        print_json({"file": str(file), "settings": overrides, "held_out": asdict(held)})
        return
    _tell(held)
    click.echo(f"written to {file} and {target}", err=True)


def _tell(held: "HeldOut") -> None:
    click.echo(
        f"{held.labels} questions without an answer hold a rate of {held.rate:g} to within "
        f"{held.within:.2f}."
    )
    click.echo(
        f"Taught by half of them, {held.unanswerable:.2f} of the other half are answered "
        f"(± {held.spread:.2f} from half to half) and {held.answerable:.2f} of those with an "
        "answer."
    )
