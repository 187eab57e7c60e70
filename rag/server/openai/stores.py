"""`/v1/vector_stores`: the collections as stores, and searching them; knows no chat."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request
from langchain_core.documents import Document

from rag.errors import IndexNotFoundError
from rag.server.calls import caller_of, check_question, collection_of, context_of
from rag.server.failures import RefusedError
from rag.server.links import source_link
from rag.server.openai.asking import base_of
from rag.server.openai.filters import to_filter
from rag.server.openai.shapes import StoreSearch
from rag.server.served import Collection

_MOST_QUERIES = 8
# OpenAI's limits on attributes; its clients may keep to them.
_MOST_ATTRIBUTES = 16
_LONGEST_ATTRIBUTE = 512
_OURS = ("source", "title", "kind", "page", "section", "start_index", "end_index")
_NOT_ATTRIBUTES = ("score", "rank", "ordinal")

router = APIRouter(prefix="/v1", tags=["openai"])


@router.get("/vector_stores")
def list_stores(request: Request) -> dict[str, Any]:
    """List the collections that this caller may search."""
    context, caller = context_of(request), caller_of(request)
    found = [context.collections.get(name, caller) for name in context.collections.names(caller)]
    stores = [_to_dict(one) for one in found]
    return {
        "object": "list",
        "data": stores,
        "first_id": stores[0]["id"] if stores else None,
        "last_id": stores[-1]["id"] if stores else None,
        "has_more": False,
    }


@router.get("/vector_stores/{store}")
def get_store(request: Request, store: str) -> dict[str, Any]:
    """Return one collection."""
    return _to_dict(collection_of(request, store))


@router.post("/vector_stores/{store}/search")
async def search_store(request: Request, store: str, wanted: StoreSearch) -> dict[str, Any]:
    """Find the passages that answer one or several queries, best first."""
    queries = _queries(request, wanted)
    collection, base = collection_of(request, store), base_of(request)
    async with asyncio.timeout(context_of(request).settings.server.answer_seconds):
        retriever = await asyncio.to_thread(
            collection.rag.retriever,
            k=wanted.max_num_results,
            mode=wanted.mode,
            filter=to_filter(wanted.filters),
            min_score=wanted.ranking_options.score_threshold,
        )
        found = [await retriever.ainvoke(query) for query in queries]
    best = _best(found, wanted.max_num_results)
    return {
        "object": "vector_store.search_results.page",
        "search_query": queries,
        "data": [result_of(passage, base, collection.name) for passage in best],
        "has_more": False,
        "next_page": None,
    }


def result_of(passage: Document, base: str, collection: str) -> dict[str, Any]:
    """Return a passage as a result of a search."""
    source = str(passage.metadata["source"])
    return {
        "file_id": source,
        "filename": source.rpartition("/")[2],
        "score": passage.metadata["score"],
        "attributes": _attributes(passage, base, collection),
        "content": [{"type": "text", "text": passage.page_content}],
    }


def _queries(request: Request, wanted: StoreSearch) -> list[str]:
    queries = [wanted.query] if isinstance(wanted.query, str) else wanted.query
    if not 1 <= len(queries) <= _MOST_QUERIES:
        raise RefusedError(400, f"found {len(queries)} queries; send 1 to {_MOST_QUERIES}")
    return [check_question(request, query) for query in queries]


def _best(found: Sequence[Sequence[Document]], most: int) -> list[Document]:
    """Return the passages of all searches by their best score, each once; ties by id."""
    best: dict[str, Document] = {}
    for passage in (one for passages in found for one in passages):
        known = best.get(str(passage.id))
        if known is None or passage.metadata["score"] > known.metadata["score"]:
            best[str(passage.id)] = passage
    ranked = sorted(best.values(), key=lambda one: (-one.metadata["score"], str(one.id)))
    return ranked[:most] if len(found) > 1 else list(found[0])


def _attributes(passage: Document, base: str, collection: str) -> dict[str, str | float | bool]:
    """Return what is known of a passage: its place and link first, then its own metadata."""
    about = passage.metadata
    span = about["start_index"], about["end_index"]
    known = {
        **{name: about.get(name) for name in _OURS},
        "passage_id": passage.id,
        "url": source_link(base, collection, about["source"], *span),
        **{name: value for name, value in about.items() if name not in _NOT_ATTRIBUTES},
    }
    usable = [(name, value) for name, value in known.items() if _is_attribute(value)]
    return dict(usable[:_MOST_ATTRIBUTES])


def _is_attribute(value: object) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= _LONGEST_ATTRIBUTE
    return isinstance(value, int | float | bool)


def _to_dict(collection: Collection) -> dict[str, Any]:
    try:
        status = collection.rag.status()
    except IndexNotFoundError:
        documents, failed, size = 0, 0, 0
    else:
        documents, failed, size = status.sources - status.failed, status.failed, status.bytes
    counts = {"completed": documents, "failed": failed, "total": documents + failed}
    return {
        "id": collection.name,
        "object": "vector_store",
        "created_at": 0,
        "name": collection.name,
        "status": "completed",
        "usage_bytes": size,
        "file_counts": {**counts, "in_progress": 0, "cancelled": 0},
        "metadata": {},
    }
