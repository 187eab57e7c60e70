"""The routes of the page and the widget: files of this package, the same for everyone."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from rag.server.failures import RefusedError

_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_METHODS = ["GET", "HEAD"]
# No script, style, font or picture but our own, and no frame around the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file of the page; `etag` changes with its content."""

    content: bytes
    media_type: str
    etag: str


@router.api_route("/", methods=_METHODS)
def page(request: Request) -> Response:
    """Show the page for people."""
    return _send(request, "index.html", {"Content-Security-Policy": _POLICY})


@router.api_route("/page/{name}", methods=_METHODS)
def static_file(request: Request, name: str) -> Response:
    """Send a script, style or picture of the page."""
    return _send(request, name)


@router.api_route("/widget.js", methods=_METHODS)
def widget(request: Request) -> Response:
    """Send the script that puts the chat on another site."""
    # A site that isolates itself (COEP) loads only what says that it may be loaded.
    return _send(request, "widget.js", {"Cross-Origin-Resource-Policy": "cross-origin"})


@cache
def static_files() -> dict[str, StaticFile]:
    """Return every file of the page by name."""
    found = {}
    for file in files(__package__).joinpath("static").iterdir():
        media_type = _TYPES.get(file.name.rpartition(".")[2])
        if media_type is not None:
            content = file.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
            found[file.name] = StaticFile(content, media_type, etag)
    return found


def _send(request: Request, name: str, headers: dict[str, str] | None = None) -> Response:
    file = static_files().get(name)
    if file is None:
        raise RefusedError(404, "there is no such file")
    # Kept by the browser, but asked for at each visit: after an update nobody sees the old one.
    sent = {"ETag": file.etag, "Cache-Control": "no-cache", **(headers or {})}
    if file.etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=sent)
    return Response(file.content, media_type=file.media_type, headers=sent)
