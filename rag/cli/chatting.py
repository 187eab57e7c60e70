"""`rag chat`: a conversation over the documents; does not know how answers are made."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rag.cli.asking import Turn, stream_answer
from rag.cli.console import remark
from rag.cli.last_answer import keep_answer
from rag.cli.progress import spinner
from rag.cli.shared import (
    Invocation,
    as_text,
    json_option,
    lines_of_stdin,
    print_json,
    printable,
    quiet_option,
)
from rag.errors import RagError

if TYPE_CHECKING:
    from rag.answering.answer import Answer
    from rag.app import Rag

PROMPT = "> "
HELP = """\
/sources     the passages found for the last question
/save FILE   write the conversation to FILE as markdown
/help        this list
/quit        leave (also Ctrl-D)
Ctrl-C stops an answer. Everything else is a question; it may refer to what was said before."""

# "/etc/hosts" may begin a question.
_COMMAND = re.compile(r"/[a-z]*(?!\S)")


@dataclass
class Conversation:
    """What was said so far, and the files this conversation was saved to."""

    answers: "list[Answer]" = field(default_factory=list)
    saved: set[Path] = field(default_factory=set)

    def history(self) -> list[Turn]:
        """Return the turns as (role, text) pairs, oldest first."""
        return [
            turn
            for answer in self.answers
            for turn in (("human", answer.question), ("ai", answer.text))
        ]

    def notices(self) -> "set[str | None]":
        """Return the remarks that came with earlier answers; each is worth saying once."""
        return {answer.notice for answer in self.answers}


Reply = Callable[["Rag", Conversation, str], "Answer"]


@click.command()
@json_option
@quiet_option
@click.pass_obj
def chat(invocation: Invocation, as_json: bool, quiet: bool) -> None:
    """Ask questions that refer to the ones before.

    Questions can be piped in, one a line; --json prints one line of JSON for each answer.
    /help lists what else can be typed.
    """
    conversation = Conversation()
    reply = _reply_in_json if as_json else partial(_reply_in_text, quiet=quiet)
    with invocation.open() as rag:
        with spinner("opening the index"):
            rag.chain()  # a missing or unfit index is told before the first question is typed
        if _is_interactive():
            _talk(rag, conversation, reply)
            return
        for line in lines_of_stdin():
            if line and not _turn(rag, conversation, line, reply):
                break


def _is_interactive() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _talk(rag: "Rag", conversation: Conversation, reply: Reply) -> None:
    """Read from a person until they leave; their mistakes and Ctrl-C end a turn, not the chat."""
    _enable_line_editing()
    remark("Ask a question; /help lists commands, Ctrl-D leaves.")
    while True:
        try:
            line = as_text(input(PROMPT)).strip()
            if line and not _turn(rag, conversation, line, reply):
                return
        except EOFError:
            click.echo()
            return
        except KeyboardInterrupt:
            remark("\ncancelled; Ctrl-D leaves")
        except RagError as error:
            click.echo(f"error: {printable(str(error))}", err=True)


def _enable_line_editing() -> None:
    """Give `input` arrow keys and history; Windows' console has its own instead of readline."""
    if find_spec("readline") is not None:
        import_module("readline")


def _turn(rag: "Rag", conversation: Conversation, line: str, reply: Reply) -> bool:
    """Take one line, a command or a question; return whether the conversation goes on."""
    if _COMMAND.match(line):
        return _obey(rag, conversation, line)
    answer = reply(rag, conversation, line)
    conversation.answers.append(answer)
    keep_answer(rag.settings.index_dir, answer)
    return True


def _reply_in_json(rag: "Rag", conversation: Conversation, question: str) -> "Answer":
    answer = rag.ask(question, history=conversation.history())
    print_json(answer.to_dict())
    return answer


def _reply_in_text(
    rag: "Rag", conversation: Conversation, question: str, *, quiet: bool
) -> "Answer":
    answer = stream_answer(rag, question, history=conversation.history(), quiet=quiet)
    click.echo()
    if answer.notice and not quiet and answer.notice not in conversation.notices():
        remark(answer.notice)
    return answer


def _obey(rag: "Rag", conversation: Conversation, line: str) -> bool:
    command, _, argument = line.partition(" ")
    match command:
        case "/quit":
            return False
        case "/help":
            click.echo(HELP)
        case "/sources":
            _print_passages(rag, conversation)
        case "/save":
            _save(conversation, argument.strip())
        case _:
            remark(f"no command {command}; /help lists them")
    return True


def _print_passages(rag: "Rag", conversation: Conversation) -> None:
    from rag.cli.searching import print_passages

    if not conversation.answers:
        remark("nothing was asked yet")
        return
    last = conversation.answers[-1]
    print_passages(rag, list(last.passages), last.search_query)


def _save(conversation: Conversation, name: str) -> None:
    """Write the transcript; a file of anyone else's is left alone."""
    if not name:
        remark("name a file: /save FILE")
        return
    path = Path(name).expanduser().absolute()
    try:
        # Only what this conversation wrote itself may be replaced.
        with path.open("w" if path in conversation.saved else "x", encoding="utf-8") as file:
            file.write(to_markdown(conversation))
    except FileExistsError:
        remark(f"{path} exists already; choose another name")
    except OSError as error:
        remark(f"cannot write {path}: {error.strerror}")
    else:
        conversation.saved.add(path)
        remark(f"saved to {path}")


def to_markdown(conversation: Conversation) -> str:
    """Return the conversation as markdown: questions as headings, answers with their sources."""
    blocks = [block for answer in conversation.answers for block in _answer_blocks(answer)]
    return "\n\n".join(blocks) + "\n" if blocks else ""


def _answer_blocks(answer: "Answer") -> list[str]:
    blocks = [f"## {' '.join(answer.question.split())}", answer.text.strip()]
    if answer.search_query != answer.question:
        blocks.insert(1, f"*Searched for: {answer.search_query}*")
    if answer.citations:
        blocks.append("\n".join(_citation_line(answer)))
    return blocks


def _citation_line(answer: "Answer") -> list[str]:
    lines: list[str] = []
    for cited in answer.citations:
        page = "" if cited.page is None else f", page {cited.page}"
        title = f"{cited.title} — " if cited.title else ""
        quote = " ".join(cited.quote.split())
        place = f"{cited.source}:{cited.start_index}-{cited.end_index}"
        lines.append(f"- [{cited.number}] {title}`{place}`{page}: “{quote}”")
    return lines
