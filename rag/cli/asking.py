"""`rag ask`: one question, one cited answer; does not know how answers are made."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rag.cli.console import print_hanging, remark
from rag.cli.shared import (
    Invocation,
    json_option,
    print_json,
    quiet_option,
    text_or_stdin,
)

if TYPE_CHECKING:
    from rich.console import Console

    from rag.answering.answer import Answer
    from rag.app import Rag

Turn = tuple[str, str]


@click.command()
@click.argument("question", required=False)
@json_option
@quiet_option
@click.pass_obj
def ask(invocation: Invocation, question: str | None, as_json: bool, quiet: bool) -> None:
    """Answer QUESTION from the documents, with citations.

    "-" or a pipe gives QUESTION on stdin. `rag show 1` then prints the first citation in its
    context.
    """
    from rag.cli.last_answer import keep_answer

    asked = text_or_stdin(question, name="QUESTION")
    with invocation.open() as rag:
        if as_json:
            answer = rag.ask(asked)
            print_json(answer.to_dict())
        else:
            answer = stream_answer(rag, asked, history=(), quiet=quiet)
            if answer.notice and not quiet:
                remark(answer.notice)
        keep_answer(rag.settings.index_dir, answer)


def stream_answer(rag: "Rag", question: str, *, history: Sequence[Turn], quiet: bool) -> "Answer":
    """Draw an answer while it is made, then its sources, and return it.

    What is searched for is shown first where it is not the question itself.
    """
    from rag.answering.answer import AnswerFinished, SearchStarted, TextChunk
    from rag.cli.console import make_console
    from rag.cli.markdown import answer_writer

    console = make_console(sys.stdout)
    finished: Answer | None = None
    with answer_writer(console) as writer:
        for event in rag.stream(question, history=history):
            if isinstance(event, SearchStarted) and not quiet:
                if event.with_history:
                    writer.remark("what was said before counts in the search")
                elif event.query != question:
                    writer.remark(f"searching for: {event.query}")
            elif isinstance(event, TextChunk):
                writer.write(event.text)
            elif isinstance(event, AnswerFinished):
                finished = event.answer
    assert finished is not None
    print_sources(rag, finished, console)
    return finished


def print_sources(rag: "Rag", answer: "Answer", console: "Console") -> None:
    """Print the places an answer cites, with page, line and the quoted words."""
    from rag.cli.lines import LineFinder
    from rag.cli.render import citation_text

    if not answer.citations:
        return
    console.print("\nSources", style="bold")
    lines = LineFinder(rag)
    for citation in answer.citations:
        line = lines.line_at(citation.source, citation.start_index)
        print_hanging(console, citation_text(citation, line))
