"""The retrieval plugin's routes; know its shapes, not how anything is searched or kept."""

import asyncio
import uuid
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi import Query as InUrl
from langchain_core.documents import Document as IndexDocument
from pydantic import ValidationError

from rag.handover import pushed
from rag.server.calls import check_question, collection_of, context_of, index_of
from rag.server.failures import RefusedError
from rag.server.plugin.mapping import to_filter, to_metadata, to_passage
from rag.server.plugin.shapes import (
    DeleteRequest,
    DeleteResponse,
    Document,
    Metadata,
    QueryRequest,
    QueryResponse,
    QueryResult,
    UpsertRequest,
    UpsertResponse,
)
from rag.server.uploads import read_upload

_DEFAULT_K = 3
CollectionName = Annotated[str | None, InUrl(description="Unset: the key's first.")]

router = APIRouter(tags=["retrieval plugin"])
searching = APIRouter(tags=["retrieval plugin"])
"""What a chatbot itself may call."""


@searching.post("/query")
async def query(
    request: Request, wanted: QueryRequest, collection: CollectionName = None
) -> QueryResponse:
    """Search for each question; filters narrow where to look, best passages come first."""
    for one in wanted.queries:
        check_question(request, one.query)
    filters = [to_filter(one.filter) for one in wanted.queries]
    index = index_of(request, collection)
    results = []
    async with asyncio.timeout(context_of(request).settings.server.answer_seconds):
        retriever = await asyncio.to_thread(index.retriever)
        for one, condition in zip(wanted.queries, filters, strict=True):
            k = one.top_k or _DEFAULT_K
            found = await retriever.ainvoke(one.query, k=k, filter=condition)
            results.append(
                QueryResult(query=one.query, results=[to_passage(each) for each in found])
            )
    return QueryResponse(results=results)


@router.post("/upsert")
def upsert(
    request: Request, wanted: UpsertRequest, collection: CollectionName = None
) -> UpsertResponse:
    """Add documents; one whose id is known replaces all passages of the document it was."""
    target = collection_of(request, collection)
    documents = [_document(one) for one in wanted.documents]
    for document in documents:
        pushed(document)  # refused before the first one is kept
    if documents:
        with target.writing() as rag:
            rag.add_documents(documents)
    return UpsertResponse(ids=[document.metadata["source"] for document in documents])


@router.post("/upsert-file")
def upsert_file(
    request: Request,
    file: Annotated[UploadFile, File()],
    metadata: Annotated[str | None, Form(description="Metadata as JSON.")] = None,
    collection: CollectionName = None,
) -> UpsertResponse:
    """Add a file under an id that no other has, whatever its name."""
    target, about = collection_of(request, collection), _read_metadata(metadata)
    document = read_upload(
        file.file.read(),
        file.filename or "",
        context_of(request).settings,
        metadata=to_metadata(about),
    )
    with target.writing() as rag:
        rag.add_documents([document])
    return UpsertResponse(ids=[document.metadata["source"]])


@router.delete("/delete")
def delete(
    request: Request, wanted: DeleteRequest, collection: CollectionName = None
) -> DeleteResponse:
    """Forget documents by id, by filter, or all; files on disk stay where they are."""
    target, condition = collection_of(request, collection), to_filter(wanted.filter)
    if sum((bool(wanted.ids), bool(condition), bool(wanted.delete_all))) != 1:
        raise RefusedError(400, "say what to delete: exactly one of ids, filter and delete_all")
    with target.writing() as rag:
        ids = wanted.ids or [one.source for one in rag.list(filter=condition)]
        rag.forget(ids)
    return DeleteResponse(success=True)


def _document(wanted: Document) -> IndexDocument:
    name = wanted.id if wanted.id and wanted.id.strip() else uuid.uuid4().hex
    return IndexDocument(wanted.text, metadata={**to_metadata(wanted.metadata), "source": name})


def _read_metadata(text: str | None) -> Metadata:
    if not text:
        return Metadata(source="file")
    try:
        about = Metadata.model_validate_json(text)
    except ValidationError as error:
        raise RefusedError(400, "metadata: wanted a JSON object of texts and numbers") from error
    return about.model_copy(update={"source": about.source or "file"})


router.include_router(searching)
router.include_router(searching, prefix="/sub")
