"""Asks one cell every question and keeps its rankings; knows no measures but the depth they need.

Our own cells go through the product's retriever factory, so what is measured is what is served.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from evals.depth import Depth, within_rerank
from evals.gold import Question, Span
from evals.losses import (
    DIVERSITY,
    LEAST_SCORE,
    LEFT_OUT,
    RERANKER,
    Reads,
    Road,
    stage_that_lost,
)
from evals.measuring import best_of_documents
from evals.reading import CountTokens, TextOf, embedded_reads, reranked_reads
from evals.results import RankedPassage
from evals.splits import Split
from rag.assembly import make_retriever
from rag.embeddings import PassageEmbeddings
from rag.retrieval.history import Earlier, weigh
from rag.retrieval.memory import shortened
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_core.documents import BaseDocumentCompressor, Document

    from evals.cells import Searcher
    from evals.exact_store import ExactStore
    from rag.retrieval.retriever import RagRetriever
    from rag.store.store import Store

Ranking = list[RankedPassage]

# The steps of a search after the fusion, in their order, by the retriever's field that sets them.
_STEPS = {
    "duplicate_threshold": DIVERSITY,
    "reranker": RERANKER,
    "min_score": LEAST_SCORE,
    "mmr_lambda": DIVERSITY,
    "focus": LEFT_OUT,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what is searched for it.

    Attributes:
        question: With its gold.
        query: What is searched.
        standalone: The question as one text, for those who weigh no history; "": the query.
        history: What was said before and is weighed in the search: role and text, oldest first.
    """

    question: Question
    query: str
    standalone: str = ""
    history: tuple[tuple[str, str], ...] = ()

    @property
    def alone(self) -> str:
        """The question as one text."""
        return self.standalone or self.query

    @property
    def texts(self) -> list[str]:
        """Everything that is searched, the question first."""
        weighed = weigh([Earlier(text, role == "human") for role, text in self.history])
        return [self.query, *(one.text for one in weighed)]

    def embedded(self, model: PassageEmbeddings) -> list[str]:
        """Return the texts as a search has them embedded."""
        return [self.query, *(shortened(text, model) for text in self.texts[1:])]

    def find(self, retriever: "RagRetriever") -> "list[Document]":
        """Return the passages that a retriever finds, best first."""
        if not self.history:
            return retriever.invoke(self.query)
        return retriever.invoke(self.query, history=self.history, standalone=self.standalone)


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What a cell found.

    Attributes:
        rankings: Question id to places, best first.
        losses: Question id to the stage that lost its gold.
        context_tokens: Question id to the tokens of the passages a chat model would be given.
        context_passages: Question id to their number.
    """

    rankings: Mapping[str, Ranking]
    losses: Mapping[str, str]
    context_tokens: Mapping[str, int]
    context_passages: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "rankings": {key: [list(place) for place in r] for key, r in self.rankings.items()},
            "losses": dict(self.losses),
            "context_tokens": dict(self.context_tokens),
            "context_passages": dict(self.context_passages),
        }

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "Retrieved":
        """Read what `to_json` returned."""
        rankings = {
            key: [RankedPassage(*place) for place in places]
            for key, places in fields["rankings"].items()
        }
        return cls(rankings, fields["losses"], fields["context_tokens"], fields["context_passages"])


def retrieve(
    asked: Sequence[Asked],
    settings: Settings,
    store: "ExactStore",
    embeddings: PassageEmbeddings,
    *,
    reranker: "BaseDocumentCompressor | None",
    wanted: int,
    depth: Depth,
    split: Split,
    text: TextOf,
    count_tokens: CountTokens,
) -> Retrieved:
    """Ask a cell of ours."""
    retriever = _retriever(settings, store, embeddings, wanted, reranker)
    whole = {one.question.id: _places(one.find(retriever)) for one in asked}
    embedded = embedded_reads(split, embeddings.max_tokens, count_tokens)
    losses = {}
    for one in asked:
        lost = stage_that_lost(
            one.question,
            whole[one.question.id],
            partial(_road, one, retriever, embedded, text),
            split.passages,
            k=depth.decisive,
        )
        if lost is not None:
            losses[one.question.id] = lost
    return _retrieved(whole, losses, settings.retrieval.k, depth, count_tokens)


def retrieve_rival(
    asked: Sequence[Asked],
    search: "Searcher",
    *,
    k: int,
    depth: Depth,
    count_tokens: CountTokens,
) -> Retrieved:
    """Ask a rival for as many passages as the measures look at."""
    wanted = max(depth.measured, 100 if depth.by_document else 0)
    whole = {one.question.id: _places(search(one.alone, wanted)[:wanted]) for one in asked}
    return _retrieved(whole, {}, k, depth, count_tokens)


def own_search(settings: Settings, store: "Store", embeddings: PassageEmbeddings) -> "Searcher":
    """Return the product's search of these settings as a rival's."""

    def search(query: str, k: int) -> "list[Document]":
        return _searcher(settings, store, embeddings, within_rerank(settings, k))(query, k)

    return search


def _searcher(
    settings: Settings, store: "Store", embeddings: PassageEmbeddings, k: int
) -> "Searcher":
    retriever = _retriever(settings, store, embeddings, k, None)
    return lambda query, _: retriever.invoke(query)


def _retriever(
    settings: Settings,
    store: "Store",
    embeddings: PassageEmbeddings,
    k: int,
    reranker: "BaseDocumentCompressor | None",
) -> "RagRetriever":
    return make_retriever(
        settings,
        store,
        embeddings,
        k=k,
        mode=None,
        wanted=None,
        min_score=None,
        reranker=reranker,
    )


def _road(asked: Asked, retriever: "RagRetriever", embedded: Reads, text: TextOf) -> Road:
    """Search again, stage by stage; store and reranker remember what they did."""
    reranked = 0 if retriever.reranker is None else retriever.rerank_depth
    proposed = max(retriever.candidates, retriever.k, reranked)
    fused = retriever.model_copy(
        update={**dict.fromkeys(_STEPS), "neighbours": 0, "candidates": proposed}
    )
    legs = {"hybrid": ("dense", "lexical")}.get(retriever.mode, (retriever.mode,))
    steps, on = [], fused
    for field, stage in _STEPS.items():
        if _is_on(retriever, field):
            on = on.model_copy(update={field: getattr(retriever, field)})
            steps.append((stage, _spans(asked.find(on))))
    return Road(
        legs=[
            _spans(fused.invoke(text, mode=leg, k=proposed)) for text in asked.texts for leg in legs
        ],
        fused=_spans(asked.find(fused)),
        steps=steps,
        embedded=None if retriever.mode == "lexical" else embedded,
        reranked=reranked_reads(asked.alone, retriever.reranker, text),
    )


def _is_on(retriever: "RagRetriever", field: str) -> bool:
    """Return whether a step changes anything; what is widened by neighbours is not shortened."""
    widened = field == "focus" and retriever.neighbours > 0
    return getattr(retriever, field) is not None and not widened


def _spans(documents: "Sequence[Document]") -> list[Span]:
    return [Span(one.source, one.start_index, one.end_index) for one in _places(documents)]


def _places(documents: "Sequence[Document]") -> Ranking:
    """Return where documents are; without a score of their own their rank is one."""
    places = []
    for row, document in enumerate(documents):
        about = document.metadata
        start = int(about.get("start_index", 0))
        end = int(about.get("end_index", start + len(document.page_content)))
        score = about.get("score")
        places.append(
            RankedPassage(
                str(about["source"]), start, end, float(-row) if score is None else float(score)
            )
        )
    return places


def _retrieved(
    whole: Mapping[str, Ranking],
    losses: Mapping[str, str],
    k: int,
    depth: Depth,
    count_tokens: CountTokens,
) -> Retrieved:
    context = {key: ranking[:k] for key, ranking in whole.items()}
    return Retrieved(
        rankings={key: _kept(ranking, depth) for key, ranking in whole.items()},
        losses=losses,
        context_tokens={key: sum(map(count_tokens, given)) for key, given in context.items()},
        context_passages={key: len(given) for key, given in context.items()},
    )


def _kept(ranking: Ranking, depth: Depth) -> Ranking:
    places = best_of_documents(ranking) if depth.by_document else ranking
    return places[: depth.measured]
