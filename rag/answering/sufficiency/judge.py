"""Judges the passages found for a question by what their index knows; knows no chat model."""

import threading
from collections.abc import Sequence
from typing import Final
from zlib import crc32

import numpy as np
from langchain_core.documents import Document

from rag.answering.sufficiency.calibration import SKETCHED, Basis, Calibration, sketch
from rag.answering.sufficiency.decision import (
    USUAL,
    WEIGHTS,
    Sufficiency,
    chance_of,
    log_odds,
)
from rag.answering.sufficiency.learnt import Learnt, Lesson
from rag.answering.sufficiency.missing import missing_words
from rag.answering.sufficiency.pseudo import PseudoQuestion, draw, language_of
from rag.answering.sufficiency.signs import (
    Ground,
    Signs,
    held_elsewhere,
    named_in,
    read_signs,
    surprises,
)
from rag.embeddings import PassageEmbeddings
from rag.retrieval.retriever import RagRetriever
from rag.store.records import StoredPassage
from rag.store.store import Store
from rag.store.tokens import tokenize

# Looked at to learn what each language of an index is like.
_SAMPLE: Final = 500
# Questions asked of an index, in each language, to learn what it looks like when it does not
# answer: 4 s in each, once for each state of the index.
_ASKED: Final = 128
# Fewer questions than this say less than those of other indexes.
_FEW: Final = 40
# Neighbours repeat what a passage says; further ones are other passages.
_NEIGHBOURS: Final = 1
# A sentence that another passage holds to this share is answered there.
_ANSWERED_ELSEWHERE: Final = 0.9
_LOOKED_AT: Final = 6
_SEARCHED: Final = 12


class IndexJudge:
    """Says whether passages answer a question, calibrated on their index, without labels or with.

    Args:
        store: The index that the passages come from.
        embeddings: The model that built it; None compares words alone.
        retriever: Asks the index the questions that teach what an unanswerable one looks like. What
            it remembers of the search for a question is not embedded again.
        false_answer_rate: Share of unanswerable questions that may be taken for answerable, 0 to 1.
        search: How the passages that are judged are found, in words.
        calibration: What labelled questions taught; None goes by the index's own sentences.

    Raises (on use):
        SettingsError: The calibration is of another model, search or index.
    """

    def __init__(
        self,
        store: Store,
        embeddings: PassageEmbeddings | None,
        retriever: RagRetriever,
        *,
        false_answer_rate: float,
        search: str = "hybrid",
        calibration: Calibration | None = None,
    ) -> None:
        self._store = store
        self._embeddings = embeddings
        self._retriever = retriever
        self._rate = false_answer_rate
        self._search = search
        self._calibration = calibration
        # Odds of other weights are no measure for these.
        version = crc32(repr(WEIGHTS).encode())
        self._name = f"{'words' if embeddings is None else 'meaning'}_{version:08x}"
        self._guard = threading.Lock()
        self._known: tuple[int, Learnt] | None = None

    def __call__(self, question: str, passages: Sequence[Document]) -> Sufficiency:
        """Return whether passages, best first, answer a question that stands alone."""
        if not passages:
            return Sufficiency(float("-inf"), 1.0, enough=False)
        lesson = self._learnt().of(language_of(question))
        shown = [readable(passage) for passage in self._whole(passages)]
        odds = log_odds(self._signs(question, passages, shown, lesson.ground))
        chance = chance_of(odds, self._unanswered(lesson))
        held = {word for text in shown for word in tokenize(text)}
        return Sufficiency(odds, chance, chance <= self._rate, missing_words(question, held))

    def _whole(self, passages: Sequence[Document]) -> list[Document]:
        """Return passages as they were cut where less is given: what an index says is judged."""
        known = self._store.passages([str(passage.id) for passage in passages])
        return [_longer(passage, known.get(str(passage.id))) for passage in passages]

    def basis(self) -> Basis:
        """Return what the log odds are of, as the index is now."""
        words_alone = self._embeddings is None
        return Basis(
            signs=self._name,
            search=self._search,
            model="" if words_alone else self._store.catalog.meta("fingerprint") or "",
            model_name="" if words_alone else self._store.catalog.meta("fingerprint_text") or "",
            passages=sketch(self._store.catalog.first_text_keys(SKETCHED)),
        )

    def _unanswered(self, lesson: Lesson) -> Sequence[float]:
        """Return the log odds of questions without an answer, ascending."""
        if self._calibration is not None:
            return self._calibration.unanswerable
        return unanswered(lesson)

    def _signs(
        self,
        question: str,
        passages: Sequence[Document],
        shown: Sequence[str],
        ground: Ground | None,
    ) -> Signs:
        ids = [str(passage.id) for passage in passages]
        best = self._store.search_words(question, 1, allowed=set(ids))
        return read_signs(
            self._worth(question),
            shown,
            named=named_in(question),
            cosines=self._cosines(question, ids),
            ground=ground,
            relevance=best[0].score if best else 0.0,
        )

    def _worth(self, question: str) -> dict[str, float]:
        words = sorted(set(tokenize(question)))
        return surprises(question, self._store.holding(words), self._store.catalog.count())

    def _cosines(self, question: str, ids: Sequence[str]) -> list[float] | None:
        if self._embeddings is None:
            return None
        vector = self._retriever.remembered.recall(question)
        if vector is None:
            vector = np.asarray(self._embeddings.embed_query(question), dtype=np.float32)
        known = self._store.similarities(vector, ids)
        return [known.get(id_, 0.0) for id_ in ids]

    # What the index teaches

    def _learnt(self) -> Learnt:
        """Return what is known of the index as it is now; learnt once, whoever asks first."""
        generation = self._store.catalog.generation()
        with self._guard:
            if self._known is None or self._known[0] != generation:
                if self._calibration is not None:
                    self._calibration.require(self.basis())
                kept = self._store.learnt(self._name)
                learnt = self._learn() if kept is None else Learnt.of_json(kept)
                if kept is None:
                    self._store.learn(self._name, learnt.to_json(), generation=generation)
                self._known = (generation, learnt)
            return self._known[1]

    def _learn(self) -> Learnt:
        by_language: dict[str, list[StoredPassage]] = {}
        for passage in self._store.catalog.first_passages(_SAMPLE):
            by_language.setdefault(language_of(passage.text), []).append(passage)
        lessons = {name: self._lesson(sample) for name, sample in by_language.items()}
        order = sorted(lessons, key=lambda name: (-len(lessons[name].unanswerable), name))
        return Learnt({name: lessons[name] for name in order})

    def _lesson(self, sample: Sequence[StoredPassage]) -> Lesson:
        ground = self._ground(sample)
        asked = draw(sample, _ASKED, holding=self._store.holding, count=self._store.catalog.count())
        odds = (self._odds_without_own(one, ground) for one in asked)
        return Lesson(ground, tuple(one for one in odds if one is not None))

    def _ground(self, sample: Sequence[StoredPassage]) -> Ground | None:
        if self._embeddings is None:
            return None
        vectors = self._store.vectors_of([passage.id for passage in sample])
        return ground_of(np.stack([*vectors.values()])) if vectors else None

    def _odds_without_own(self, asked: PseudoQuestion, ground: Ground | None) -> float | None:
        """Return a question's log odds, None where other passages hold its answer or nothing."""
        # Not a search of the caller's: it has no place in a trace of the question.
        found = self._retriever.invoke(asked.text, {"callbacks": []})
        left = [one for one in found if not _is_near(one, asked)][:_LOOKED_AT]
        shown = [readable(one) for one in left]
        if not left or held_elsewhere(self._worth(asked.text), shown) >= _ANSWERED_ELSEWHERE:
            return None
        return log_odds(self._signs(asked.text, left, shown, ground))


def unanswered(lesson: Lesson) -> list[float]:
    """Return the log odds of questions without an answer, ascending; where few are known, more."""
    few = len(lesson.unanswerable) < _FEW
    return sorted([*(USUAL if few else ()), *lesson.unanswerable])


def plain_retriever(retriever: RagRetriever) -> RagRetriever:
    """Return a retriever that searches as this one does, and nothing else: no cut, no reranker."""
    return retriever.model_copy(
        update={
            "k": _SEARCHED,
            "filter": None,
            "min_score": None,
            "mmr_lambda": None,
            "duplicate_threshold": None,
            "focus": None,
            "neighbours": 0,
            "reranker": None,
        }
    )


def _longer(given: Document, stored: StoredPassage | None) -> Document:
    if stored is None or len(stored.text) <= len(given.page_content):
        return given
    return given.model_copy(update={"page_content": stored.text})


def readable(passage: Document) -> str:
    """Return a passage as its signs are read: title and headings on the first line."""
    title, section = (str(passage.metadata.get(key) or "") for key in ("title", "section"))
    return f"{title} {section}".replace("\n", " ").strip() + "\n" + passage.page_content


def ground_of(vectors: np.typing.NDArray[np.float32]) -> Ground:
    """Return how alike unrelated passages are, from a sample of unit vectors."""
    count = len(vectors)
    if count < 2:
        return Ground(0.0, 0.0, 0.0, 0)
    cosines = vectors @ vectors.T
    others = cosines[~np.eye(count, dtype=bool)].reshape(count, count - 1)
    return Ground(
        float(others.mean()), float(others.std()), float(np.median(others.max(axis=1))), count
    )


def _is_near(found: Document, asked: PseudoQuestion) -> bool:
    own = asked.passage
    if found.metadata["source"] != own.source:
        return False
    return abs(int(found.metadata["ordinal"]) - own.ordinal) <= _NEIGHBOURS
