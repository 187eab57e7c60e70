"""Makes sentences of XQuAD true and, by rules, false; knows no check and wrote none by hand."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from langchain_core.documents import Document

from evals.claims.case import Case
from evals.datasets.rows import read_rows
from rag.sentences import sentences

_NUMBER: Final = re.compile(r"(?<![\w.,])\d{1,4}(?![\w.,]*\d)")
_NAME: Final = {
    "en": re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}(?= [a-z])"),
    # In Chinese text names from elsewhere are spelt with a dot between their parts.
    "zh": re.compile(r"[\u4e00-\u9fff]{2,4}·[\u4e00-\u9fff]{2,5}?(?=[的是在和与于，。、（])"),
}
_POSITIVE: Final = {
    "en": re.compile(r"\b(?:is|was|were|are|has been|had been|can|could|would|will)\b(?! no)"),
    "zh": re.compile(r"(?<![不没未无是也总都尤只])(?:是|可以|能够|曾)(?![否非不])"),
}
_LENGTHS: Final = {"en": range(60, 300), "zh": range(20, 120)}
_ADDED: Final = 7


def xquad_cases(folder: Path, language: str) -> list[Case]:
    """Return a true sentence of each passage and what the rules make of it, passages in order.

    A number is raised by seven, a name is exchanged for another passage's, a "not" is put in, and
    the sentence is made to cite the next passage. Every second passage is held out.
    """
    texts = [row["text"] for row in read_rows(folder / "corpus.jsonl", ("_id", "text"))]
    chosen = [_sentence(text, language) for text in texts]
    names = [match[0] for one in chosen if (match := _NAME[language].search(one))]
    return [
        case
        for at, sentence in enumerate(chosen)
        if sentence
        for case in _of_sentence(at, sentence, texts, names, language)
    ]


def _of_sentence(
    at: int, sentence: str, texts: Sequence[str], names: Sequence[str], language: str
) -> Iterator[Case]:
    def case(kind: str, text: str, passage: str) -> Case:
        id_ = f"xquad-{language}-{at}/{kind}"
        part = "held out" if at % 2 else "tuned"
        return Case(id_, kind, language, part, text, (Document(passage),))

    own, other = texts[at], texts[(at + 1) % len(texts)]
    yield case("verbatim", sentence, own)
    yield case("wrong passage", sentence, other)
    if number := _NUMBER.search(sentence):
        changed = str(int(number[0]) + _ADDED)
        if changed not in own:
            yield case("number changed", _put(sentence, number, changed), own)
    if name := _NAME[language].search(sentence):
        stranger = next((one for one in [*names[at:], *names] if one not in own), "")
        if stranger:
            yield case("name swapped", _put(sentence, name, stranger), own)
    if verb := _POSITIVE[language].search(sentence):
        denied = f"{verb[0]} not" if language == "en" else f"不{verb[0]}"
        yield case("negated", _put(sentence, verb, denied), own)


def _sentence(text: str, language: str) -> str:
    """Return the first sentence of a passage that is neither short nor endless; "" if none."""
    found = (text[start:end] for start, end in sentences(text))
    return next((one for one in found if len(one) in _LENGTHS[language]), "")


def _put(sentence: str, match: re.Match[str], words: str) -> str:
    return sentence[: match.start()] + words + sentence[match.end() :]
