"""Tells chatbots that a retrieval plugin is here and how to call it; knows no index."""

from importlib.metadata import version
from typing import Any

import yaml
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from rag.server.calls import BEARER, base_url, caller_of
from rag.server.failures import refusals
from rag.server.guard import LOCAL
from rag.server.plugin.routes import searching

router = APIRouter(include_in_schema=False)

_LOGO = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">
<rect width="64" height="64" rx="12" fill="#1f4f8f"/>
<path d="M18 20h28M18 30h28M18 40h16" stroke="#fff" stroke-width="5" stroke-linecap="round"/>
<circle cx="45" cy="42" r="5" fill="#ffc94d"/>
</svg>
"""


@router.get("/.well-known/ai-plugin.json")
def manifest(request: Request) -> dict[str, Any]:
    """Introduce the plugin to a chatbot."""
    base = base_url(request)
    is_open = caller_of(request) is LOCAL
    return {
        "schema_version": "v1",
        "name_for_model": "retrieval",
        "name_for_human": "Documents",
        "description_for_model": (
            "Searches the user's documents and returns the passages that answer best. Use it "
            "whenever a question may be answered by them, and cite document_id."
        ),
        "description_for_human": "Search your documents.",
        "auth": (
            {"type": "none"} if is_open else {"type": "user_http", "authorization_type": "bearer"}
        ),
        "api": {
            "type": "openapi",
            "url": f"{base}/.well-known/openapi.yaml",
            "has_user_authentication": False,
        },
        "logo_url": f"{base}/.well-known/logo.svg",
        "contact_email": "",
        "legal_info_url": f"{base}/",
    }


@router.get("/.well-known/openapi.yaml")
def as_yaml(request: Request) -> Response:
    """Describe `/query`, all that a chatbot may call."""
    text = yaml.safe_dump(_description(request, ""), sort_keys=False, allow_unicode=True)
    return Response(text, media_type="application/yaml")


@router.get("/sub/openapi.json")
def as_json(request: Request) -> JSONResponse:
    """Describe `/sub/query`, as the original's second application does."""
    return JSONResponse(_description(request, "/sub"))


@router.get("/.well-known/logo.svg")
def logo() -> Response:
    """Return the picture beside the plugin's name."""
    return Response(_LOGO, media_type="image/svg+xml")


def _description(request: Request, prefix: str) -> dict[str, Any]:
    app = FastAPI(
        title="Retrieval Plugin API",
        description="Finds the passages of documents that answer a question.",
        version=version("rag"),
        servers=[{"url": base_url(request) + prefix}],
        dependencies=[BEARER],
        responses=refusals(),
    )
    app.include_router(searching)
    return app.openapi()
