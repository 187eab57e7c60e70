"""Our own routes, `/api/…`, which the page and the remote retriever speak: they know no chat."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query, Request, UploadFile
from fastapi.responses import JSONResponse, Response
from pydantic import Field

from rag.answering.answer import (
    Answer,
    AnswerEvent,
    AnswerFinished,
    PassagesFound,
    SearchStarted,
    TextChunk,
    explanation_to_dict,
    passage_to_dict,
)
from rag.errors import RagError
from rag.server.calls import (
    Wire,
    caller_of,
    check_question,
    collection_of,
    context_of,
    index_of,
)
from rag.server.failures import RefusedError, describe, report
from rag.server.page.rendering import GrowingAnswer, render_answer
from rag.server.page.viewing import view_source
from rag.server.relay import KEEP_ALIVE, EventStream, Relay
from rag.server.turns import UNTIL_FOUND, Turn, answer_turn, stream_turn
from rag.server.uploads import read_upload

SURFACE = "api"
MOST_PASSAGES = 100
_MOST_CONTEXT = 20_000

Mode = Literal["hybrid", "dense", "lexical"]
CollectionName = Annotated[str | None, Field(description="Unset: the caller's first.")]

router = APIRouter(prefix="/api", tags=["rag"])


class Message(Wire):
    """An earlier turn of the conversation."""

    role: Literal["user", "assistant"]
    content: str


class Search(Wire):
    """What to look for, and how."""

    query: str
    collection: CollectionName = None
    k: int | None = Field(None, ge=1, le=MOST_PASSAGES)
    mode: Mode | None = None
    filter: dict[str, Any] | None = None
    min_score: float | None = Field(None, allow_inf_nan=False)
    explain: bool = Field(
        default=False, description="Add how each leg found a passage, and what was left out."
    )


class Ask(Wire):
    """A question, the conversation before it, and how to search."""

    question: str
    history: list[Message] = Field(default_factory=list)
    collection: CollectionName = None
    k: int | None = Field(None, ge=1, le=MOST_PASSAGES)
    mode: Mode | None = None
    filter: dict[str, Any] | None = None
    stream: bool = Field(
        default=False, description="As Server-Sent Events, one for each event of answering."
    )
    html: bool = Field(
        default=False,
        description="Add the answer as HTML that is safe to show, its markers as buttons.",
    )


@router.get("/collections")
def list_collections(request: Request) -> dict[str, Any]:
    """List the collections this caller may ask, with what each holds."""
    context, caller = context_of(request), caller_of(request)
    retrieval = context.settings.retrieval
    found = [context.collections.get(name, caller) for name in context.collections.names(caller)]
    return {
        "collections": [
            {"name": one.name, "chat_model": context.settings.chat.model, **_counts(one.rag)}
            for one in found
        ],
        "modes": ["hybrid", "dense", "lexical"],
        "defaults": {"mode": retrieval.mode, "k": retrieval.k},
        "can_write": caller.can_write,
        "max_upload_bytes": context.settings.server.max_upload_bytes,
    }


@router.post("/search")
async def search(request: Request, wanted: Search) -> dict[str, Any]:
    """Find passages, best first."""
    query = check_question(request, wanted.query)
    index = index_of(request, wanted.collection)
    async with asyncio.timeout(context_of(request).settings.server.answer_seconds):
        retriever = await asyncio.to_thread(
            index.retriever,
            k=wanted.k,
            mode=wanted.mode,
            filter=wanted.filter,
            min_score=wanted.min_score,
        )
        if wanted.explain:
            found = await asyncio.to_thread(retriever.explain, query)
            return explanation_to_dict(found)
        passages = await retriever.ainvoke(query)
    return {"query": query, "passages": [passage_to_dict(one) for one in passages]}


@router.post("/ask", response_model=None, responses={200: {"content": {"text/event-stream": {}}}})
async def ask(request: Request, wanted: Ask) -> dict[str, object] | Response:
    """Answer a question with citations, whole or as a stream of events."""
    turn = Turn(
        check_question(request, wanted.question),
        [("human" if one.role == "user" else "ai", one.content) for one in wanted.history],
        mode=wanted.mode,
        k=wanted.k,
        filter=wanted.filter,
    )
    collection, context = collection_of(request, wanted.collection), context_of(request)
    shape = _Rendered() if wanted.html else _Plain()
    if not wanted.stream:
        return shape.answer(await answer_turn(context, collection, turn, surface=SURFACE))
    relay = Relay(stream_turn(context, collection, turn, surface=SURFACE))
    await relay.begin(UNTIL_FOUND)
    return EventStream(_as_sse(relay, shape, request.state.request_id), relay)


@router.get("/documents")
def list_documents(request: Request, collection: str | None = None) -> dict[str, Any]:
    """List the documents of a collection, also those that could not be read."""
    return {"documents": [one.to_dict() for one in index_of(request, collection).list()]}


@router.post("/documents", responses={422: {"description": "None of them could be read."}})
def upload(
    request: Request, files: list[UploadFile], collection: Annotated[str | None, Form()] = None
) -> JSONResponse:
    """Index files; each is told of on its own, so that one bad file does not spoil the others."""
    wanted, settings = collection_of(request, collection), context_of(request).settings
    rows: list[dict[str, Any]] = []
    for file in files:
        name = file.filename or ""
        try:
            document = read_upload(file.file.read(), name, settings)
            with wanted.writing() as rag:
                rag.add_documents([document])
            rows.append({"file": name, "source": document.metadata["source"], "error": None})
        except (RagError, RefusedError) as error:
            failure = describe(error)
            if failure.status >= 500:
                raise
            rows.append({"file": name, "source": None, "error": failure.message})
    failed = sum(row["error"] is not None for row in rows)
    return JSONResponse({"documents": rows}, 422 if failed == len(rows) else 200)


@router.delete("/documents")
def remove(
    request: Request, source: Annotated[str, Query()], collection: str | None = None
) -> dict[str, Any]:
    """Forget a document of the index; a file on disk stays where it is."""
    with collection_of(request, collection).writing() as rag:
        report = rag.forget([source])
    if not report.removed:
        raise RefusedError(404, "no document of that name is in the collection")
    return {"removed": report.removed}


@router.get("/source")
def source(
    request: Request,
    reference: str,
    collection: str | None = None,
    context: Annotated[int, Query(ge=0, le=_MOST_CONTEXT)] = 2000,
    html: bool = False,
) -> dict[str, object]:
    """Show a passage in its context, by its id or as SOURCE:START-END.

    With `html` also as HTML that is safe to show, the passage in <mark>; then a document's name
    alone shows how it begins.
    """
    index = index_of(request, collection)
    if html:
        return view_source(index, reference, context=context)
    return index.show(reference, context=context).to_dict()


class _Plain:
    """An answer and its pieces as they are sent."""

    def answer(self, answer: Answer) -> dict[str, object]:
        return answer.to_dict()

    def piece(self, text: str) -> dict[str, object]:
        return {"text": text}


class _Rendered(_Plain):
    """The same with HTML; beside a piece, where enough has come, that of all before it too."""

    def __init__(self) -> None:
        self._growing = GrowingAnswer()

    def answer(self, answer: Answer) -> dict[str, object]:
        return {**super().answer(answer), "html": render_answer(answer)}

    def piece(self, text: str) -> dict[str, object]:
        html = self._growing.add(text)
        return super().piece(text) if html is None else {**super().piece(text), "html": html}


async def _as_sse(relay: Relay[AnswerEvent], shape: _Plain, request_id: str) -> AsyncIterator[str]:
    """Yield Server-Sent Events; the last one is `answer_finished` or `failed`."""
    try:
        async for event in relay.items():
            yield KEEP_ALIVE if event is None else _line(*_wire(event, shape))
    except Exception as error:  # the status is sent already: this is how the caller learns of it
        failure = report(error, request_id)
        yield _line("failed", {**failure.to_dict(request_id), "status": failure.status})


def _wire(event: AnswerEvent, shape: _Plain) -> tuple[str, dict[str, object]]:
    match event:
        case SearchStarted(query, with_history):
            return "search_started", {"query": query, "with_history": with_history}
        case PassagesFound(passages):
            return "passages_found", {"passages": [passage_to_dict(one) for one in passages]}
        case TextChunk(text):
            return "text_chunk", shape.piece(text)
        case AnswerFinished(answer):
            return "answer_finished", shape.answer(answer)


def _line(name: str, data: object) -> str:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"


def _counts(index: Any) -> dict[str, Any]:  # noqa: ANN401
    from rag.errors import IndexNotFoundError

    try:
        status = index.status()
    except IndexNotFoundError:
        return {"documents": 0, "passages": 0}
    return {"documents": status.sources - status.failed, "passages": status.passages}
