"""Puts the server together: settings in, an ASGI application out; knows no sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from rag.app import Rag
from rag.errors import RagError, SettingsError
from rag.server import mcp_http, native
from rag.server.calls import BEARER, Context, context_of
from rag.server.failures import Failure, RefusedError, describe, refusals, report
from rag.server.guard import LOOPBACK, Guard, Rules
from rag.server.keys import KeyFile
from rag.server.logs import LOGGER
from rag.server.metrics import CONTENT_TYPE, Metrics
from rag.server.openai import routes as openai
from rag.server.page import routes as page
from rag.server.plugin import routes as plugin
from rag.server.plugin import wellknown
from rag.server.served import Collections
from rag.settings import ServerSettings, Settings

KEYS_NAME = ".rag-keys.json"
_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound to


def create_app(settings: Settings, *, rag: Rag | None = None) -> ASGIApp:
    """Return the server of `rag serve` as an ASGI application.

    Args:
        settings: What it serves and to whom.
        rag: An open index to serve as the first collection instead of opening it.

    Raises:
        SettingsError: It would listen to other machines without a key.
    """
    keys = KeyFile(keys_path(settings))
    if settings.server.host not in LOOPBACK and not keys.keys():
        raise SettingsError(
            f"server.host is {settings.server.host}, which other machines can reach, but there is "
            "no key; make one with `rag keys create NAME`, or listen at 127.0.0.1"
        )
    context = Context(settings, Collections(settings, first=rag), Metrics())
    guarded = Guard(
        _routes(context), rules=rules_of(settings.server), keys=keys, metrics=context.metrics
    )
    if not settings.server.cors_origins:
        return guarded
    return CORSMiddleware(
        guarded,
        allow_origins=settings.server.cors_origins,
        allow_methods=["GET", "POST", "DELETE"],
        # Clients in browsers send headers of their own; which sites may is what counts.
        allow_headers=["*"],
        expose_headers=["Mcp-Session-Id", "Retry-After", "X-Request-Id"],
    )


def keys_path(settings: Settings) -> Path:
    """Return where the keys are kept."""
    return settings.server.keys_file or settings.index_dir.absolute().parent / KEYS_NAME


def rules_of(wanted: ServerSettings) -> Rules:
    """Return what the guard lets in."""
    public = urlsplit(wanted.public_url or "")
    names = {wanted.host, *wanted.allowed_hosts, *([public.hostname] if public.hostname else [])}
    # Pages of the public address are our own, also where a proxy calls us by another Host.
    own = [f"{public.scheme}://{public.netloc}"] if public.netloc else []
    return Rules(
        hosts=frozenset(name.lower() for name in names) | LOOPBACK,
        any_address=wanted.host in _EVERYWHERE,
        origins=frozenset(one.lower().rstrip("/") for one in (*wanted.cors_origins, *own)),
        needs_key=wanted.host not in LOOPBACK,
        max_body_bytes=wanted.max_body_bytes,
        max_upload_bytes=wanted.max_upload_bytes,
        body_seconds=wanted.body_seconds,
        requests_per_minute=wanted.requests_per_minute,
    )


def _routes(context: Context) -> FastAPI:
    app = FastAPI(
        title="rag",
        version=version("rag"),
        description="Answers over documents, every claim traced to the words of a source.",
        lifespan=_lifespan,
        responses=refusals(),
        # The usual page of documentation loads its scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.context = context
    app.add_api_route("/health", _health, methods=["GET"], tags=["server"])
    app.add_api_route("/health", _health, methods=["HEAD"], include_in_schema=False)
    app.add_api_route(
        "/metrics",
        _metrics,
        methods=["GET"],
        tags=["server"],
        dependencies=[BEARER],
        responses={200: {"content": {"text/plain": {}}}},
    )
    app.include_router(native.router, dependencies=[BEARER])
    app.include_router(openai.router, dependencies=[BEARER])
    app.include_router(page.router)
    app.state.mcp = mcp_http.mount(app)
    app.include_router(plugin.router, dependencies=[BEARER])
    app.include_router(wellknown.router)
    for kind in (RagError, RefusedError, TimeoutError):
        app.add_exception_handler(kind, _on_failure)
    app.add_exception_handler(HTTPException, _on_http_exception)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(Exception, _on_surprise)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the model before the first question needs it, and close the indexes at the end."""
    context: Context = app.state.context
    warming = asyncio.create_task(asyncio.to_thread(_warm, context))
    async with app.state.mcp.running(context.settings.server.max_body_bytes):
        yield
    await warming
    context.collections.close()


def _warm(context: Context) -> None:
    embeddings = context.collections.all()[0].rag.embeddings
    try:
        embeddings.embed_query("warm")
    except RagError as error:
        # Searches by words alone work without it; the others will say so.
        LOGGER.warning("the embedding model cannot be used", extra={"cause": str(error)})


def _health() -> dict[str, str]:
    """Say that the server is up, to anyone."""
    return {"status": "ok", "version": version("rag")}


def _metrics(request: Request) -> Response:
    """Return figures for Prometheus."""
    return Response(context_of(request).metrics.text(), media_type=CONTENT_TYPE)


def _respond(request: Request, failure: Failure) -> JSONResponse:
    body = failure.to_dict(request.state.request_id)
    return JSONResponse(body, failure.status, headers=failure.headers())


async def _on_failure(request: Request, error: Exception) -> Response:
    return _respond(request, report(error, request.state.request_id))


async def _on_surprise(request: Request, error: Exception) -> Response:
    """Answer to what is nobody's mistake but ours; it goes on to the guard, which logs it."""
    return _respond(request, describe(error))


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, RefusedError):  # the body was refused while it was read
        return _respond(request, describe(error.__cause__))
    return _respond(request, Failure(error.status_code, str(error.detail)))


async def _on_invalid(request: Request, error: Exception) -> Response:
    """Say which field is wrong and how, without repeating what was sent."""
    assert isinstance(error, RequestValidationError)
    found = error.errors()[0]
    if found["type"] == "json_invalid":
        return _respond(request, Failure(400, "the body is no JSON"))
    place = ".".join(str(part) for part in found["loc"] if part != "body")
    said = found["msg"]
    message = f"{place}: {said}" if place else f"the body: {said}"
    return _respond(request, Failure(400, message, param=place or None))
