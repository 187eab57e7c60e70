"""Gives the best passages whole and with what adjoins them, of the others what says most.

How much there is to read differs from question to question: where one passage stands out the
others are hardly more than noise, where many are level any may hold the answer. Passages stay in
their order and none is dropped: a reader of a list still finds `k` of them. The share of the best
one's evidence that a passage has (see `rag.retrieval.fusion`) decides what is given of it; what was
measured is in docs/retrieval.md. It knows no index and no model.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from rag.documents.document import LoadedDocument
from rag.retrieval.fusion import Fusion
from rag.retrieval.outcome import Ranked
from rag.retrieval.stretch import stretched
from rag.sentences import sentences
from rag.store.records import StoredPassage
from rag.store.tokens import query_weights, tokenize

JOINED_FROM = 0.6
"""A passage beside a whole one is joined to it from this share of the best one's evidence on."""

LONGEST = 3
"""Passages in one stretch at most: a longer one may be more than is left of a prompt's tokens."""

ReadDocument = Callable[[str], LoadedDocument | None]

# A table's row says nothing without its header, a line of code nothing without the others.
_NOT_PROSE = re.compile(r"^[ \t]*(?:```|~~~|\|)|\S \| ", re.MULTILINE)
_NEVER_PROSE = ("code", "csv")
# What ends so says nothing before what follows it is read: a question, a list's first line.
_LEADS_ON = ("?", "？", ":", "：")
_MARKUP = "#*=_ \t"
# A numbered line without a stop is a heading, whether the file says so or not.
_NUMBERED = re.compile(
    r"(?:\d+(?:\.\d+)*\.?\s|第\S{1,3}[章节条]).{1,60}(?<![.!。！；;])", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Focused:
    """What is given.

    Attributes:
        found: Passages with their rating, best first, each as much of it as is given.
        joined: The ids of those that became part of another.
    """

    found: list[tuple[Ranked, StoredPassage]]
    joined: frozenset[str]


def evidence_of(fusion: Fusion) -> dict[str, float]:
    """Return what speaks for each passage by itself, in nats: both legs and what was said before.

    What passages gain from each other has no part in it: it lifts the best ones together, and would
    make one of every list stand out.
    """
    return {
        hit.id: fusion.dense_weight * hit.dense_evidence
        + hit.lexical_evidence
        + hit.history_evidence
        for hit in fusion.hits
    }


def focus(
    ranked: Sequence[Ranked],
    evidence: Mapping[str, float],
    read_document: ReadDocument,
    *,
    question: str,
    whole_from: float,
    k: int,
) -> Focused:
    """Return `k` stretches of documents, as many as there are passages if those are fewer.

    A stretch stands where its best passage stood and keeps that one's rating and id; its text is
    the document's own, from its first character to its last.

    Args:
        ranked: Best first; those behind the first `k` may still be joined to one of them, as long
            as `k` are left.
        evidence: Of each passage by its id; see `evidence_of`.
        read_document: Returns the document of a source.
        question: Whose words choose the sentence.
        whole_from: From this share (0 to 1) of the best one's evidence on a passage is whole.
        k: How many are wanted.
    """
    shares = _shares(ranked, evidence)
    runs, joined = _runs(ranked, shares, whole_from, k)
    weights = query_weights(question)
    found = []
    for run in runs:
        best = run[0]
        is_whole = shares[best.passage.id] >= whole_from
        given = _joined(run, read_document) if is_whole else shortened(best.passage, weights)
        found.append((best, given))
    return Focused(found, joined)


def shortened(passage: StoredPassage, weights: Mapping[str, float]) -> StoredPassage:
    """Return the sentence of a passage that holds most of the wanted words, the first of equals.

    A heading, question or lead-in stays with the sentence after it. A passage that holds none of
    the words, a table or code is returned as it is.

    Args:
        passage: Any passage.
        weights: The wanted words, and how much each counts.
    """
    if passage.kind in _NEVER_PROSE or _NOT_PROSE.search(passage.text):
        return passage
    best, span = 0.0, (0, len(passage.text))
    for start, end in _statements(passage):
        held = set(tokenize(passage.text[start:end]))
        worth = sum(weight for word, weight in weights.items() if word in held)
        if worth > best:
            best, span = worth, (start, end)
    start, end = span
    return replace(
        passage,
        start_index=passage.start_index + start,
        end_index=passage.start_index + end,
        text=passage.text[start:end],
        lead_in=passage.lead_in if start == 0 else "",
    )


def _statements(passage: StoredPassage) -> list[tuple[int, int]]:
    """Return the sentences, what only leads on to the next one together with it."""
    found: list[tuple[int, int]] = []
    first: int | None = None
    spans = sentences(passage.text)
    titles = {title.strip() for title in (passage.title, *passage.section)}
    for start, end in spans:
        first = start if first is None else first
        words = passage.text[start:end].strip(_MARKUP)
        if words.endswith(_LEADS_ON) or words in titles or _NUMBERED.fullmatch(words):
            continue
        found.append((first, end))
        first = None
    return found if first is None else [*found, (first, spans[-1][1])]


def _shares(ranked: Sequence[Ranked], evidence: Mapping[str, float]) -> dict[str, float]:
    """Return each passage's share of the evidence of the one that stands first."""
    most = evidence[ranked[0].passage.id] if ranked else 0.0
    ids = [one.passage.id for one in ranked]
    return {id_: evidence[id_] / most if most > 0 else 1.0 for id_ in ids}


def _runs(
    ranked: Sequence[Ranked], shares: Mapping[str, float], whole_from: float, k: int
) -> tuple[list[list[Ranked]], frozenset[str]]:
    """Return up to `k` runs of passages, the best of each first, and the ids of all others."""
    runs: list[list[Ranked]] = []
    joined: set[str] = set()
    for one in ranked:
        into: list[list[Ranked]] = []
        if shares[one.passage.id] >= min(JOINED_FROM, whole_from):
            whole = [run for run in runs if shares[run[0].passage.id] >= whole_from]
            into = _with_room([run for run in whole if _adjoins(one.passage, run)])
        # Each passage that is joined leaves one less to return, and so does each bridge.
        if into and len(ranked) - len(joined) - len(into) >= k:
            joined.update(one.passage.id for one in (one, *(run[0] for run in into[1:])))
            into[0].append(one)
            for bridged in into[1:]:
                into[0].extend(bridged)
                runs.remove(bridged)
        elif len(runs) < k:
            runs.append([one])
    return runs, frozenset(joined)


def _with_room(touched: Sequence[list[Ranked]]) -> list[list[Ranked]]:
    """Return the runs, the best first, that one passage more makes one of `LONGEST` at most."""
    found: list[list[Ranked]] = []
    for run in touched:
        if 1 + sum(map(len, found)) + len(run) <= LONGEST:
            found.append(run)
    return found


def _adjoins(passage: StoredPassage, run: Sequence[Ranked]) -> bool:
    """Say whether a passage stands beside one of a run; not over a page's end: pages are cited."""
    return any(
        other.passage.source == passage.source
        and other.passage.page == passage.page
        and abs(other.passage.ordinal - passage.ordinal) <= 1
        for other in run
    )


def _joined(run: Sequence[Ranked], read_document: ReadDocument) -> StoredPassage:
    best = run[0].passage
    document = read_document(best.source) if len(run) > 1 else None
    if document is None:
        return best
    start = min(one.passage.start_index for one in run)
    end = max(one.passage.end_index for one in run)
    return stretched(best, document, start, end)
