"""`rag bench draft`: propose questions from an index; proposes none itself."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import Invocation
from rag.errors import BenchError, ChatModelNotConfiguredError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from langchain_core.language_models import BaseChatModel

    from evals.datasets.base import EvalDocument
    from evals.datasets.draft import Draft
    from rag.settings import Settings

_KINDS = ("written", "cloze", "heading")


@click.command()
@click.argument("index", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("-n", "--count", default=40, show_default=True, type=click.IntRange(1))
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="written: by the chat model of the settings. cloze, heading: without one, the same each "
    "time. Repeatable.  [default: written if a chat model is configured, else cloze and heading]",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A new file.  [default: stdout]",
)
@click.pass_obj
def draft(
    invocation: Invocation,
    index: Path | None,
    count: int,
    kinds: tuple[str, ...],
    output: Path | None,
) -> None:
    """Propose questions about the documents of INDEX as a questions file, to be reviewed.

    Each is bound to words that stand in one place. Cloze questions repeat their source, so they
    favour search by words: rewrite them before you compare it with search by meaning.
    """
    from evals.datasets.own import indexed_documents
    from evals.datasets.own_writing import questions_yaml

    if output is not None:
        _check_new(output)
    settings = invocation.load_settings().settings
    place = index or settings.index_dir
    drafts = _propose(indexed_documents(place), count, kinds, settings)
    if not drafts:
        raise BenchError(f"{place}: no sentence or heading is fit for a question; write your own")
    text = questions_yaml(drafts, _seen_from(place, output.parent if output else Path()))
    if output is None:
        click.echo(text, nl=False)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"{len(drafts)} drafts in {output}; read them, then `rag bench validate {output}`")


def _check_new(output: Path) -> None:
    if output.exists():
        raise BenchError(f"{output} exists; name a new file, or delete it")
    if not output.parent.is_dir():
        raise BenchError(f"{output}: there is no folder {output.parent}; make it first")


def _propose(
    documents: "Sequence[EvalDocument]", count: int, kinds: tuple[str, ...], settings: "Settings"
) -> "list[Draft]":
    from evals.datasets.draft import draft_questions
    from rag.assembly import open_chat_model

    model = open_chat_model(settings.chat) if "written" in kinds or not kinds else None
    if not kinds:
        kinds = ("written",) if model else ("cloze", "heading")
    written: list[Draft] = []
    if "written" in kinds:
        if model is None:
            raise ChatModelNotConfiguredError(
                "--kind written needs a chat model; set chat.model, or take cloze and heading"
            )
        written = _write(documents, count, model, settings)
    others = [kind for kind in kinds if kind != "written"]
    return [*written, *draft_questions(documents, count - len(written), others)]


def _write(
    documents: "Sequence[EvalDocument]", count: int, model: "BaseChatModel", settings: "Settings"
) -> "list[Draft]":
    from evals.datasets.draft_written import write_questions
    from rag.answering.prompts import load_prompt
    from rag.cli.progress import spinner

    prompt = load_prompt("draft", folder=settings.answer.prompts_dir)
    with spinner("asking the chat model"):
        written = write_questions(documents, count, model=model, prompt=prompt)
    click.echo(
        f"{len(written.drafts)} of {written.asked} replies quote their source word for word",
        err=True,
    )
    return list(written.drafts)


def _seen_from(index: Path, folder: Path) -> Path:
    """Return the index as a questions file in `folder` names it."""
    return Path(os.path.relpath(index.absolute(), folder.absolute()))
