"""Finds the reranker a setting names: a model, or somebody's own compressor; scores nothing."""

import re
from importlib import import_module
from pathlib import Path
from typing import Literal

from langchain_core.documents import BaseDocumentCompressor

from rag.errors import RerankerError
from rag.retrieval.cross_encoder import CrossEncoderReranker

# A hub id has no colon; a module's name is longer than the letter of a drive.
_OBJECT = re.compile(r"[A-Za-z_][\w.]+:[A-Za-z_]\w*")


def open_reranker(
    model: str, *, device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
) -> BaseDocumentCompressor:
    """Return the reranker; the weights of a model are loaded when it is first used.

    Args:
        model: Hub id or folder of a CrossEncoder, or module:name of a `BaseDocumentCompressor`, or
            of a class or function that makes one without arguments.
        device: Where a CrossEncoder runs.

    Raises:
        RerankerError: There is no such module or name, or it is no compressor.
    """
    if _OBJECT.fullmatch(model) and not Path(model).exists():
        return _compressor(model)
    return CrossEncoderReranker(model=model, device=device)


def _compressor(name: str) -> BaseDocumentCompressor:
    found = _object(name)
    if not isinstance(found, BaseDocumentCompressor) and callable(found):
        found = found()
    if not isinstance(found, BaseDocumentCompressor):
        raise RerankerError(
            f"rerank.model {name}: wanted a LangChain document compressor or what makes one, found "
            f"{found!r:.80}"
        )
    return found


def _object(name: str) -> object:
    place, _, attribute = name.partition(":")
    try:
        module = import_module(place)
    except ModuleNotFoundError as error:
        if error.name and not f"{place}.".startswith(f"{error.name}."):
            raise  # the module is there, and lacks something itself
        raise RerankerError(
            f"rerank.model {name}: no module {place!r} can be imported; install it or put its "
            "folder on PYTHONPATH"
        ) from error
    if not hasattr(module, attribute):
        raise RerankerError(f"rerank.model {name}: {place} has no {attribute!r}; correct the name")
    found: object = getattr(module, attribute)
    return found
