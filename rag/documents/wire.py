"""Documents and errors as JSON lines between parser and parent; knows neither process.

JSON and not pickle: the parser has read a stranger's file, so what it sends may not run code here.
"""

import json
from typing import Any

from rag import errors
from rag.documents.document import Block, Heading, LoadedDocument
from rag.errors import DocumentError


def encode_document(document: LoadedDocument) -> bytes:
    """Return `document` as one line of JSON."""
    return _line(
        {
            "text": document.text,
            "kind": document.kind,
            "title": document.title,
            "headings": [[h.level, h.title, h.start_index] for h in document.headings],
            "page_starts": document.page_starts,
            "blocks": [[b.kind, b.start_index, b.end_index] for b in document.blocks],
        }
    )


def encode_error(error: DocumentError) -> bytes:
    """Return `error` as one line of JSON."""
    return _line({"error": type(error).__name__, "message": str(error)})


def encode_request(path: str) -> bytes:
    """Return the request to parse `path` as one line of JSON."""
    return _line({"path": path})


def decode_request(line: bytes) -> str:
    """Return the path a request asks for."""
    return str(json.loads(line)["path"])


def decode_answer(line: bytes) -> LoadedDocument:
    """Return the document in `line`, or raise the `DocumentError` it carries."""
    fields: dict[str, Any] = json.loads(line)
    if "error" in fields:
        raise getattr(errors, fields["error"], DocumentError)(fields["message"])
    return LoadedDocument(
        text=fields["text"],
        kind=fields["kind"],
        title=fields["title"],
        headings=tuple(Heading(*heading) for heading in fields["headings"]),
        page_starts=tuple(fields["page_starts"]),
        blocks=tuple(Block(*block) for block in fields["blocks"]),
    )


def _line(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode("ascii") + b"\n"
