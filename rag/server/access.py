"""Who may call which route: every route of the server, what it asks for and what it reads.

A request that no line here matches is refused before anything of it is read. It knows no keys.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal


class Level(Enum):
    """What a caller must be allowed to do."""

    OPEN = "open"
    READ = "read"
    WRITE = "write"


Body = Literal["none", "json", "documents", "upload", "any"]
"""What a request carries; "documents" is JSON as large as an upload may be."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name of a key and what it opens; `collections` None means all of them."""

    name: str
    collections: frozenset[str] | None
    can_write: bool

    def may_read(self, collection: str) -> bool:
        """Return whether the caller may know of a collection."""
        return self.collections is None or collection in self.collections


@dataclass(frozen=True, slots=True)
class Route:
    """A method and path ("{name}" stands for one step of it, "{name:path}" for any number)."""

    method: str
    path: str
    level: Level
    body: Body = "none"
    _pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the path."""
        pattern = re.sub(r"\\{\w+:path\\}", ".+", re.escape(self.path))
        object.__setattr__(self, "_pattern", re.compile(re.sub(r"\\{\w+\\}", "[^/]+", pattern)))

    def matches(self, path: str) -> bool:
        """Return whether a request's path is this route's."""
        return self._pattern.fullmatch(path) is not None


ROUTES: tuple[Route, ...] = (
    Route("GET", "/health", Level.OPEN),
    Route("GET", "/metrics", Level.READ),
    Route("GET", "/openapi.json", Level.READ),
    # The page and the widget: scripts and styles, the same for everyone; what they show they ask
    # for with the caller's key.
    Route("GET", "/", Level.OPEN),
    Route("GET", "/page/{name}", Level.OPEN),
    Route("GET", "/widget.js", Level.OPEN),
    # Our own interface, which the page and the remote retriever speak.
    Route("GET", "/api/collections", Level.READ),
    Route("POST", "/api/search", Level.READ, "json"),
    Route("POST", "/api/ask", Level.READ, "json"),
    Route("GET", "/api/documents", Level.READ),
    Route("POST", "/api/documents", Level.WRITE, "upload"),
    Route("DELETE", "/api/documents", Level.WRITE),
    Route("GET", "/api/source", Level.READ),
    # The tools of MCP check for themselves what a key may change.
    Route("POST", "/mcp", Level.READ, "json"),
    # OpenAI's API.
    Route("GET", "/v1/models", Level.READ),
    Route("GET", "/v1/models/{model:path}", Level.READ),
    Route("POST", "/v1/chat/completions", Level.READ, "json"),
    Route("POST", "/v1/responses", Level.READ, "json"),
    Route("POST", "/v1/embeddings", Level.READ, "json"),
    Route("GET", "/v1/vector_stores", Level.READ),
    Route("GET", "/v1/vector_stores/{store}", Level.READ),
    Route("POST", "/v1/vector_stores/{store}/search", Level.READ, "json"),
    # The retrieval plugin; what it is and how to call it is for everyone to know.
    Route("GET", "/.well-known/ai-plugin.json", Level.OPEN),
    Route("GET", "/.well-known/openapi.yaml", Level.OPEN),
    Route("GET", "/.well-known/logo.svg", Level.OPEN),
    Route("GET", "/sub/openapi.json", Level.OPEN),
    Route("POST", "/query", Level.READ, "json"),
    Route("POST", "/sub/query", Level.READ, "json"),
    Route("POST", "/upsert", Level.WRITE, "documents"),
    Route("POST", "/upsert-file", Level.WRITE, "upload"),
    Route("DELETE", "/delete", Level.WRITE, "json"),
)


def find_route(method: str, path: str, routes: Sequence[Route] = ROUTES) -> Route | None:
    """Return the line that allows a request, None if none does; HEAD is a GET."""
    method = "GET" if method == "HEAD" else method
    return next((one for one in routes if one.method == method and one.matches(path)), None)


def methods_of(path: str, routes: Sequence[Route] = ROUTES) -> tuple[str, ...]:
    """Return the methods under which a path is listed."""
    return tuple(one.method for one in routes if one.matches(path))
