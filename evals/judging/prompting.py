"""Composes what a judge is asked about a reply; knows no model and reads no verdict."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from langchain_core.documents import Document
from langchain_core.messages import BaseMessage

from evals.gold import Question, Span
from evals.measures.replies import JUDGED_MEASURES, Reply
from rag.answering.fencing import FENCES, disarm, fence_passages
from rag.answering.prompts import Prompt, load_prompt

TextOf = Callable[[Span], str]

# A reply's markers count its citations, not the passages that the judge is shown.
_MARKERS: Final = re.compile(r"\s?(?:\[\d{1,3}\])+")
_FENCES: Final = (*FENCES, "reply", "gold")


@dataclass(frozen=True, slots=True)
class Prompting:
    """Asks about replies with the shipped prompts, or those of a folder.

    Attributes:
        prompts: One for each measure of the judge.
        text_of: Returns the words of a place in the documents.
    """

    prompts: Mapping[str, Prompt]
    text_of: TextOf

    @classmethod
    def load(cls, text_of: TextOf, *, folder: Path | None = None) -> "Prompting":
        """Load the prompts.

        Raises:
            PromptError: One is missing or misspells a variable.
        """
        return cls(load_judge_prompts(folder), text_of)

    def messages(self, measure: str, question: Question, reply: Reply) -> list[BaseMessage]:
        """Return what the judge is asked about one reply."""
        values = {
            "question": _fenced(_asked(question)),
            "reply": _fenced(_MARKERS.sub("", reply.text).strip()),
        }
        if measure == "faithfulness":
            values["passages"] = fence_passages([self._passage(span) for span in reply.shown])
        else:
            values["gold"] = _fenced(self._gold(question))
        return self.prompts[measure].render(values)

    def _passage(self, span: Span) -> Document:
        return Document(_fenced(self.text_of(span)), metadata={"source": span.source})

    def _gold(self, question: Question) -> str:
        """Return the accepted answers, one a line, or the words of the source that answer."""
        if question.answers:
            return "\n".join(f"- {answer}" for answer in question.answers)
        return _quoted([self.text_of(slot[0]) for slot in question.slots])


def load_judge_prompts(folder: Path | None) -> dict[str, Prompt]:
    """Return the prompt of each measure of the judge.

    Raises:
        PromptError: One is missing or misspells a variable.
    """
    return {name: load_prompt(f"judge/{name}", folder=folder) for name in JUDGED_MEASURES}


def _asked(question: Question) -> str:
    """Return the question behind what was said before it."""
    if not question.history:
        return question.text
    turns = [f"{turn.role}: {turn.text}" for turn in question.history]
    return "\n".join([*turns, f"user: {question.text}"])


def _quoted(texts: Sequence[str]) -> str:
    return "From the source:\n" + "\n".join(f"- {' '.join(text.split())}" for text in texts)


def _fenced(text: str) -> str:
    return disarm(text, fences=_FENCES)
