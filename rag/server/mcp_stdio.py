"""MCP over stdin and stdout, for the client that started this process; knows no tools.

Nothing is loaded before it is asked for: a client starts every server it knows of, and waits.
"""

import asyncio
import signal

from mcp.server.context import ServerRequestContext
from mcp.server.stdio import stdio_server

from rag.errors import RagError
from rag.server.access import Caller
from rag.server.calls import Context
from rag.server.failures import RefusedError, describe
from rag.server.links import source_link
from rag.server.logs import LOGGER, log_to_stderr
from rag.server.mcp_references import uri_of
from rag.server.mcp_service import make_service
from rag.server.mcp_visitor import Link, Visitor
from rag.server.metrics import Metrics
from rag.server.served import Collection, Collections
from rag.settings import Settings

OWNER = Caller("stdio", None, can_write=True)
"""Whoever started the process can do with its index whatever they like anyway."""


def run_stdio(settings: Settings) -> None:
    """Serve until stdin ends; stdout carries the protocol alone, everything else is on stderr."""
    log_to_stderr()
    # A thread waits for the next line of stdin and would hold the process until it comes.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    context = Context(settings, Collections(settings), Metrics())
    try:
        asyncio.run(_serve(context))
    finally:
        context.collections.close()


async def _serve(context: Context) -> None:
    link = _link(context)

    def visitor(asked: ServerRequestContext[object, object]) -> Visitor:
        async def progress(done: float, message: str) -> None:
            await asked.session.report_progress(done, 3, message)

        return Visitor(context, OWNER, link, _explain, progress)

    service = make_service(visitor)
    async with stdio_server() as (reading, writing):
        await service.run(reading, writing, service.create_initialization_options())


def _link(context: Context) -> Link:
    """Return how citations are linked: to the page, if it is said where, else to the file."""
    base = context.settings.server.public_url
    several = len(context.collections.all()) > 1

    def link(collection: Collection, source: str, start: int, end: int) -> str:
        if base is not None:
            return source_link(base.rstrip("/"), collection.name, source, start, end)
        return _file_link(collection, source) or uri_of(
            f"{source}:{start}-{end}", collection.name if several else None
        )

    return link


def _file_link(collection: Collection, source: str) -> str | None:
    """Return the address of a document's file, or of the site it was read from, if there is one."""
    from rag.sync import SourceNames

    if source.startswith(("https://", "http://")):
        return source
    path = SourceNames.of_index(collection.rag.settings.index_dir.absolute()).path(source)
    return path.as_uri() if path.is_file() else None


def _explain(error: Exception) -> str:
    """Return the whole message: whoever started the process is its owner."""
    if isinstance(error, RagError | RefusedError):
        return str(error)
    LOGGER.error("failed", exc_info=error)
    if isinstance(error, TimeoutError):
        return describe(error).message
    return f"something went wrong ({type(error).__name__}); the log of this server has the cause"
