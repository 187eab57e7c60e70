"""Builds the parts a `Rag` is made of from its settings; opens nothing before it is needed."""

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import SettingsError
from rag.settings import (
    ChatSettings,
    DocumentSettings,
    EmbeddingSettings,
    RerankSettings,
    Settings,
    StoreSettings,
)

if TYPE_CHECKING:
    from langchain_core.documents import BaseDocumentCompressor
    from langchain_core.language_models import BaseChatModel
    from langchain_core.retrievers import BaseRetriever

    from rag.agents.middleware import RagMiddleware
    from rag.agents.tool import RagTool
    from rag.answering.chain import RagChain
    from rag.answering.composing import Budget
    from rag.answering.condenser import Condenser
    from rag.answering.sufficiency.judge import IndexJudge
    from rag.answering.sufficiency.telling import Judge
    from rag.documents.isolation import ParseLimits
    from rag.embeddings import PassageEmbeddings
    from rag.retrieval.memory import TextVectors
    from rag.retrieval.retriever import RagRetriever
    from rag.store.places import StoreOptions
    from rag.store.store import Store
    from rag.sync import Pipeline

# Models that read thousands of tokens still find short passages better, and a citation should be
# short enough to read.
_LONGEST_DEFAULT_PASSAGE = 512

Mode = Literal["hybrid", "dense", "lexical"]
Device = Literal["auto", "cuda", "mps", "cpu"]


def open_embeddings(wanted: EmbeddingSettings) -> "PassageEmbeddings":
    """Return the embedding model; its weights are loaded when the first text is embedded."""
    from rag.embeddings import SentenceTransformerEmbeddings

    return SentenceTransformerEmbeddings(
        wanted.model, revision=wanted.revision, device=wanted.device
    )


def open_chat_model(wanted: ChatSettings) -> "BaseChatModel | None":
    """Return the chat model, None if none is named; nothing is sent yet.

    Raises:
        ChatModelNotConfiguredError: A model is named, but neither a key nor an endpoint.
    """
    if wanted.model is None:
        return None
    from rag.answering.chat_models import create_chat_model

    return create_chat_model(
        model=wanted.model,
        base_url=wanted.base_url,
        api_key=wanted.api_key,
        temperature=wanted.temperature,
        timeout_seconds=wanted.timeout_seconds,
        max_retries=wanted.max_retries,
        max_output_tokens=wanted.max_output_tokens,
    )


def open_reranker(wanted: RerankSettings) -> "BaseDocumentCompressor | None":
    """Return the reranker, None if none is named; its weights are loaded when it is first used.

    Raises:
        RerankerError: An object is named that is not there or is no document compressor.
    """
    return None if wanted.model is None else _opened_reranker(wanted.model, wanted.device)


@lru_cache(maxsize=2)
def _opened_reranker(model: str, device: Device) -> "BaseDocumentCompressor":
    """Open a reranker once for all retrievers of this process: its weights are large."""
    from rag.retrieval.rerankers import open_reranker

    return open_reranker(model, device=device)


def store_options(wanted: StoreSettings) -> "StoreOptions":
    """Return where vectors are kept."""
    from rag.store.places import StoreOptions

    return StoreOptions(wanted.url, wanted.collection, wanted.ef_search)


def parse_limits(wanted: DocumentSettings) -> "ParseLimits":
    """Return what one file may cost to parse."""
    from rag.documents.isolation import ParseLimits

    return ParseLimits(wanted.max_bytes, wanted.timeout_seconds, wanted.max_memory_bytes)


def make_pipeline(settings: Settings, embeddings: "PassageEmbeddings") -> "Pipeline":
    """Return how documents become passages for this model.

    Raises:
        SettingsError: Passages are to be larger than the model reads.
    """
    from rag.sync import Pipeline

    splitter = settings.splitter
    most = embeddings.max_tokens
    if splitter.max_tokens is not None and splitter.max_tokens > most:
        raise SettingsError(
            f"splitter.max_tokens is {splitter.max_tokens}, but the embedding model reads only "
            f"{most}; set it to {most} or less, or unset it"
        )
    return Pipeline(
        count_tokens=embeddings.count_tokens,
        max_tokens=splitter.max_tokens or min(most, _LONGEST_DEFAULT_PASSAGE),
        overlap_tokens=splitter.overlap_tokens,
        header=splitter.header,
        limits=parse_limits(settings.documents),
    )


def make_retriever(
    settings: Settings,
    store: "Store",
    embeddings: "PassageEmbeddings",
    *,
    k: int | None,
    mode: Mode | None,
    wanted: Mapping[str, Any] | None,
    min_score: float | None,
    reranker: "BaseDocumentCompressor | None" = None,
    remembered: "TextVectors | None" = None,
) -> "RagRetriever":
    """Return the retriever of the settings, with what is given here instead.

    What is `remembered` is not embedded again where it comes up in a conversation.

    Raises:
        RerankerError: The settings name a reranker that cannot be had.
    """
    from rag.retrieval.memory import TextVectors
    from rag.retrieval.retriever import RagRetriever

    chosen = settings.retrieval
    return RagRetriever(
        store=store,
        embeddings=embeddings,
        mode=mode or chosen.mode,
        k=chosen.k if k is None else k,
        candidates=chosen.candidates,
        filter=wanted,
        min_score=chosen.min_score if min_score is None else min_score,
        mmr_lambda=chosen.mmr_lambda,
        focus=chosen.focus,
        duplicate_threshold=chosen.duplicate_threshold,
        neighbours=chosen.neighbours,
        reranker=open_reranker(settings.rerank) if reranker is None else reranker,
        rerank_depth=settings.rerank.depth,
        remembered=TextVectors() if remembered is None else remembered,
    )


def make_chain(
    settings: Settings,
    retriever: "BaseRetriever",
    embeddings: "PassageEmbeddings",
    chat_model: "BaseChatModel | None",
    *,
    judge: "Judge | None" = None,
) -> "RagChain":
    """Return the Runnable from a question to an answer.

    Without a chat model the sentences to quote are compared by the embedding model as well as by
    words, unless the search is by words alone and needs no model. Where no `judge` is given, the
    one of the settings says whether passages answer, if the retriever is one of ours.

    Raises:
        PromptError: A prompt of the user's cannot be used.
        SettingsError: The calibration of the settings cannot be read.
    """
    from rag.answering.chain import RagChain
    from rag.answering.prompts import load_prompt

    # Other models than ours may give vectors to whole texts alone.
    read = getattr(embeddings, "read", None)
    answer = settings.answer
    return RagChain(
        retriever,
        chat_model,
        answer_prompt=load_prompt("answer", folder=answer.prompts_dir),
        condense_prompt=load_prompt("condense", folder=answer.prompts_dir),
        budget=_budget(settings),
        language=answer.language,
        read=None if settings.retrieval.mode == "lexical" else read,
        history=settings.retrieval.history,
        unsupported=answer.unsupported,
        judge=judge or make_judge(settings, retriever, embeddings),
    )


def make_judge(
    settings: Settings, retriever: "BaseRetriever", embeddings: "PassageEmbeddings"
) -> "IndexJudge | None":
    """Return what says whether passages answer, None if nobody wants to know.

    Raises:
        SettingsError: The calibration of the settings cannot be read.
    """
    from rag.answering.sufficiency.calibration import read_calibration
    from rag.answering.sufficiency.judge import IndexJudge, plain_retriever
    from rag.retrieval.retriever import RagRetriever

    answer, reranker = settings.answer, settings.rerank.model
    if answer.false_answer_rate is None or not isinstance(retriever, RagRetriever):
        return None
    return IndexJudge(
        retriever.store,
        None if settings.retrieval.mode == "lexical" else embeddings,
        plain_retriever(retriever),
        false_answer_rate=answer.false_answer_rate,
        search=settings.retrieval.mode + (f", reranked by {reranker}" if reranker else ""),
        calibration=None if answer.calibration is None else read_calibration(answer.calibration),
    )


def make_condenser(settings: Settings, chat_model: "BaseChatModel | None") -> "Condenser":
    """Return what says, for the chain of the settings, what is searched for a follow-up.

    Raises:
        ChatModelNotConfiguredError: A rewrite is wanted and there is no chat model.
        PromptError: A prompt of the user's cannot be used.
    """
    from rag.answering.condenser import Condenser
    from rag.answering.looking import chosen_history
    from rag.answering.prompts import load_prompt

    retrieval = settings.retrieval
    history = chosen_history(retrieval.history, chat_model, can_weigh=retrieval.mode == "hybrid")
    prompt = load_prompt("condense", folder=settings.answer.prompts_dir)
    return Condenser(history, chat_model, prompt, _budget(settings))


def make_tool(
    settings: Settings,
    retriever: "BaseRetriever",
    *,
    name: str | None,
    description: str | None,
) -> "RagTool":
    """Return the tool with which an agent searches; None is the shipped name or description."""
    from rag.agents.tool import TOOL_DESCRIPTION, TOOL_NAME, RagTool

    return RagTool(
        name=name or TOOL_NAME,
        description=description or TOOL_DESCRIPTION,
        retriever=retriever,
        passage_tokens=settings.answer.passage_tokens,
    )


def make_middleware(settings: Settings, chain: "RagChain") -> "RagMiddleware":
    """Return what answers each turn of an agent as the chain would search for it.

    Raises:
        PromptError: A prompt of the user's cannot be used.
    """
    from rag.agents.middleware import RagMiddleware
    from rag.answering.prompts import load_prompt

    prompt = load_prompt("agent", folder=settings.answer.prompts_dir)
    return RagMiddleware(chain, prompt=prompt)


def _budget(settings: Settings) -> "Budget":
    from rag.answering.composing import Budget

    return Budget(
        passages=settings.answer.passage_tokens,
        context=settings.chat.context_tokens,
        output=settings.chat.max_output_tokens,
        order=settings.answer.order,
    )
