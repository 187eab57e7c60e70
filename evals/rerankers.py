"""The rerankers of a benchmark, which remember what they found; knows neither index nor gold.

A model scores each pair of question and passage by itself, so a pair is scored once, whichever
cell, depth, benchmark or process asks first. Of a compressor of somebody else's only whole answers
are remembered, and only within a run.
"""

import inspect
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import ConfigDict, Field

from evals.rerank_scores import RerankScores
from rag.assembly import open_reranker
from rag.retrieval.reranking import by_score
from rag.settings import RerankSettings


@runtime_checkable
class PairScorer(Protocol):
    """A reranker that scores each passage by itself, as a CrossEncoder does."""

    @property
    def fingerprint(self) -> str:
        """What must be equal for two scores to be comparable."""
        ...

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return the relevance of each text to the question, higher is better."""
        ...


class Rerankers:
    """Every reranker that a benchmark names, opened once.

    Args:
        file: Where scores are kept.
    """

    def __init__(self, file: Path) -> None:
        self.scores = RerankScores(file)
        self._opened: dict[tuple[str, str], BaseDocumentCompressor] = {}

    def close(self) -> None:
        """Let go of the file."""
        self.scores.close()

    def open(self, wanted: RerankSettings) -> BaseDocumentCompressor | None:
        """Return the reranker of a cell, None if it names none.

        Raises:
            RerankerError: It cannot be had.
        """
        if wanted.model is None:
            return None
        key = (wanted.model, wanted.device)
        if key not in self._opened:
            inner = open_reranker(wanted)
            assert inner is not None
            self._opened[key] = (
                RememberedPairs(inner=inner, scores=self.scores)
                if isinstance(inner, PairScorer)
                else RememberedCalls(inner=inner)
            )
        return self._opened[key]

    def pairs_per_second(self, wanted: RerankSettings) -> float | None:
        """Return how fast the model was on this machine so far, None if that is not known."""
        reranker = self.open(wanted)
        if not isinstance(reranker, RememberedPairs):
            return None
        return self.scores.pairs_per_second(reranker.inner.fingerprint)

    def identity(self, wanted: RerankSettings) -> Mapping[str, Any] | None:
        """Return all that decides which passages a cell reranks and how; None without a reranker.

        A model is known by its files; a compressor by its fields and the code of its module.

        Raises:
            RerankerError: It cannot be had.
        """
        reranker = self.open(wanted)
        if reranker is None:
            return None
        if isinstance(reranker, RememberedPairs):
            return {"depth": wanted.depth, "fingerprint": reranker.inner.fingerprint}
        assert isinstance(reranker, RememberedCalls)
        code = Path(inspect.getfile(type(reranker.inner))).read_bytes()
        about = [wanted.model, repr(reranker.inner), sha256(code).hexdigest()]
        return {"depth": wanted.depth, "compressor": about}


class RememberedPairs(BaseDocumentCompressor):
    """The model `inner`, asked only for pairs that no run has asked it before."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    inner: Any
    scores: RerankScores

    @property
    def model(self) -> str:
        """What it is called in messages."""
        return str(getattr(self.inner, "model", type(self.inner).__name__))

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,  # noqa: ARG002 - LangChain's signature
    ) -> list[Document]:
        """Return copies of the documents, best first, with their `relevance_score`."""
        texts = [document.page_content for document in documents]
        return by_score(documents, self._score(query, texts))

    def characters_read(self, query: str, text: str) -> int:
        """Return how many characters of `text` the model reads beside the question."""
        ask = getattr(self.inner, "characters_read", None)
        return len(text) if ask is None else int(ask(query, text))

    def known(self, query: str, texts: Sequence[str]) -> set[str]:
        """Return those of the texts whose scores are kept."""
        return set(self.scores.known(self.inner.fingerprint, query, texts))

    def _score(self, query: str, texts: Sequence[str]) -> list[float]:
        model: PairScorer = self.inner
        known = self.scores.known(model.fingerprint, query, texts)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= self.scores.make(model.fingerprint, query, missing, model.score)
        return [known[text] for text in texts]


class RememberedCalls(BaseDocumentCompressor):
    """The compressor `inner`, asked once about the same passages in the same order."""

    inner: BaseDocumentCompressor
    answers: dict[tuple[str, tuple[str | None, ...]], Any] = Field(default_factory=dict)

    @property
    def model(self) -> str:
        """What it is called in messages."""
        return str(getattr(self.inner, "model", type(self.inner).__name__))

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,
        callbacks: Callbacks | None = None,  # noqa: ARG002 - LangChain's signature
    ) -> Sequence[Document]:
        """Return what `inner` returns."""
        key = (query, tuple(document.id for document in documents))
        if key not in self.answers:
            self.answers[key] = self.inner.compress_documents(documents, query)
        answer: Sequence[Document] = self.answers[key]
        return answer
