"""The lexical (BM25) index over tantivy: update, search, rebuild; knows no catalog and no vectors.

It is derived: whatever is wrong with its files, `StoreError` says so and `rebuild` mends it.
"""

import json
from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import StoreError
from rag.store.hits import Hit
from rag.store.tokens import TOKENS_VERSION, query_words, tokenize

if TYPE_CHECKING:
    import tantivy

_FORMAT = {"lexical_format": 1, "tokens": TOKENS_VERSION}
_MARKER = "rag-lexical.json"
_WRITER_HEAP_BYTES = 50_000_000
_SCORE_DIGITS = 4
"""Scores are sums of float32 whose order varies with the segments; rounded, equal texts tie."""


@dataclass(frozen=True, slots=True)
class LexicalEntry:
    """A passage as the lexical index reads it."""

    id: str
    title: str
    section: tuple[str, ...]
    text: str


class LexicalIndex:
    """BM25 search over passages, kept in the folder `path`.

    One process writes at a time (the store's lock sees to that); any number of others read, and
    see a commit at their next search.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: tantivy.Index | None = None

    def update(self, add: Iterable[LexicalEntry], delete: Iterable[str]) -> None:
        """Delete and add passages in one commit; an id added again replaces its old entry.

        Raises:
            StoreError: The index is missing or damaged; nothing was changed.
        """
        self._write(self._index(), add, delete)

    def rebuild(self, entries: Iterable[LexicalEntry]) -> None:
        """Replace whatever is at `path` by an index of `entries`."""
        self.close()
        self._create()
        self._write(self._index(), entries, ())

    def search(self, query: str, k: int, *, allowed: Container[str] | None = None) -> list[Hit]:
        """Return the `k` best passages for `query`, sorted by (-score, id).

        Args:
            query: Any text; a passage is found if it shares at least one word with it.
            k: The most hits returned.
            allowed: Ids to choose from; None allows all.

        Raises:
            StoreError: The index is missing or damaged.
        """
        words = Counter(query_words(query))
        if not words or k < 1:
            return []
        index = self._index()
        try:
            index.reload()
            searcher = index.searcher()
            return _best(searcher, _query(index.schema, words), k, allowed)
        except (ValueError, OSError) as error:
            raise self._damaged(str(error)) from error

    def ids(self) -> set[str]:
        """Return the ids of all passages in the index."""
        import tantivy

        index = self._index()
        try:
            index.reload()
            searcher = index.searcher()
            everything = tantivy.Query.all_query()
            found = searcher.search(everything, max(1, searcher.num_docs), count=False).hits
            return {_id(searcher, address) for _, address in found}
        except (ValueError, OSError) as error:
            raise self._damaged(str(error)) from error

    def close(self) -> None:
        """Let go of the files; the next call opens them again."""
        self._opened = None

    def _index(self) -> "tantivy.Index":
        if self._opened is None:
            self._opened = self._open()
        return self._opened

    def _open(self) -> "tantivy.Index":
        import tantivy

        marker = self._path / _MARKER
        try:
            found = json.loads(marker.read_text("utf-8"))
            if found != _FORMAT:
                raise self._damaged(f"its format is {found}, this program writes {_FORMAT}")
            return tantivy.Index.open(str(self._path))
        except (ValueError, OSError) as error:
            raise self._damaged(str(error)) from error

    def _create(self) -> None:
        import shutil

        import tantivy

        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(mode=0o700, parents=True)
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("text", tokenizer_name="whitespace", index_option="freq")
        tantivy.Index(builder.build(), path=str(self._path), reuse=False)
        (self._path / _MARKER).write_text(json.dumps(_FORMAT), "utf-8")

    def _write(
        self, index: "tantivy.Index", add: Iterable[LexicalEntry], delete: Iterable[str]
    ) -> None:
        try:
            writer = index.writer(_WRITER_HEAP_BYTES, 1)
            for id_ in delete:
                writer.delete_documents_by_term("id", id_)
            for entry in add:
                writer.delete_documents_by_term("id", entry.id)
                writer.add_document(_document(entry))
            writer.commit()
            writer.wait_merging_threads()
            index.reload()
        except (ValueError, OSError) as error:
            raise self._damaged(str(error)) from error
        for file in self._path.iterdir():
            file.chmod(0o600)

    def _damaged(self, reason: str) -> StoreError:
        return StoreError(
            f"the lexical index {self._path} cannot be used ({reason}); `rag sync` rebuilds it"
        )


def _document(entry: LexicalEntry) -> "tantivy.Document":
    import tantivy

    document = tantivy.Document()
    document.add_text("id", entry.id)
    words = tokenize("\n".join((entry.title, *entry.section, entry.text)))
    document.add_text("text", " ".join(words))
    return document


def _query(schema: "tantivy.Schema", words: Counter[str]) -> "tantivy.Query":
    import tantivy

    clauses = [
        (
            tantivy.Occur.Should,
            tantivy.Query.boost_query(
                tantivy.Query.term_query(schema, "text", word, index_option="freq"), float(count)
            ),
        )
        for word, count in sorted(words.items())
    ]
    return tantivy.Query.boolean_query(clauses)


def _best(
    searcher: "tantivy.Searcher",
    query: "tantivy.Query",
    k: int,
    allowed: Container[str] | None,
) -> list[Hit]:
    """Widen the search until `k` allowed hits are sure, ties at the cut included."""
    limit = k + 16
    while True:
        found = searcher.search(query, limit, count=False).hits
        hits = [
            Hit(id_, round(score, _SCORE_DIGITS))
            for score, address in found
            if (id_ := _id(searcher, address)) and (allowed is None or id_ in allowed)
        ]
        hits.sort(key=lambda hit: (-hit.score, hit.id))
        if len(found) < limit:
            return hits[:k]
        if len(hits) >= k and hits[k - 1].score > round(found[-1][0], _SCORE_DIGITS):
            return hits[:k]
        limit *= 4


def _id(searcher: "tantivy.Searcher", address: "tantivy.DocAddress") -> str:
    return str(searcher.doc(address)["id"][0])
