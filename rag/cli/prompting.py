"""`rag prompts`: what the chat model is told, to read and to change; sends nothing to any model."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.shared import Invocation, json_option, print_json, printable

if TYPE_CHECKING:
    from rag.answering.prompts import Prompt


@click.group()
def prompts() -> None:
    """List, show and export the prompts.

    A folder of yours (answer.prompts_dir) overrides single files; `rag prompts export DIR` writes
    one to start from.
    """


@prompts.command("list")
@json_option
@click.pass_obj
def list_prompts(invocation: Invocation, as_json: bool) -> None:
    """List the prompts by name, with their variables."""
    from rag.answering.prompts import VARIABLES

    names = sorted(VARIABLES)
    if as_json:
        print_json({"prompts": [_described(name, invocation) for name in names]})
        return
    for name in names:
        cells = (" ".join(f"{{{one}}}" for one in kind) for kind in _variables(name))
        click.echo("\t".join([name, *cells, " ".join(_own_files(name, invocation))]))


@prompts.command()
@click.argument("name")
@json_option
@click.pass_obj
def show(invocation: Invocation, name: str, as_json: bool) -> None:
    """Show the prompt NAME as it is used, and what its variables stand for."""
    from rag.answering.prompts import MEANINGS

    texts = _texts(_load(name, invocation))
    if as_json:
        print_json(_described(name, invocation) | texts)
        return
    required, optional = _variables(name)
    for variable in (*required, *optional):
        needed = "" if variable in required else " (may be left out)"
        click.echo(f"{{{variable}}}: {MEANINGS[variable]}{needed}")
    for role, text in texts.items():
        click.echo(f"\n--- {role}.md\n{printable(text.rstrip())}")


@prompts.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.pass_obj
def export(invocation: Invocation, folder: Path) -> None:
    """Write the prompts as they are used to DIR, for answer.prompts_dir; replaces no file."""
    from rag.answering.prompts import VARIABLES
    from rag.errors import PromptError

    texts = {
        folder / name / f"{role}.md": text
        for name in sorted(VARIABLES)
        for role, text in _texts(_load(name, invocation)).items()
    }
    there = [path for path in texts if path.exists()]
    if there:
        raise PromptError(f"{there[0]} exists already; remove it or name another folder")
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    click.echo(f"{len(texts)} files in {printable(str(folder))}", err=True)


def _described(name: str, invocation: Invocation) -> dict[str, object]:
    required, optional = _variables(name)
    own = _own_files(name, invocation)
    return {"name": name, "required": required, "optional": optional, "overridden": own}


def _own_files(name: str, invocation: Invocation) -> list[str]:
    """Return which files of a prompt come from the user's folder."""
    folder = _folder(invocation)
    files = ("system.md", "human.md")
    return [file for file in files if folder is not None and (folder / name / file).exists()]


def _variables(name: str) -> tuple[list[str], list[str]]:
    from rag.answering.prompts import VARIABLES

    return sorted(VARIABLES[name].required), sorted(VARIABLES[name].optional)


def _load(name: str, invocation: Invocation) -> "Prompt":
    from rag.answering.prompts import load_prompt

    return load_prompt(name, folder=_folder(invocation))


def _texts(prompt: "Prompt") -> dict[str, str]:
    return {"system": prompt.system, "human": prompt.human}


def _folder(invocation: Invocation) -> Path | None:
    return invocation.load_settings().settings.answer.prompts_dir
