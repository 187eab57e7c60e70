"""The models a caller may name: one for each collection and mode of search.

`rag/default` searches as the settings say, `rag/default/lexical` by words alone.
"""

from dataclasses import dataclass
from typing import Any, cast, get_args

from fastapi import APIRouter, Request

from rag.server.calls import caller_of, context_of
from rag.server.failures import RefusedError
from rag.server.openai.shapes import Mode
from rag.server.served import Collection

PREFIX = "rag"
MODES: tuple[str, ...] = get_args(Mode)

router = APIRouter(prefix="/v1", tags=["openai"])


@dataclass(frozen=True, slots=True)
class Model:
    """A collection and how to search it; `mode` None is the settings' own."""

    id: str
    collection: Collection
    mode: Mode | None


@router.get("/models")
def list_models(request: Request) -> dict[str, Any]:
    """List a model for each collection and mode that this caller may ask."""
    return {"object": "list", "data": [_to_dict(name) for name in _ids(request)]}


@router.get("/models/{model:path}")
def get_model(request: Request, model: str) -> dict[str, Any]:
    """Return one model."""
    return _to_dict(find_model(request, model).id)


def find_model(request: Request, name: str) -> Model:
    """Return the model a caller names.

    Raises:
        RefusedError: 404, there is none, or the caller may not know of it.
    """
    if name not in _ids(request):
        listed = ", ".join(_ids(request)) or "none"
        raise RefusedError(
            404,
            f"there is no model {name!r}; there are: {listed}",
            code="model_not_found",
            param="model",
        )
    _, collection, *mode = name.split("/")
    found = context_of(request).collections.get(collection, caller_of(request))
    return Model(name, found, cast("Mode", mode[0]) if mode else None)


def _ids(request: Request) -> list[str]:
    names = context_of(request).collections.names(caller_of(request))
    plain = [f"{PREFIX}/{name}" for name in names]
    return [name for one in plain for name in (one, *(f"{one}/{mode}" for mode in MODES))]


def _to_dict(name: str) -> dict[str, Any]:
    # A collection has no date of birth; clients want a number.
    return {"id": name, "object": "model", "created": 0, "owned_by": PREFIX}
