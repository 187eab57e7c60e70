"""The documents as MCP resources, `doc://{id}`, listed page by page; knows no transport."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import IndexNotFoundError
from rag.server.failures import RefusedError
from rag.server.mcp_reading import Piece, read_piece
from rag.server.mcp_references import parse_uri, uri_for
from rag.server.mcp_visitor import Visitor

PAGE_SIZE = 100


@dataclass(frozen=True, slots=True)
class Listed:
    """A document as it is listed."""

    uri: str
    name: str
    title: str
    mime_type: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the documents, and where the next page begins, None after the last."""

    documents: tuple[Listed, ...]
    cursor: str | None


def list_page(visitor: Visitor, cursor: str | None) -> Page:
    """Return the documents after a cursor, in the order of collections and names.

    Raises:
        RefusedError: 400, the cursor is none of ours.
    """
    names, after = visitor.names, ("", "") if cursor is None else _decode(cursor)
    begin = names.index(after[0]) if after[0] in names else 0
    rest: list[tuple[str, Listed]] = []
    for name in names[begin:]:
        last = after[1] if name == after[0] else ""
        rest.extend((name, one) for one in _documents(visitor, name) if one.name > last)
        if len(rest) > PAGE_SIZE:
            break
    shown = rest[:PAGE_SIZE]
    more = len(rest) > PAGE_SIZE
    return Page(
        tuple(one for _, one in shown),
        _encode(shown[-1][0], shown[-1][1].name) if more else None,
    )


def read(visitor: Visitor, uri: str) -> tuple[str, Piece]:
    """Return the text behind a URI and where it is from; before its document ends, with a note.

    Raises:
        RefusedError: 400 or 404.
    """
    piece = read_piece(visitor, *parse_uri(uri))
    if piece.following is None:
        return piece.text, piece
    address = uri_for(visitor, piece.collection, piece.following)
    length = len(piece.document.page_content)
    return f"{piece.text}\n\n[{piece.end} of {length} characters; go on at {address}]", piece


def mime_type(kind: str) -> str:
    """Return the type of a document's extracted text."""
    return "text/markdown" if kind == "markdown" else "text/plain"


def _documents(visitor: Visitor, name: str) -> Iterator[Listed]:
    """Yield the readable documents of a collection; one without an index has none."""
    collection = visitor.collection(name)
    try:
        records = collection.rag.list()
    except IndexNotFoundError:
        return
    for one in records:
        if one.status == "indexed":
            title = one.title or one.source.rpartition("/")[2]
            uri = uri_for(visitor, collection, one.source)
            yield Listed(uri, one.source, title, mime_type(one.kind))


def _encode(collection: str, source: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([collection, source]).encode()).decode()


def _decode(cursor: str) -> tuple[str, str]:
    try:
        match json.loads(base64.urlsafe_b64decode(cursor)):
            case [str(collection), str(source)]:
                return collection, source
    except ValueError as error:
        raise _strange() from error
    raise _strange()


def _strange() -> RefusedError:
    return RefusedError(400, "the cursor is none of ours; list from the start")
