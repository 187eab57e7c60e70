"""How documents, passages and parts of documents are called over MCP; knows none of them."""

from urllib.parse import parse_qs, quote, unquote

from rag.server.failures import RefusedError
from rag.server.mcp_visitor import Visitor
from rag.server.served import Collection

LONGEST_SHOWN = 200
"""Characters of what a client sent that an error repeats."""

_SCHEME = "doc://"


def template_for(visitor: Visitor) -> str:
    """Return the URI template of a document; where there are several collections it names one."""
    return f"{_SCHEME}{{id}}{{?collection}}" if len(visitor.names) > 1 else f"{_SCHEME}{{id}}"


def id_for(visitor: Visitor, collection: Collection, reference: str) -> str:
    """Return what fetch finds the same thing by: several collections may use one name."""
    return reference if len(visitor.names) == 1 else uri_of(reference, collection.name)


def uri_for(visitor: Visitor, collection: Collection, reference: str) -> str:
    """Return the URI of a resource, with its collection if the caller has several."""
    return uri_of(reference, collection.name if len(visitor.names) > 1 else None)


def uri_of(reference: str, collection: str | None) -> str:
    """Return the URI of a document, a passage or a part of a document."""
    where = "" if collection is None else f"?collection={quote(collection, safe='')}"
    return f"{_SCHEME}{quote(reference, safe='')}{where}"


def is_uri(reference: str) -> bool:
    """Return whether something is called by its URI."""
    return reference.startswith(_SCHEME)


def parse_uri(uri: str) -> tuple[str, str | None]:
    """Return the reference and the collection in a URI.

    Raises:
        RefusedError: 400, it is none of ours.
    """
    if not is_uri(uri):
        raise RefusedError(400, f"wanted an address like doc://ID, found {uri[:LONGEST_SHOWN]!r}")
    reference, _, query = uri.removeprefix(_SCHEME).partition("?")
    named = parse_qs(query).get("collection", [])
    return unquote(reference), named[0] if named else None
