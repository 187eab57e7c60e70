"""Scores the extractive answerer on a set with gold answers, given the gold passage."""

import json
import unicodedata
from pathlib import Path

from rag.answering.extractive import extract
from tests.answering.fakes import passage


def gold_shares(folder: Path) -> tuple[float, float]:
    """Return the share of questions with a gold answer in the first quote, and in any of three."""
    corpus = {row["_id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    gold = dict(line.split("\t")[:2] for line in _lines(folder / "qrels.tsv")[1:])
    first = three = asked = 0
    for query in _rows(folder / "queries.jsonl"):
        text = corpus[gold[query["_id"]]]
        wanted = [_plain(answer) for answer in query["answers"]]
        found = [_plain(text[q.start : q.end]) for q in extract(query["text"], [passage(text)])]
        held = [any(answer in quote for answer in wanted) for quote in found]
        asked += 1
        first += held[:1] == [True]
        three += any(held)
    return first / asked, three / asked


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in _lines(path)]


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
