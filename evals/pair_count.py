"""Counts the pairs of question and passage that rerankers still have to score; scores none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.callbacks import Callbacks
from langchain_core.documents import BaseDocumentCompressor, Document
from pydantic import Field

from evals.keys import stage_key
from evals.rerankers import RememberedPairs
from rag.assembly import make_retriever
from rag.settings import Settings

if TYPE_CHECKING:
    from evals.cells import Cell
    from evals.runner import Bench

# A CrossEncoder of six layers on one CPU thread, until a run has shown it.
ASSUMED_PAIRS_PER_SECOND = 25.0
# What is done after the reranker changes no pair.
_AFTERWARDS = {"k", "neighbours", "min_score", "mmr_lambda", "history"}


@dataclass(frozen=True, slots=True)
class PairCount:
    """The most pairs that are left to score, and the seconds that takes."""

    pairs: int
    seconds: float


def count_pairs(bench: "Bench") -> PairCount:
    """Return what is left to score; cells that differ in depth or behind the reranker share.

    It is the most there may be: cells of different modes rerank many of the same passages, and
    before an index is built nobody knows which passages are reranked.

    Raises:
        RerankerError: A reranker cannot be had.
    """
    most: dict[str, PairCount] = {}
    for cell in bench.cells.cells:
        if cell.settings is not None and cell.settings.rerank.model is not None:
            key, own = _shared_key(bench, cell.settings), _of_cell(bench, cell, cell.settings)
            most[key] = max(most.get(key, own), own, key=lambda one: one.pairs)
    return PairCount(
        sum(one.pairs for one in most.values()), sum(one.seconds for one in most.values())
    )


def _of_cell(bench: "Bench", cell: "Cell", settings: Settings) -> PairCount:
    if _is_kept(bench, cell, settings):
        return PairCount(0, 0.0)
    pairs = _unknown_pairs(bench, settings) if _can_search(bench, settings) else None
    if pairs is None:
        depth = max(settings.rerank.depth, settings.retrieval.k)
        pairs = min(depth, len(bench.split(settings).places)) * len(bench.questions)
    speed = bench.rerankers.pairs_per_second(settings.rerank) or ASSUMED_PAIRS_PER_SECOND
    return PairCount(pairs, pairs / speed)


def _can_search(bench: "Bench", settings: Settings) -> bool:
    """Tell whether passages are found without building or embedding anything."""
    if settings.chat.model is not None or not bench.indexing.is_built(bench.split(settings)):
        return False
    model = bench.model(settings)
    texts = [text for one in bench.queries(settings).asked for text in one.embedded(model)]
    return settings.retrieval.mode == "lexical" or model.knows_queries(texts)


def _unknown_pairs(bench: "Bench", settings: Settings) -> int | None:
    """Search without scoring and count the pairs nobody has scored; None if none are kept."""
    reranker, handed = bench.rerankers.open(settings.rerank), _Handed()
    if not isinstance(reranker, RememberedPairs):
        return None
    store, model = bench.store(bench.index(settings)), bench.model(settings)
    retriever = make_retriever(
        settings, store, model, k=None, mode=None, wanted=None, min_score=None, reranker=handed
    )
    unknown: dict[str, set[str]] = {}
    for one in bench.queries(settings).asked:
        handed.texts.clear()
        one.find(retriever)
        found = handed.texts - reranker.known(one.alone, sorted(handed.texts))
        unknown.setdefault(one.alone, set()).update(found)
    return sum(map(len, unknown.values()))


class _Handed(BaseDocumentCompressor):
    """Notes the texts it is handed and leaves them as they are."""

    texts: set[str] = Field(default_factory=set)

    def compress_documents(
        self,
        documents: Sequence[Document],
        query: str,  # noqa: ARG002 - LangChain's signature
        callbacks: Callbacks | None = None,  # noqa: ARG002
    ) -> Sequence[Document]:
        """Return the documents."""
        self.texts.update(document.page_content for document in documents)
        return documents


def _is_kept(bench: "Bench", cell: "Cell", settings: Settings) -> bool:
    """Tell whether the cell's rankings are there; not known before its questions are rewritten."""
    if settings.chat.model is not None:
        return False
    return bench.has_rankings(bench.ranking_key(cell, settings))


def _shared_key(bench: "Bench", settings: Settings) -> str:
    reranker = dict(bench.rerankers.identity(settings.rerank) or {})
    reranker.pop("depth", None)
    return stage_key(
        bench.indexing.key(bench.split(settings)),
        settings.retrieval.model_dump(exclude=_AFTERWARDS),
        reranker,
    )
