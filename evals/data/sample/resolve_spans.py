"""Bind every quote of questions.jsonl to its characters in the loaded text; knows no question.

Run it after a change of a document, a quote or a loader:

    python evals/data/sample/resolve_spans.py

A quote may be written with any white space; it is replaced by the text's own characters. A quote
that is missing from its document, or stands there twice, stops the run: nothing is written.
"""

import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from rag.documents import load

SAMPLE = Path(__file__).parent
QUESTIONS = SAMPLE / "questions.jsonl"


def main() -> int:
    """Rewrite questions.jsonl with resolved spans; return 1 if a quote cannot be bound."""
    questions = [json.loads(line) for line in QUESTIONS.read_text("utf-8").splitlines()]
    problems = [problem for question in questions for problem in resolve(question)]
    if problems:
        sys.stderr.write("\n".join(problems) + "\n")
        return 1
    lines = (json.dumps(question, ensure_ascii=False) + "\n" for question in questions)
    QUESTIONS.write_text("".join(lines), "utf-8", newline="\n")
    return 0


def resolve(question: dict[str, Any]) -> Iterator[str]:
    """Set quote, start_index and end_index of each gold in place; yield what went wrong."""
    for gold in question["gold"]:
        text = text_of(gold["source"])
        found = list(re.finditer(pattern_of(gold["quote"]), text))
        if len(found) != 1:
            yield f"{question['id']}: {len(found)} times in {gold['source']}: {gold['quote']!r}"
            continue
        gold["quote"] = found[0].group()
        gold["start_index"], gold["end_index"] = found[0].span()


def pattern_of(quote: str) -> str:
    """Return a regular expression that finds the quote with any white space between its words."""
    return r"\s+".join(re.escape(word) for word in quote.split())


@cache
def text_of(source: str) -> str:
    """Return the text that the project's loader extracts from a document of the sample."""
    return load(SAMPLE / source).text


if __name__ == "__main__":
    sys.exit(main())
