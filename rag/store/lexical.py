"""The lexical (BM25) index over tantivy: update, search, rebuild; knows no catalog and no vectors.

It is derived: whatever is wrong with its files, `StoreError` says so and `rebuild` mends it.

Deleted passages are never returned, but until tantivy merges their segment they still count in the
statistics of BM25 (how many passages hold a word, how long passages are). Scores drift by that, and
`dead_share` says how much there is of it; after `rebuild` they are those of a fresh build.
"""

import json
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.store.hits import Hit
from rag.store.lexical_files import (
    clear_files,
    create_files,
    lexical_errors,
    mark_complete,
    open_files,
)
from rag.store.permissions import make_private
from rag.store.tokens import query_weights, tokenize

if TYPE_CHECKING:
    import tantivy

_META = "meta.json"
# One thread and little memory: 100,000 passages take 30 s, nearly all of it cutting words.
_WRITER_HEAP_BYTES = 50_000_000
_WRITER_THREADS = 1
# Scores are sums of float32 in an order that varies with the segments; rounded, equal texts tie.
_SCORE_DIGITS = 4
# Title and headings count as text, and once more with this weight. nDCG@10 of BM25 without and with
# it: scifact .695 → .706, cmrc2018_dev .992 → .994.
_HEADING_WEIGHT = 0.3
# Asked for beyond k, so that ties at the cut are usually seen at once; where thousands tie (rows of
# one table), which of them are returned is left to tantivy.
_TIE_ROOM = 16
_MOST_TIES = 2000
_WIDENING = 4


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """A passage as the lexical index reads it; words of title and headings count a little more."""

    id: str
    title: str
    section: tuple[str, ...]
    text: str


class LexicalIndex:
    """BM25 search (k1 1.2, b 0.75) over passages, kept in the folder `path`.

    One process writes at a time (the store's lock sees to that); any number of others read, and
    see a commit at their next search. Nothing is opened before the first call.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tantivy.Index | None = None

    def update(self, add: Iterable[LexicalEntry], delete: Iterable[str]) -> None:
        """Delete and add passages in one commit; an id added again replaces its old entry.

        Killed at any moment, it leaves the state before or the state after.

        Raises:
            StoreError: The index is missing or damaged.
        """
        self.close()  # opened anew, tantivy knows the files that another, killed writer left
        with self._reading() as index:
            _write(index, add, delete)
        make_private(self._path)

    def rebuild(self, entries: Iterable[LexicalEntry]) -> None:
        """Replace whatever is at `path` by an index of `entries`.

        Killed at any moment, it leaves no index (the next call raises `StoreError`) or the new one.
        """
        self.close()
        with lexical_errors(self._path):
            clear_files(self._path)
            index = create_files(self._path)
            _write(index, entries, ())
            make_private(self._path)
            mark_complete(self._path)
        self._opened = index

    def search(self, query: str, k: int, *, allowed: Container[str] | None = None) -> list[Hit]:
        """Return the `k` best passages for `query`, sorted by (-score, id).

        Args:
            query: Any text; a passage is found if it shares at least one word with it. Function
                words do not count unless there are no others.
            k: The most hits returned.
            allowed: Ids to choose from; None allows all. A set that knows its size is fastest.

        Returns:
            Hits whose scores are BM25, at least 0, without an upper bound.

        Raises:
            StoreError: The index is missing or damaged.
        """
        weights = query_weights(query)
        with self._reading() as index:
            if not weights or k < 1:
                return []
            searcher = index.searcher()
            wanted = _query(index.schema, weights)
            if isinstance(allowed, Collection) and len(allowed) ** 2 <= k * searcher.num_docs:
                # Looking up n ids costs about as much as reading n hits more than needed.
                return _best(searcher, _among(index.schema, wanted, allowed), k, None)
            return _best(searcher, wanted, k, allowed)

    def holding(self, words: Iterable[str]) -> dict[str, int]:
        """Return how many passages hold each word (a token of `tokenize`); deleted ones count.

        Raises:
            StoreError: The index is missing or damaged.
        """
        with self._reading() as index:
            searcher = index.searcher()
            return {word: int(searcher.doc_freq("text", word)) for word in words}

    def count(self) -> int:
        """Return the number of passages in the index.

        Raises:
            StoreError: The index is missing or damaged.
        """
        with self._reading() as index:
            return int(index.searcher().num_docs)

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index.

        Raises:
            StoreError: The index is missing or damaged.
        """
        import tantivy

        with self._reading() as index:
            searcher = index.searcher()
            everything = tantivy.Query.all_query()
            found = searcher.search(everything, max(1, searcher.num_docs), count=False).hits
            return {_id(searcher, address) for _, address in found}

    def dead_share(self) -> float:
        """Return the share of rows that are deleted but still count in the statistics, 0 to 1.

        Raises:
            StoreError: The index is missing or damaged.
        """
        with self._reading() as index:
            meta = json.loads((self._path / _META).read_text("utf-8"))
            rows = sum(int(segment["max_doc"]) for segment in meta["segments"])
            return 1 - index.searcher().num_docs / rows if rows else 0.0

    def close(self) -> None:
        """Let go of the files; the next call opens them again."""
        self._opened = None

    @contextmanager
    def _reading(self) -> Iterator["tantivy.Index"]:
        """Yield the index as of its last commit."""
        with lexical_errors(self._path):
            try:
                index = self._opened or open_files(self._path)
                self._opened = index  # another thread may close it meanwhile
                index.reload()
                yield index
            except BaseException:
                self.close()
                raise


def _write(index: "tantivy.Index", add: Iterable[LexicalEntry], delete: Iterable[str]) -> None:
    writer = index.writer(_WRITER_HEAP_BYTES, _WRITER_THREADS)
    try:
        # A killed writer leaves files of its unfinished commit; tantivy 0.27 would give the same
        # names to those of the next and refuse to overwrite them.
        writer.garbage_collect_files()
        for id_ in delete:
            writer.delete_documents_by_term("id", id_)
        for entry in add:
            writer.delete_documents_by_term("id", entry.id)
            writer.add_document(_document(entry))
        writer.commit()
    finally:
        writer.wait_merging_threads()
    index.reload()


def _document(entry: LexicalEntry) -> "tantivy.Document":
    import tantivy

    document = tantivy.Document()
    document.add_text("id", entry.id)
    heading = tokenize("\n".join((entry.title, *entry.section)))
    document.add_text("heading", " ".join(heading))
    document.add_text("text", " ".join(heading + tokenize(entry.text)))
    return document


def _query(schema: "tantivy.Schema", weights: Mapping[str, float]) -> "tantivy.Query":
    """Match any of the words, each with its weight."""
    import tantivy

    clauses = []
    for word, weight in sorted(weights.items()):
        for field, share in (("text", 1.0), ("heading", _HEADING_WEIGHT)):
            term = tantivy.Query.term_query(schema, field, word, index_option="freq")
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(term, share * weight)))
    return tantivy.Query.boolean_query(clauses)


def _among(
    schema: "tantivy.Schema", query: "tantivy.Query", ids: Collection[str]
) -> "tantivy.Query":
    import tantivy

    wanted = tantivy.Query.term_set_query(schema, "id", sorted(ids))
    unscored = tantivy.Query.const_score_query(wanted, 0.0)
    return tantivy.Query.boolean_query(
        [(tantivy.Occur.Must, query), (tantivy.Occur.Must, unscored)]
    )


def _best(
    searcher: "tantivy.Searcher", query: "tantivy.Query", k: int, allowed: Container[str] | None
) -> list[Hit]:
    """Widen the search until `k` allowed hits are sure, ties at the cut included."""
    limit = k + _TIE_ROOM
    while True:
        found = searcher.search(query, limit, count=False).hits
        hits = _allowed_hits(searcher, found, allowed)
        cut_is_sure = len(hits) >= k and (
            hits[k - 1].score > _rounded(found[-1][0]) or limit > k + _MOST_TIES
        )
        if cut_is_sure or len(found) < limit:
            return hits[:k]
        limit *= _WIDENING


def _allowed_hits(
    searcher: "tantivy.Searcher",
    found: Iterable[tuple[float, "tantivy.DocAddress"]],
    allowed: Container[str] | None,
) -> list[Hit]:
    named = [Hit(_id(searcher, address), _rounded(score)) for score, address in found]
    hits = [hit for hit in named if allowed is None or hit.id in allowed]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def _rounded(score: float) -> float:
    return round(score, _SCORE_DIGITS)


def _id(searcher: "tantivy.Searcher", address: "tantivy.DocAddress") -> str:
    return str(searcher.doc(address)["id"][0])
