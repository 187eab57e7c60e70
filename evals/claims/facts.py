"""Reads the facts that sentences are made of, with their passages; knows no check."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml
from langchain_core.documents import Document

from rag.answering.fencing import estimate_tokens
from rag.documents import load
from rag.splitter import split

CLAIMS: Final = Path(__file__).parents[1] / "data" / "claims"
DOCUMENTS: Final = (
    Path(__file__).parents[1] / "data" / "sample" / "documents",
    CLAIMS / "documents",
)
_PARTS: Final = {
    "english.yaml": "tuned", "chinese.yaml": "tuned", "unseen.yaml": "held out",
    "second_english.yaml": "second", "second_chinese.yaml": "second",
    "third_english.yaml": "third", "third_chinese.yaml": "third",
    "fourth_english.yaml": "fourth", "fourth_chinese.yaml": "fourth",
}  # fmt: skip
_STITCHES: Final = (
    "stitched.yaml", "second_stitched.yaml", "third_stitched.yaml", "fourth_stitched.yaml",
)  # fmt: skip
# About what all-MiniLM-L6-v2 reads at once.
_PASSAGE_TOKENS: Final = 256


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence of a document with what was written about it by hand.

    Attributes:
        id: Its name; "en-" or "zh-" in front.
        source: The document, relative to one of `DOCUMENTS`.
        quote: The sentence, character by character.
        near: The same with its words moved or its punctuation changed; "" if not written.
        paraphrases: The same in other words.
        more: Further true sentences, to which no edit is applied.
        quoted: Sentences with words in quotation marks that the document does not hold.
        edits: Kind of change to "old => new" strings that falsify quote or paraphrases.
        swapped: The same words with two roles exchanged; "" if not written.
        invented: A sentence on the passage's subject that nothing says; "" if not written.
        part: "tuned" if its failures were read while the check was written, "second" and "third"
            if it was measured once before they were, "held out" and "fourth" if they were not.
        passage: The passage that holds the quote.
    """

    id: str
    source: str
    quote: str
    near: str
    paraphrases: tuple[str, ...]
    more: tuple[str, ...]
    quoted: tuple[str, ...]
    edits: dict[str, tuple[str, ...]]
    swapped: str
    invented: str
    part: str
    passage: Document

    @property
    def language(self) -> str:
        """Of the fact and all its sentences."""
        return self.id[:2]


@dataclass(frozen=True, slots=True)
class Stitch:
    """A sentence that takes one half from each of two facts."""

    text: str
    cites: tuple[str, ...]


def read_facts(folder: Path = CLAIMS) -> list[Fact]:
    """Return the tuned facts, English and Chinese, then those held out.

    Raises:
        ValueError: No passage of its document holds a fact's quote.
    """
    return [_fact(row, part) for name, part in _PARTS.items() for row in _rows(folder / name)]


def read_stitches(folder: Path = CLAIMS) -> list[Stitch]:
    """Return the stitched sentences."""
    return [
        Stitch(row["text"], tuple(row["cites"]))
        for name in _STITCHES
        for row in _rows(folder / name)
    ]


def _fact(row: dict[str, Any], part: str) -> Fact:
    quote = row["quote"]
    holding = [one for one in _passages(row["source"]) if quote in _flat(one.page_content)]
    if not holding:
        raise ValueError(f"{row['id']}: no passage of {row['source']} holds its quote; mend it")
    edits = {kind: tuple(map(str, row.get(kind, ()))) for kind in ("number", "negated", "name")}
    return Fact(
        row["id"],
        row["source"],
        quote,
        row.get("near", ""),
        tuple(row[name] for name in ("paraphrase", "again") if name in row),
        tuple(row.get("more", ())),
        tuple(row.get("quoted", ())),
        edits,
        row.get("swapped", ""),
        row.get("invented", ""),
        part,
        holding[0],
    )


@cache
def _passages(source: str) -> tuple[Document, ...]:
    document = load(next(one / source for one in DOCUMENTS if (one / source).exists()))
    cut = split(
        document,
        count_tokens=_count_tokens,
        max_tokens=_PASSAGE_TOKENS,
        overlap_tokens=0,
        header=True,
    )
    return tuple(
        Document(
            page_content=one.text,
            metadata={
                "source": source,
                "title": document.title,
                "section": " > ".join(one.section),
                "start_index": one.start_index,
            },
        )
        for one in cut
    )


def _count_tokens(texts: Sequence[str]) -> list[int]:
    return [estimate_tokens(text) for text in texts]


def _flat(text: str) -> str:
    """Return a text with the line ends of wrapped paragraphs as blanks."""
    return " ".join(text.split())


def _rows(file: Path) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load(file.read_text(encoding="utf-8"))
