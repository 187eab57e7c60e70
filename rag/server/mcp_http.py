"""MCP over streamable HTTP at `/mcp`; knows no tools.

Each request stands for itself: nothing is kept between two of them. A session would have to be
bound to the key that opened it, would be lost at every restart, and would serve nothing here, for
the server never asks the client back. A question is cancelled by closing its connection.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from mcp.server.context import ServerRequestContext
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from rag.server.calls import caller_of, context_of
from rag.server.failures import report
from rag.server.links import source_link
from rag.server.mcp_service import make_service
from rag.server.mcp_visitor import Visitor
from rag.server.served import Collection

PATH = "/mcp"


class McpEndpoint:
    """The ASGI application behind `/mcp`; it answers while `running`."""

    def __init__(self) -> None:
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def running(self, max_body_bytes: int) -> AsyncIterator[None]:
        """Answer requests until the end of the block."""
        # Host and Origin are the guard's to judge: the SDK's own check stays off.
        self._manager = StreamableHTTPSessionManager(
            make_service(_visitor), stateless=True, max_request_body_size=max_body_bytes
        )
        async with self._manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        assert self._manager is not None
        await self._manager.handle_request(scope, receive, send)


def mount(app: FastAPI) -> McpEndpoint:
    """Put MCP into an application and return what has to run beside it."""
    endpoint = McpEndpoint()
    app.router.routes.append(Route(PATH, endpoint, methods=["POST"], include_in_schema=False))
    return endpoint


def _visitor(asked: ServerRequestContext[object, Request]) -> Visitor:
    request = asked.request
    assert request is not None
    context = context_of(request)
    base = (context.settings.server.public_url or str(request.base_url)).rstrip("/")

    def link(collection: Collection, source: str, start: int, end: int) -> str:
        return source_link(base, collection.name, source, start, end)

    def explain(error: Exception) -> str:
        return _explain(error, request.state.request_id)

    async def progress(done: float, message: str) -> None:
        await asked.session.report_progress(done, 3, message)

    return Visitor(context, caller_of(request), link, explain, progress)


def _explain(error: Exception, request_id: str) -> str:
    failure = report(error, request_id)
    if failure.status < 500:
        return failure.message
    return f"{failure.message} (id {request_id})"
