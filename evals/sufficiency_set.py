"""Judges questions asked of a whole set as the product judges those of an index; keeps no file.

Questions may be asked with passages left out: then nobody has to say that they have no answer.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from langchain_core.documents import Document
from numpy.typing import NDArray

from evals.datasets.beir import BeirSet
from evals.fusion_table import DEPTH, Vectors
from rag.answering.sufficiency.judge import ground_of
from rag.answering.sufficiency.pseudo import PseudoQuestion, draw, language_of
from rag.answering.sufficiency.signs import (
    Ground,
    Signs,
    held_elsewhere,
    named_in,
    read_signs,
    surprises,
)
from rag.embeddings import SentenceTransformerEmbeddings
from rag.retrieval.fusion import FusedHit, QueryEvidence, fuse
from rag.store.hits import Hit
from rag.store.lexical import LexicalEntry, LexicalIndex
from rag.store.records import StoredPassage
from rag.store.tokens import tokenize

Vector = NDArray[np.float32]
Left = frozenset[str]

_SHOWN: Final = 6
_SAMPLE: Final = 500
_ASKED: Final = 128
_ANSWERED_ELSEWHERE: Final = 0.9


class SetIndex:
    """A set as an index of whole documents, each one passage."""

    def __init__(
        self,
        beir: BeirSet,
        vectors: Vectors,
        embeddings: SentenceTransformerEmbeddings,
        words: LexicalIndex,
    ) -> None:
        self.beir = beir
        self._embeddings = embeddings
        self._words = words
        self._vectors = vectors.documents
        self._ids = [document.id for document in beir.documents]
        self._names = np.array(self._ids)
        self._rows = {id_: row for row, id_ in enumerate(self._ids)}
        self._texts = {d.id: f"{d.title}\n{d.text}" for d in beir.documents}
        self._holding = Counter(
            word for text in self._texts.values() for word in set(tokenize(text))
        )
        order = np.random.default_rng(0).permutation(len(self._ids))
        self._order = [int(row) for row in order]
        self._sample: dict[str, list[int]] = {}
        for row in self._order:
            sample = self._sample.setdefault(language_of(beir.documents[row].text), [])
            if len(sample) < _SAMPLE:
                sample.append(row)
        self._grounds = {
            name: ground_of(self._vectors[rows]) for name, rows in self._sample.items()
        }

    def _ground(self, text: str) -> Ground:
        """Return how alike the set's documents in the language of a text are."""
        first = max(self._sample, key=lambda name: len(self._sample[name]))
        return self._grounds[language_of(text) if language_of(text) in self._grounds else first]

    def signs(self, question: str, vector: Vector, *, without: Left = frozenset()) -> Signs | None:
        """Return the signs of what is found for a question, None if nothing is."""
        found = self._found(question, vector, without)
        return self._signs(question, vector, found) if found else None

    def passages(self, question: str, vector: Vector) -> list[Document]:
        """Return the best documents as the product's passages, with their scores."""
        return [
            Document(
                id=hit.id,
                page_content=self._texts[hit.id].partition("\n")[2],
                metadata={"source": hit.id, "start_index": 0, "score": hit.score},
            )
            for hit in self._fused(question, vector, frozenset())
        ]

    def unanswerable(self, language: str) -> list[Signs]:
        """Return the signs of questions made of the set's documents, their own left out."""
        sample = map(self._passage, self._sample.get(language, ()))
        asked = draw(sample, _ASKED, holding=lambda _: self._holding, count=len(self._ids))
        found = (self._without_own(one) for one in asked)
        return [signs for signs in found if signs is not None]

    @property
    def languages(self) -> list[str]:
        """The languages of the documents, as the product tells them apart."""
        return sorted(self._sample)

    def _without_own(self, asked: PseudoQuestion) -> Signs | None:
        vector = np.asarray(self._embeddings.embed_query(asked.text), dtype=np.float32)
        found = self._found(asked.text, vector, frozenset((asked.passage.id,)))
        texts = [self._texts[id_] for id_ in found]
        if not found or held_elsewhere(self._worth(asked.text), texts) >= _ANSWERED_ELSEWHERE:
            return None
        return self._signs(asked.text, vector, found)

    def _found(self, question: str, vector: Vector, without: Left) -> list[str]:
        return [hit.id for hit in self._fused(question, vector, without)]

    def _fused(self, question: str, vector: Vector, without: Left) -> Sequence[FusedHit]:
        """Return the best documents, as the product's retriever ranks them."""
        scores = self._vectors @ vector
        depth = DEPTH + len(without)
        best = [self._ids[row] for row in np.lexsort((self._names, -scores))[:depth]]
        dense = [Hit(id_, float(scores[self._rows[id_]])) for id_ in best if id_ not in without]
        lexical = [hit for hit in self._words.search(question, depth) if hit.id not in without]
        fused = fuse(
            dense,
            lexical,
            filled={hit.id: float(scores[self._rows[hit.id]]) for hit in lexical},
            evidence=QueryEvidence(
                float(scores.mean()),
                float(scores.std()),
                self._embeddings.unknown_share(question),
                len(self._ids),
            ),
        )
        return fused.hits[:_SHOWN]

    def _signs(self, question: str, vector: Vector, found: Sequence[str]) -> Signs:
        best = self._words.search(question, 1, allowed=set(found))
        return read_signs(
            self._worth(question),
            [self._texts[id_] for id_ in found],
            named=named_in(question),
            cosines=[float(self._vectors[self._rows[id_]] @ vector) for id_ in found],
            ground=self._ground(question),
            relevance=best[0].score if best else 0.0,
        )

    def _worth(self, question: str) -> dict[str, float]:
        return surprises(question, self._holding, len(self._ids))

    def _passage(self, row: int) -> StoredPassage:
        document = self.beir.documents[row]
        return StoredPassage(
            id=document.id,
            source=document.id,
            ordinal=0,
            start_index=0,
            end_index=len(document.text),
            page=None,
            section=(),
            text=document.text,
            text_key=b"",
            title=document.title,
            kind="text",
        )


@contextmanager
def opened(
    beir: BeirSet, vectors: Vectors, embeddings: SentenceTransformerEmbeddings
) -> Iterator[SetIndex]:
    """Yield a set to ask; its word index lives as long."""
    with tempfile.TemporaryDirectory() as folder:
        words = LexicalIndex(Path(folder) / "lexical")
        words.rebuild(LexicalEntry(d.id, d.title, (), d.text) for d in beir.documents)
        yield SetIndex(beir, vectors, embeddings, words)
        words.close()
