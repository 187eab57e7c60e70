"""Loads prompt files, checks their variables and fills them in; knows no model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from rag.errors import PromptError

# A doubled brace stands for one; a single brace that encloses no name is left as it is, so that
# a prompt may show JSON or code.
_FIELD: Final = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)\}")


@dataclass(frozen=True, slots=True)
class Variables:
    """What a prompt's two files together must (`required`) and may (`optional`) mention."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()


VARIABLES: Final[Mapping[str, Variables]] = {
    "agent": Variables(frozenset({"passages"}), frozenset({"no_answer"})),
    "answer": Variables(
        frozenset({"passages", "question"}), frozenset({"conversation", "language", "no_answer"})
    ),
    "condense": Variables(frozenset({"conversation", "question"})),
    "judge/correctness": Variables(frozenset({"gold", "question", "reply"})),
    "judge/faithfulness": Variables(frozenset({"passages", "reply"}), frozenset({"question"})),
    "draft": Variables(frozenset({"passage"}), frozenset({"title"})),
}

MEANINGS: Final[Mapping[str, str]] = {
    "conversation": "what was said before, oldest first; empty in a first question",
    "gold": "the accepted answers, or the words of the source that answer",
    "language": 'what to answer in, e.g. "Chinese" or "the language of the question"',
    "no_answer": "the sentence that says that the documents do not answer",
    "passage": "the words of one passage",
    "passages": "the passages, numbered from 1, each in a fence with its source",
    "question": "what is asked",
    "reply": "the answer that is judged, without its markers",
    "title": "the title of the passage's document",
}
"""What each variable stands for."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A system and a human template with variables in braces."""

    name: str
    system: str
    human: str

    def render(self, values: Mapping[str, str]) -> list[BaseMessage]:
        """Fill in `values`, which are taken as they are: braces inside them mean nothing."""
        messages: list[BaseMessage] = []
        if system := _fill(self.system, values).strip():
            messages.append(SystemMessage(system))
        messages.append(HumanMessage(_fill(self.human, values).strip()))
        return messages


def load_prompt(name: str, *, folder: Path | None = None) -> Prompt:
    """Load the prompt `name` from `<folder>/<name>/{system,human}.md`.

    A file that the folder does not have is taken from the prompts shipped with the package.

    Raises:
        PromptError: The folder or prompt does not exist, a file cannot be read, or its variables
            are not those of this prompt.
    """
    if name not in VARIABLES:
        raise PromptError(f"no prompt is called {name!r}; there are {', '.join(sorted(VARIABLES))}")
    if folder is not None and not folder.is_dir():
        raise PromptError(
            f"the prompts folder {folder} does not exist; create it or change answer.prompts_dir"
        )
    paths = {role: _find(name, role, folder) for role in ("system", "human")}
    texts = {role: _read(path) for role, path in paths.items()}
    _check(VARIABLES[name], paths, texts)
    return Prompt(name, texts["system"], texts["human"])


def shipped_folder() -> Path:
    """Return the folder of the prompts that come with the package."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_prompts", package.parent / "prompts"):
        if folder.is_dir():
            return folder
    raise PromptError(f"the shipped prompts are missing from {package}; reinstall the package")


def _find(name: str, role: str, folder: Path | None) -> Path:
    own = folder / name / f"{role}.md" if folder is not None else None
    return own if own is not None and own.exists() else shipped_folder() / name / f"{role}.md"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(
            f"the prompt file {path} cannot be read as UTF-8 text ({error}); mend or remove it"
        ) from error


def _check(variables: Variables, paths: Mapping[str, Path], texts: Mapping[str, str]) -> None:
    known = variables.required | variables.optional
    for role, text in texts.items():
        for field in sorted(_fields(text) - known):
            close = get_close_matches(field, known, n=1)
            hint = f"did you mean {{{close[0]}}}? " if close else ""
            raise PromptError(
                f"the prompt file {paths[role]} uses the unknown variable {{{field}}}; {hint}"
                f"it may use {_listed(known)}; write {{{{{field}}}}} for the words themselves"
            )
    missing = variables.required - _fields(texts["system"]) - _fields(texts["human"])
    if missing:
        raise PromptError(
            f"the prompt file {paths['human']} lacks the variable {_listed(missing)}; add it "
            "where its text should stand"
        )


def _fields(text: str) -> set[str]:
    return {match.group(1) for match in _FIELD.finditer(text) if match.group(1)}


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _fill(template: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        return values[name] if name else match.group()[0]

    return _FIELD.sub(value, template)
