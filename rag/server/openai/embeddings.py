"""`POST /v1/embeddings`: vectors of the model that the index was built with; knows no index."""

import asyncio
import base64
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from fastapi import APIRouter, Request
from numpy.typing import NDArray

from rag.embeddings import PassageEmbeddings
from rag.server.calls import caller_of, context_of
from rag.server.failures import RefusedError
from rag.server.openai.models import list_models
from rag.server.openai.shapes import EmbeddingRequest

# Between two slices it is looked whether the time is up.
_SLICE = 32
_MOST_TEXTS = 2048

router = APIRouter(prefix="/v1", tags=["openai"])


@router.post("/embeddings")
async def embed(request: Request, wanted: EmbeddingRequest) -> dict[str, Any]:
    """Return a unit vector for each text, in order.

    Only the model of the index is offered: vectors of another one could not be compared with it.
    """
    context = context_of(request)
    model = context.collections.get(None, caller_of(request)).rag.embeddings
    texts = _texts(wanted.input)
    async with asyncio.timeout(context.settings.server.answer_seconds):
        name, dimension = await asyncio.to_thread(_identity, model)
        _check_model(request, wanted, name, dimension)
        counts = await asyncio.to_thread(model.count_tokens, texts)
        _check_lengths(counts, model.max_tokens)
        vectors = await _embed(model, texts, wanted)
    encode = _base64 if wanted.encoding_format == "base64" else _floats
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": encode(vector)}
            for index, vector in enumerate(vectors)
        ],
        "model": wanted.model,
        "usage": {"prompt_tokens": sum(counts), "total_tokens": sum(counts)},
    }


def _identity(model: PassageEmbeddings) -> tuple[str, int]:
    return model.fingerprint.model, model.dimension


def _texts(given: str | list[str] | list[int] | list[list[int]]) -> list[str]:
    """Return what is to be embedded.

    Raises:
        RefusedError: 400, there is nothing, an empty text, too many, or tokens of another model.
    """
    texts = [given] if isinstance(given, str) else given
    if not texts or len(texts) > _MOST_TEXTS:
        raise _refused(f"input holds {len(texts)} texts; send 1 to {_MOST_TEXTS}")
    if not all(isinstance(text, str) for text in texts):
        raise _refused(
            "input holds tokens, which another model has cut; send text (with LangChain's "
            "OpenAIEmbeddings: check_embedding_ctx_length=False)"
        )
    found = cast("list[str]", texts)
    for index, text in enumerate(found):
        if not text.strip():
            raise _refused(f"input[{index}] is empty; send text")
    return found


def _check_model(request: Request, wanted: EmbeddingRequest, name: str, dimension: int) -> None:
    known = {name, *(model["id"] for model in list_models(request)["data"])}
    if wanted.model not in known:
        raise RefusedError(
            404,
            f"there is no embedding model {wanted.model!r}; the one of the index is {name!r}",
            code="model_not_found",
            param="model",
        )
    if wanted.dimensions not in (None, dimension):
        raise RefusedError(
            400,
            f"dimensions is {wanted.dimensions}, but {name} gives {dimension} and cannot be "
            "shortened; leave it out",
            param="dimensions",
        )


def _check_lengths(counts: Sequence[int], most: int) -> None:
    """Refuse texts whose ends would have no part in their vectors."""
    for index, count in enumerate(counts):
        if count > most:
            raise _refused(f"input[{index}] has {count} tokens; the model reads {most}: cut it")


async def _embed(
    model: PassageEmbeddings, texts: list[str], wanted: EmbeddingRequest
) -> list[NDArray[np.float32]]:
    if wanted.input_type == "query":
        vectors = [await asyncio.to_thread(model.embed_query, text) for text in texts]
        return [np.asarray(vector, dtype=np.float32) for vector in vectors]
    found: list[NDArray[np.float32]] = []
    for start in range(0, len(texts), _SLICE):
        found.extend(await asyncio.to_thread(model.embed_passages, texts[start : start + _SLICE]))
    return found


def _floats(vector: NDArray[np.float32]) -> list[float]:
    return [float(number) for number in vector]


def _base64(vector: NDArray[np.float32]) -> str:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode("ascii")


def _refused(message: str) -> RefusedError:
    return RefusedError(400, message, param="input")
